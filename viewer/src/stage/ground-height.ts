/** Which geoms are the level floor, and how high it lies. */
import { rotateVector } from "../../../src/core/quaternion.js";
import type { RolloutModel } from "../../../src/stream/rollout-model.js";

type Geom = RolloutModel["robot"]["geoms"][number];

/** A plane of the world that is level: drawn as the floor, without end. */
export function isGround({ shape, body, orientation }: Geom): boolean {
  if (shape !== "plane" || body !== -1) return false;
  const up = [0, 0, 0];
  rotateVector(up, 0, [...orientation], 0, [0, 0, 1], 0);
  return up[2] > 0.999;
}

/** m; null where the robot hangs in the air. */
export function groundHeight({ geoms }: RolloutModel["robot"]): number | null {
  const heights = geoms.filter(isGround).map(({ position }) => position[2]);
  return heights.length > 0 ? Math.max(...heights) : null;
}
