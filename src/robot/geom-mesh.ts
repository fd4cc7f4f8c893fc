/** The surface of a geom as triangles, for whoever draws it. In the geom's own frame, m. */
import { convexHull } from "./convex-hull.js";
import type { Geom } from "./model.js";

export interface Mesh {
  /** [vertex][3] */
  readonly positions: Float32Array;
  /** [vertex][3] unit, outwards; corners with hard edges are several vertices. */
  readonly normals: Float32Array;
  /** [triangle][3] indices of vertices, counter-clockwise seen from outside. */
  readonly indices: Uint32Array;
}

/** Null for an infinite plane and for a mesh without volume. What is round has `sides`, a multiple of four. */
export function geomMesh({ shape, size, vertices = [] }: Geom, sides = 32): Mesh | null {
  switch (shape) {
    case "sphere":
      return lathe(roundEnd(size[0], 0, -1, sides).concat(roundEnd(size[0], 0, 1, sides)), sides);
    case "capsule":
      return lathe(
        roundEnd(size[0], -size[1], -1, sides).concat(roundEnd(size[0], size[1], 1, sides)),
        sides,
      );
    case "cylinder":
      return cylinder(size[0], size[1], sides);
    case "box":
      return box(size[0], size[1], size[2]);
    case "plane":
      return size[0] > 0 && size[1] > 0 ? rectangle(size[0], size[1]) : null;
    case "mesh": {
      const triangles = convexHull(vertices);
      return triangles.length > 0 ? creased(vertices, triangles) : null;
    }
  }
}

/** A point of an outline turned about z, from below to above: distance from the axis, height, normal. */
interface OutlinePoint {
  readonly radius: number;
  readonly z: number;
  readonly normalRadius: number;
  readonly normalZ: number;
}

/** The lower (`side` −1) or upper half of a sphere's outline about height `z`. */
function roundEnd(radius: number, z: number, side: -1 | 1, sides: number): OutlinePoint[] {
  const steps = sides / 4;
  return Array.from({ length: steps + 1 }, (_, i) => {
    const angle = ((side < 0 ? i - steps : i) / steps) * (Math.PI / 2);
    const [normalRadius, normalZ] = [Math.cos(angle), Math.sin(angle)];
    return { radius: radius * normalRadius, z: z + radius * normalZ, normalRadius, normalZ };
  });
}

function cylinder(radius: number, half: number, sides: number): Mesh {
  const at = (r: number, z: number, normalRadius: number, normalZ: number) => {
    return { radius: r, z, normalRadius, normalZ };
  };
  return lathe(
    [
      at(0, -half, 0, -1),
      at(radius, -half, 0, -1),
      at(radius, -half, 1, 0),
      at(radius, half, 1, 0),
      at(radius, half, 0, 1),
      at(0, half, 0, 1),
    ],
    sides,
  );
}

function lathe(outline: readonly OutlinePoint[], sides: number): Mesh {
  const columns = sides + 1;
  const positions = new Float32Array(outline.length * columns * 3);
  const normals = new Float32Array(positions.length);
  const indices: number[] = [];
  outline.forEach(({ radius, z, normalRadius, normalZ }, row) => {
    for (let column = 0; column < columns; column++) {
      const angle = (column / sides) * 2 * Math.PI;
      const vertex = row * columns + column;
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
      positions.set([radius * cos, radius * sin, z], 3 * vertex);
      normals.set([normalRadius * cos, normalRadius * sin, normalZ], 3 * vertex);
      if (row === 0 || column === sides) continue;
      const below = vertex - columns;
      indices.push(below, below + 1, vertex + 1, below, vertex + 1, vertex);
    }
  });
  return { positions, normals, indices: Uint32Array.from(indices) };
}

function box(x: number, y: number, z: number): Mesh {
  const half = [x, y, z];
  const positions: number[] = [];
  const normals: number[] = [];
  const indices: number[] = [];
  for (let axis = 0; axis < 3; axis++) {
    const [u, v] = [(axis + 1) % 3, (axis + 2) % 3];
    for (const side of [-1, 1]) {
      const first = positions.length / 3;
      for (const [a, b] of [
        [-1, -1],
        [1, -1],
        [1, 1],
        [-1, 1],
      ]) {
        const corner = [0, 0, 0];
        corner[axis] = side * half[axis];
        corner[u] = a * half[u];
        corner[v] = b * half[v];
        positions.push(...corner);
        normals.push(...[0, 1, 2].map((i) => (i === axis ? side : 0)));
      }
      const order = side > 0 ? [0, 1, 2, 0, 2, 3] : [0, 2, 1, 0, 3, 2];
      indices.push(...order.map((corner) => first + corner));
    }
  }
  return meshOf(positions, normals, indices);
}

/** A plane of finite size, seen from above. */
function rectangle(x: number, y: number): Mesh {
  const positions = [-x, -y, 0, x, -y, 0, x, y, 0, -x, y, 0];
  return meshOf(positions, [0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1], [0, 1, 2, 0, 2, 3]);
}

/** Faces that meet at less than this angle are shaded as one round surface. */
const creaseCosine = Math.cos((35 * Math.PI) / 180);

/** Triangles over points, each corner with the mean normal of its neighbours across no crease. */
function creased(points: ArrayLike<number>, triangles: readonly number[]): Mesh {
  const faces = Array.from({ length: triangles.length / 3 }, (_, face) =>
    areaNormal(points, triangles[3 * face], triangles[3 * face + 1], triangles[3 * face + 2]),
  );
  const facesAt = new Map<number, number[]>();
  triangles.forEach((point, corner) => {
    const around = facesAt.get(point);
    if (around) around.push(Math.floor(corner / 3));
    else facesAt.set(point, [Math.floor(corner / 3)]);
  });
  const positions: number[] = [];
  const normals: number[] = [];
  triangles.forEach((point, corner) => {
    const own = unit(faces[Math.floor(corner / 3)]);
    const sum = [0, 0, 0];
    for (const face of facesAt.get(point) ?? []) {
      const other = unit(faces[face]);
      if (own[0] * other[0] + own[1] * other[1] + own[2] * other[2] < creaseCosine) continue;
      for (let i = 0; i < 3; i++) sum[i] += faces[face][i];
    }
    positions.push(points[3 * point], points[3 * point + 1], points[3 * point + 2]);
    normals.push(...unit(sum));
  });
  return meshOf(
    positions,
    normals,
    triangles.map((_, corner) => corner),
  );
}

/** Normal of a triangle, as long as twice its area. */
function areaNormal(points: ArrayLike<number>, a: number, b: number, c: number): number[] {
  const edge = (to: number, axis: number) => points[3 * to + axis] - points[3 * a + axis];
  return [0, 1, 2].map((axis) => {
    const [u, v] = [(axis + 1) % 3, (axis + 2) % 3];
    return edge(b, u) * edge(c, v) - edge(b, v) * edge(c, u);
  });
}

function unit(v: readonly number[]): number[] {
  const length = Math.hypot(v[0], v[1], v[2]) || 1;
  return v.map((x) => x / length);
}

function meshOf(positions: number[], normals: number[], indices: number[]): Mesh {
  return {
    positions: Float32Array.from(positions),
    normals: Float32Array.from(normals),
    indices: Uint32Array.from(indices),
  };
}
