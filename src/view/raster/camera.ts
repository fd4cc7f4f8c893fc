/** A pinhole camera without roll. */
import type { Mesh } from "../../robot/geom-mesh.js";
import { add, cross, dot, mix, normalize, scale, subtract, type Vector } from "./vector.js";

export interface Camera {
  readonly eye: Vector;
  /** Unit vectors of the view, world frame: into the picture, to its right, to its top. */
  readonly forward: Vector;
  readonly right: Vector;
  readonly up: Vector;
  /** Pixels per unit of sideways distance at distance 1, and the middle of the picture. */
  readonly focal: number;
  readonly centerX: number;
  readonly centerY: number;
}

/** Half of the upright angle of view, rad. */
export const halfView = (15 * Math.PI) / 180;

export function lookAt(eye: Vector, target: Vector, width: number, height: number): Camera {
  const forward = normalize(subtract(target, eye));
  const right = normalize(cross(forward, [0, 0, 1]));
  return {
    eye,
    forward,
    right,
    up: cross(right, forward),
    focal: height / 2 / Math.tan(halfView),
    centerX: width / 2,
    centerY: height / 2,
  };
}

/** Nothing closer than this is seen, m. */
const closest = 0.01;

/**
 * Writes x, y (pixels) and nearness of world points `[point][3]`; nearness is 0 where
 * too close. Returns whether all are seen.
 */
export function project(camera: Camera, world: Float32Array, out: Float32Array): boolean {
  const { eye, forward, right, up, focal, centerX, centerY } = camera;
  let whole = true;
  for (let i = 0; i < world.length; i += 3) {
    const x = world[i] - eye[0];
    const y = world[i + 1] - eye[1];
    const z = world[i + 2] - eye[2];
    const depth = x * forward[0] + y * forward[1] + z * forward[2];
    const near = depth >= closest ? 1 / depth : 0;
    if (near === 0) whole = false;
    out[i] = centerX + focal * near * (x * right[0] + y * right[1] + z * right[2]);
    out[i + 1] = centerY - focal * near * (x * up[0] + y * up[1] + z * up[2]);
    out[i + 2] = near;
  }
  return whole;
}

/** Where a world point lies from `origin` in the camera's axes: right, up, into the picture. */
export function inView(camera: Camera, point: Vector, origin: Vector): Vector {
  const offset = subtract(point, origin);
  return [dot(offset, camera.right), dot(offset, camera.up), dot(offset, camera.forward)];
}

/** How far below the middle of the picture the target is seen, in heights: titles stand above it. */
const lowered = 0.035;

/** A camera at `distance` from the target, in the direction given from it. */
export function lookFrom(
  from: Vector,
  distance: number,
  target: Vector,
  width: number,
  height: number,
): Camera {
  const camera = lookAt(add(target, scale(from, distance)), target, width, height);
  return { ...camera, centerY: camera.centerY + lowered * height };
}

/**
 * The part of a surface that lies in front of the camera: triangles that reach behind it are cut.
 * `mesh` with the positions and normals it has in the world.
 */
export function cutBehind(camera: Camera, mesh: Mesh): Mesh {
  const positions: number[] = [];
  const normals: number[] = [];
  const indices: number[] = [];
  const depthOf = (vertex: number) =>
    inView(camera, vectorAt(mesh.positions, vertex), camera.eye)[2] - 1.001 * closest;
  for (let t = 0; t < mesh.indices.length; t += 3) {
    const first = positions.length / 3;
    for (let corner = 0; corner < 3; corner++) {
      const from = mesh.indices[t + corner];
      const to = mesh.indices[t + ((corner + 1) % 3)];
      const [near, far] = [depthOf(from), depthOf(to)];
      if (near >= 0) {
        positions.push(...vectorAt(mesh.positions, from));
        normals.push(...vectorAt(mesh.normals, from));
      }
      if (near >= 0 === far >= 0) continue;
      const share = near / (near - far);
      positions.push(...mix(vectorAt(mesh.positions, from), vectorAt(mesh.positions, to), share));
      normals.push(...mix(vectorAt(mesh.normals, from), vectorAt(mesh.normals, to), share));
    }
    const corners = positions.length / 3 - first;
    for (let i = 1; i + 1 < corners; i++) indices.push(first, first + i, first + i + 1);
  }
  return {
    positions: Float32Array.from(positions),
    normals: Float32Array.from(normals),
    indices: Uint32Array.from(indices),
  };
}

function vectorAt(array: Float32Array, vertex: number): Vector {
  return [array[3 * vertex], array[3 * vertex + 1], array[3 * vertex + 2]];
}
