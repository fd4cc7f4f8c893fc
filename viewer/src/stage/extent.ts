/** How large a robot is, as it stands in a first frame. */
import { rotateVector } from "../../../src/core/quaternion.js";
import { isGround } from "./ground-height.js";
import type { Robot } from "./robot-mesh.js";

export interface Extent {
  /** Largest side of the moving bodies' box, m, at least 5 cm. */
  readonly robotMeters: number;
  /** The same with what is fixed to the world: how far apart environments are drawn, m. */
  readonly placeMeters: number;
  /** Lowest point, m, relative to the environment's origin. */
  readonly lowest: number;
}

/** `poses` [body][7] of one environment. */
export function measureExtent(robot: Robot, poses: Float32Array): Extent {
  const moving = { low: [1e9, 1e9, 1e9], high: [-1e9, -1e9, -1e9] };
  const all = { low: [1e9, 1e9, 1e9], high: [-1e9, -1e9, -1e9] };
  const place = [0, 0, 0];
  for (const geom of robot.geoms) {
    if (isGround(geom)) continue;
    const reach = radius(geom);
    if (geom.body < 0) {
      place.splice(0, 3, ...geom.position);
    } else {
      const p = 7 * geom.body;
      rotateVector(place, 0, poses, p + 3, [...geom.position], 0);
      for (let k = 0; k < 3; k++) place[k] += poses[p + k];
    }
    // A robot that the engine has lost says nothing about its size.
    if (!Number.isFinite(place[0] + place[1] + place[2])) continue;
    for (const box of geom.body < 0 ? [all] : [all, moving]) {
      for (let k = 0; k < 3; k++) {
        box.low[k] = Math.min(box.low[k], place[k] - reach);
        box.high[k] = Math.max(box.high[k], place[k] + reach);
      }
    }
  }
  const side = ({ low, high }: typeof all) =>
    Math.max(0.05, high[0] - low[0], high[1] - low[1], high[2] - low[2]);
  if (moving.low[0] > moving.high[0]) return { robotMeters: 1, placeMeters: 1, lowest: 0 };
  return { robotMeters: side(moving), placeMeters: side(all), lowest: all.low[2] };
}

/** Distance of the farthest point from the geom's middle, about, m. */
function radius({ shape, size, vertices = [] }: Robot["geoms"][number]): number {
  switch (shape) {
    case "sphere":
      return size[0];
    case "capsule":
      return size[0] + size[1];
    case "cylinder":
      return Math.max(size[0], size[1]);
    case "mesh":
      return vertices.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    default:
      return Math.max(...size.filter((value) => value < 20), 0);
  }
}
