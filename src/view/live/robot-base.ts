import { floatingBase } from "../../robot/free-bodies.js";
import type { RobotModel } from "../../robot/model.js";

/** The body that is followed and pushed: the floating base, else the first that moves. */
export function baseBodyOf(robot: RobotModel): number {
  return floatingBase(robot)?.body ?? robot.joints[0]?.body ?? 0;
}

export function robotMassKg(robot: RobotModel): number {
  return robot.bodies.reduce((sum, { massKg }) => sum + massKg, 0);
}
