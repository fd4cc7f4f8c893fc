/** The ground under each environment: terrain where the task has it, else the robot file's plane. */
import { rotateVector } from "../core/quaternion.js";
import { type HeightField, heightAt } from "../sim/terrain/height-field.js";
import type { LoadedTask } from "./loaded-task.js";

export interface Ground {
  /** Undefined where the ground is level. */
  readonly field: HeightField | undefined;
  /** Height of level ground, m. */
  readonly level: number;
  /** [env][3] where each environment's origin stands in the world, m. */
  readonly origins: Float64Array;
}

/** Level ground lies as high as the highest level plane of the robot file, or at 0. */
export function groundLevel({ robot }: LoadedTask): number {
  const up = [0, 0, 0];
  const heights = robot.geoms.flatMap(({ shape, body, orientation, position }) => {
    rotateVector(up, 0, [...orientation], 0, [0, 0, 1], 0);
    return shape === "plane" && body === -1 && up[2] > 0.999 ? [position[2]] : [];
  });
  return heights.length > 0 ? Math.max(...heights) : 0;
}

/** Height of the ground at a place, m, both relative to the environment's origin. */
export function groundHeight(
  { field, level, origins }: Ground,
  env: number,
  x: number,
  y: number,
): number {
  if (field === undefined) return level;
  return heightAt(field, x + origins[3 * env], y + origins[3 * env + 1]) - origins[3 * env + 2];
}
