/** A task's limits for the engine watch: the robot's, except where the task declares its own. */
import { articulate } from "../sim/articulation.js";
import { robotScale } from "../sim/robot-scale.js";
import { defaultLimits, type WatchLimits } from "../sim/watch-limits.js";
import type { LoadedTask } from "./loaded-task.js";

export function watchLimits({ robot, definition }: LoadedTask): WatchLimits {
  const limits: Record<string, number> = { ...defaultLimits(robotScale(robot, articulate(robot))) };
  for (const [measure, limit] of Object.entries(definition.physics.watch)) {
    if (limit !== undefined) limits[measure] = limit;
  }
  return limits as WatchLimits;
}
