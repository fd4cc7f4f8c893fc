/** What a robot must not have for Rapier. */
import { RewardsmithError } from "../../core/errors.js";
import type { RobotModel } from "../../robot/model.js";
import type { Articulation } from "../articulation.js";

/** Throws E_ROBOT_UNSUPPORTED. */
export function checkSupported(robot: RobotModel, articulation: Articulation): void {
  for (const { model, slide } of articulation.joints) {
    if (!slide && model.range && model.range[1] - model.range[0] >= 2 * Math.PI) {
      throw new RewardsmithError(
        "E_ROBOT_UNSUPPORTED",
        `hinge "${model.name}" turns more than once around`,
        {
          hint: "narrow its range below a full turn, or remove the range",
        },
      );
    }
  }
  robot.bodies.forEach(({ name, gravityCompensation, massKg }, body) => {
    const link = articulation.links[articulation.linkOfBody[body]];
    if (link === undefined || massKg === 0 || 1 - gravityCompensation === link.weight) return;
    throw new RewardsmithError(
      "E_ROBOT_UNSUPPORTED",
      `body "${name}" has gravcomp ${gravityCompensation}, the body it is fixed to another`,
      { hint: "give bodies without a joint the gravcomp of the body they are fixed to" },
    );
  });
}
