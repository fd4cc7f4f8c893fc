/** What a schema cannot see of a randomization: that its robot can be in the worlds it asks for. */
import { RewardsmithError } from "../core/errors.js";
import type { RobotModel } from "../robot/model.js";
import { BaseMass, baseMassHint } from "./base-mass.js";
import { boundsOf } from "./distribution.js";
import type { TaskDefinition } from "./task.js";
import { worldParameterNames } from "./world-parameter-names.js";
import { hasBumps, hasWorldParameter, worldParameterFacts } from "./world-parameters.js";

/** Throws E_TASK_INVALID where a world is asked for that this robot cannot be in. */
export function checkRandomization(definition: TaskDefinition, robot: RobotModel): void {
  const { randomization, actionDelaySteps, terrain } = definition;
  for (const name of worldParameterNames) {
    const declared = randomization[name];
    if (declared === undefined) continue;
    const where = `randomization.${name}`;
    const { distribution, when, growth } = declared;
    if (!hasWorldParameter(name, { definition, robot })) {
      throw invalid(
        `${where} changes nothing about robot "${robot.name}" in this task`,
        `leave it out: ${worldParameterFacts[name].sentence}`,
      );
    }
    const mean = typeof distribution === "object" && "normal" in distribution;
    const [low, high] = mean
      ? [distribution.normal[0], distribution.normal[0]]
      : boundsOf(distribution);
    const { allowed } = worldParameterFacts[name];
    const least = allowed === "positive" ? Number.MIN_VALUE : allowed === "any" ? -Infinity : 0;
    if (!(low >= least && low <= high && Number.isFinite(high))) {
      throw invalid(
        `${where} draws from ${low} to ${high}`,
        allowed === "any"
          ? "give the lower end first"
          : `give the lower end first, ${allowed === "positive" ? "above" : "not below"} 0`,
      );
    }
    if (typeof when === "object" && when.intervalSeconds[0] > when.intervalSeconds[1]) {
      throw invalid(
        `${where}.when.intervalSeconds runs from ${when.intervalSeconds.join(" down to ")}`,
        "give the shorter interval first",
      );
    }
    if (growth && when === "startup") {
      throw invalid(
        `${where} is drawn once, before its range has grown`,
        'draw it anew: when: "reset" or { intervalSeconds: [5, 10] }',
      );
    }
  }
  const massless = new BaseMass(robot, randomization).whyImpossible();
  if (massless) throw invalid(massless, baseMassHint);
  if (randomization.actionDelaySteps && actionDelaySteps[1] > actionDelaySteps[0]) {
    throw invalid(
      "actionDelaySteps and randomization.actionDelaySteps both draw the delay",
      "leave one of them out",
    );
  }
  if (randomization.terrainRoughness && !hasBumps(definition)) {
    throw invalid(
      "randomization.terrainRoughness has no rough ground to choose from",
      'give the task one: terrain: { kinds: [{ kind: "rough", amplitudeMeters: [0, 0.1] }] }',
    );
  }
  if (randomization.terrainRoughness && terrain?.curriculum) {
    throw invalid(
      "randomization.terrainRoughness and terrain.curriculum both choose the ground",
      "leave one of them out",
    );
  }
}

function invalid(message: string, hint: string): RewardsmithError {
  return new RewardsmithError("E_TASK_INVALID", message, { hint });
}
