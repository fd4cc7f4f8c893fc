/** The ground under each environment: terrain where the task has it, else the robot file's plane. */
import { rotateVector } from "../core/quaternion.js";
import { floatingBase } from "../robot/free-bodies.js";
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

/** Whether any part of a robot can touch anything. */
export function touches({ robot }: Pick<LoadedTask, "robot">): boolean {
  return robot.geoms.some(
    ({ body, contype, conaffinity }) => body >= 0 && (contype !== 0 || conaffinity !== 0),
  );
}

/** Whether a robot moves about on a plane, in whose place there could be other ground. */
export function movesOnPlane({ robot }: Pick<LoadedTask, "robot">): boolean {
  const plane = robot.geoms.some(({ shape, body }) => shape === "plane" && body < 0);
  return plane && floatingBase(robot) !== undefined && touches({ robot });
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
