import { expect, test } from "vitest";
import { geomMesh, type Mesh } from "../../src/robot/geom-mesh.js";
import type { Geom } from "../../src/robot/model.js";

function geom(shape: Geom["shape"], size: number[], vertices?: number[]): Geom {
  return {
    name: shape,
    body: 0,
    shape,
    size,
    position: [0, 0, 0],
    orientation: [1, 0, 0, 0],
    friction: 1,
    contype: 1,
    conaffinity: 1,
    rgba: [1, 0, 0, 1],
    ...(vertices ? { vertices } : {}),
  };
}

const tetrahedron = [1, 1, 1, 1, -1, -1, -1, 1, -1, -1, -1, 1];

test.each([
  ["sphere", geom("sphere", [0.5]), (4 / 3) * Math.PI * 0.125, 0.02],
  ["capsule", geom("capsule", [0.5, 1]), (4 / 3) * Math.PI * 0.125 + Math.PI * 0.25 * 2, 0.02],
  ["cylinder", geom("cylinder", [0.5, 1]), Math.PI * 0.25 * 2, 0.02],
  ["box", geom("box", [1, 2, 3]), 48, 1e-6],
  ["mesh", geom("mesh", [], tetrahedron), 8 / 3, 1e-6],
])(
  "a %s encloses its volume, its triangles and normals look outwards",
  (_, described, volume, off) => {
    const mesh = geomMesh(described) as Mesh;
    const { enclosed, agreement } = measure(mesh);
    expect(Math.abs(enclosed - volume) / volume).toBeLessThan(off);
    expect(agreement).toBeGreaterThan(0.5);
    for (let i = 0; i < mesh.normals.length; i += 3) {
      const [x, y, z] = mesh.normals.subarray(i, i + 3);
      expect(Math.hypot(x, y, z)).toBeCloseTo(1, 5);
    }
  },
);

test("a box keeps its edges hard, a round mesh is shaded as round", () => {
  const box = geomMesh(geom("box", [1, 1, 1])) as Mesh;
  for (let i = 0; i < box.normals.length; i += 3) {
    expect([...box.normals.subarray(i, i + 3)].filter((x) => x === 0)).toHaveLength(2);
  }
  const points: number[] = [];
  for (let k = 0; k < 200; k++) {
    const z = 1 - (2 * k + 1) / 200;
    const angle = k * 2.4;
    points.push(Math.sqrt(1 - z * z) * Math.cos(angle), Math.sqrt(1 - z * z) * Math.sin(angle), z);
  }
  const ball = geomMesh(geom("mesh", [], points)) as Mesh;
  let least = 1;
  for (let i = 0; i < ball.normals.length; i += 3) {
    const dot = [0, 1, 2].reduce((sum, j) => sum + ball.normals[i + j] * ball.positions[i + j], 0);
    least = Math.min(least, dot);
  }
  expect(least).toBeGreaterThan(0.97);
});

test("an infinite plane and a flat mesh have no surface, a finite plane is a rectangle", () => {
  expect(geomMesh(geom("plane", [0, 0, 1]))).toBeNull();
  expect(geomMesh(geom("mesh", [], [0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 1, 0]))).toBeNull();
  expect(geomMesh(geom("plane", [2, 1, 0.1]))?.indices).toHaveLength(6);
});

/** Volume by the divergence theorem, and the least cosine between a face and its corners' normals. */
function measure({ positions, normals, indices }: Mesh): { enclosed: number; agreement: number } {
  let enclosed = 0;
  let agreement = 1;
  for (let t = 0; t < indices.length; t += 3) {
    const [a, b, c] = [0, 1, 2].map((i) => {
      const at = 3 * indices[t + i];
      return [...positions.subarray(at, at + 3)];
    });
    const cross = [0, 1, 2].map((i) => {
      const [u, v] = [(i + 1) % 3, (i + 2) % 3];
      return (b[u] - a[u]) * (c[v] - a[v]) - (b[v] - a[v]) * (c[u] - a[u]);
    });
    enclosed += (a[0] * cross[0] + a[1] * cross[1] + a[2] * cross[2]) / 6;
    const length = Math.hypot(cross[0], cross[1], cross[2]);
    if (length < 1e-9) continue;
    for (let corner = 0; corner < 3; corner++) {
      const at = 3 * indices[t + corner];
      const dot = [0, 1, 2].reduce((sum, i) => sum + (cross[i] * normals[at + i]) / length, 0);
      agreement = Math.min(agreement, dot);
    }
  }
  return { enclosed, agreement };
}
