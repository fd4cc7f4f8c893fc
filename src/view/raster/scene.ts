/** A robot's geoms as meshes with colours, put where the bodies are. */
import { multiplyQuaternions, rotateVector } from "../../core/quaternion.js";
import { geomColor } from "../../robot/geom-color.js";
import { geomMesh, type Mesh } from "../../robot/geom-mesh.js";
import type { Geom, RobotModel } from "../../robot/model.js";
import { linear } from "./color.js";
import type { Vector } from "./vector.js";

/** A geom as it is drawn. The world-frame arrays are those of the last `place`. */
export interface Part {
  readonly mesh: Mesh;
  /** Index into the robot's bodies; −1 stands still in the world. */
  readonly body: number;
  /** Linear light. */
  readonly color: Vector;
  readonly opacity: number;
  /** [point][3] vertices of the mesh that stand out, for how much room it takes. */
  readonly outline: Float32Array;
  /** [7] pose of the geom, world frame. */
  readonly pose: Float32Array;
  /** [vertex][3] */
  readonly positions: Float32Array;
  readonly normals: Float32Array;
}

export interface Scene {
  readonly robot: RobotModel;
  readonly parts: readonly Part[];
  /** Height of the level plane the robot stands on, m; null where there is none. */
  readonly groundHeight: number | null;
  /** [part][7] pose in its body's frame. */
  readonly localPoses: Float32Array;
}

export function createScene(robot: RobotModel): Scene {
  const grounds = robot.geoms.filter(isGround);
  const drawn = robot.geoms.flatMap((geom) => {
    const mesh = isGround(geom) || geom.rgba[3] < 0.05 ? null : geomMesh(geom);
    return mesh ? [{ geom, mesh }] : [];
  });
  return {
    robot,
    parts: drawn.map(({ geom, mesh }) => ({
      mesh,
      body: geom.body,
      color: linearColor(geom, robot),
      opacity: geom.rgba[3],
      outline: outlineOf(mesh),
      pose: new Float32Array(7),
      positions: new Float32Array(mesh.positions.length),
      normals: new Float32Array(mesh.normals.length),
    })),
    groundHeight:
      grounds.length > 0 ? Math.max(...grounds.map(({ position }) => position[2])) : null,
    localPoses: Float32Array.from(
      drawn.flatMap(({ geom }) => [...geom.position, ...geom.orientation]),
    ),
  };
}

/** A plane of the world that is level: drawn as the floor, without end. */
function isGround({ shape, body, orientation }: Geom): boolean {
  const normal = [0, 0, 0];
  rotateVector(normal, 0, [...orientation], 0, [0, 0, 1], 0);
  return shape === "plane" && body === -1 && normal[2] > 0.999;
}

/** Puts all parts where the bodies are: `poses` from `offset` on, 7 numbers a body. */
export function place(scene: Scene, poses: Float32Array, offset: number): void {
  const turned = [0, 0, 0];
  scene.parts.forEach((part, i) => {
    placePart(scene, i, poses, offset, part.pose);
    const { mesh, pose, positions, normals } = part;
    for (let v = 0; v < mesh.positions.length; v += 3) {
      rotateVector(turned, 0, pose, 3, mesh.positions as Float32Array, v);
      for (let axis = 0; axis < 3; axis++) positions[v + axis] = pose[axis] + turned[axis];
      rotateVector(normals, v, pose, 3, mesh.normals as Float32Array, v);
    }
  });
}

/** Writes the pose of one part, without moving its vertices. */
export function placePart(
  { parts, localPoses }: Scene,
  part: number,
  poses: Float32Array,
  offset: number,
  out: Float32Array,
): void {
  const local = 7 * part;
  const body = parts[part].body;
  if (body < 0) {
    out.set(localPoses.subarray(local, local + 7));
    return;
  }
  const at = offset + 7 * body;
  rotateVector(out, 0, poses, at + 3, localPoses, local);
  for (let axis = 0; axis < 3; axis++) out[axis] += poses[at + axis];
  multiplyQuaternions(out, 3, poses, at + 3, localPoses, local + 3);
}

/** The farthest vertices along the axes and the diagonals of the geom's frame. */
function outlineOf({ positions }: Mesh): Float32Array {
  const farthest = new Set<number>();
  for (let k = 0; k < 27; k++) {
    const [x, y, z] = [(k % 3) - 1, (Math.floor(k / 3) % 3) - 1, Math.floor(k / 9) - 1];
    let best = 0;
    let height = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < positions.length; i += 3) {
      const along = x * positions[i] + y * positions[i + 1] + z * positions[i + 2];
      if (along > height) [height, best] = [along, i];
    }
    farthest.add(best);
  }
  return Float32Array.from([...farthest].flatMap((i) => [...positions.subarray(i, i + 3)]));
}

function linearColor(geom: Geom, robot: RobotModel): Vector {
  const [r, g, b] = geomColor(geom, robot.bodies);
  return [linear(r), linear(g), linear(b)];
}
