/** What a model is told before it chooses randomizations: the task, and the prior as far as it may know it. */
import type { RandomizationInputs } from "../llm/prompt-inputs.js";
import type { LoadedTask } from "../task/loaded-task.js";
import { type WorldParameterName, worldParameters } from "../task/world-parameters.js";
import type { FeasibleIntervals } from "./check-configuration.js";

/**
 * Without a prior the model chooses blindly. Parameters whose nominal value is all that works are
 * left out: nothing about them can be randomized.
 */
export function randomizationInputs(
  task: LoadedTask,
  count: number,
  prior?: FeasibleIntervals,
): RandomizationInputs {
  const { definition, page } = task;
  return {
    taskName: definition.name,
    sentence: page.sentence.trim(),
    caveats: [...(definition.transfer?.caveats ?? [])],
    parameters: worldParameters(task).flatMap(({ name, unit, sentence, nominal }) => {
      const intervals = prior?.[name];
      if (prior && !intervals?.some(([low, high]) => low < high)) return [];
      const hint = hints[name];
      return [
        {
          name,
          unit,
          sentence,
          nominal,
          ...(intervals && { range: intervalText(intervals) }),
          ...(hint !== undefined && { hint }),
        },
      ];
    }),
    count,
  };
}

/** "0.2 to 1.5, or 3 to 5" */
export function intervalText(intervals: readonly (readonly [number, number])[]): string {
  return intervals.map(([low, high]) => `${low} to ${high}`).join(", or ");
}

const perAxis = "Each axis is drawn by itself.";

/** What a person who has tuned robots would say; nothing where the sentence says it all. */
const hints: Partial<Record<WorldParameterName, string>> = {
  massFactor: "Payload and this one overlap: one of the two is usually enough.",
  friction: "Rubber on dry concrete is near 1, on wet or dusty floors 0.3 to 0.5.",
  "centerOfMassOffset.x": `${perAxis} A few centimetres are a lot for a small robot.`,
  gravityScale: "Real gravity does not change; a small range stands for what the model leaves out.",
  "gravityOffset.x": `${perAxis} 1 m/s² sideways is a slope of six degrees.`,
  kpFactor: "Known well where the motors' own controllers do the work.",
  motorStrength: "Falls with the battery's charge and the motors' heat.",
  armature: "Rotor inertia seen through the gears; too much of it makes every motion sluggish.",
  jointFriction: "Gears and seals; a range that begins at 0 keeps the simulated case in.",
  jointStiffness: "Cables and covers; a robot without them has none.",
  pushSpeed:
    "Each world draws how hard it pushes at most; its pushes are of every size up to that, at random times.",
  actionDelaySteps:
    "Whole steps. Radio and motor drivers together rarely stay below a few milliseconds.",
  observationDelaySteps: "Whole steps. Adds to the delay of commands.",
  terrainRoughness: "Indoor floors and asphalt stay below a centimetre, lawns reach a few.",
  sensorNoise: "At 1 the noise is as the task has it.",
};
