/** Randomizations that no model has to be asked for, by the name of who makes them. */
import { RewardsmithError } from "../core/errors.js";
import { Rng } from "../core/rng.js";
import { BaseMass } from "../task/base-mass.js";
import type { LoadedTask } from "../task/loaded-task.js";
import { worldParameters } from "../task/world-parameters.js";
import type { FeasibleIntervals } from "./check-configuration.js";
import type { RandomizationConfiguration } from "./configuration.js";
import {
  offlineConfigurations,
  priorParameters,
  randomConfigurations,
} from "./drawn-configurations.js";
import { gridOf } from "./grid.js";
import {
  fullPriorConfiguration,
  humanConfiguration,
  noConfiguration,
} from "./plain-configurations.js";

export const plainDesigners = ["offline", "random", "full-prior", "human", "none"] as const;
export type PlainDesigner = (typeof plainDesigners)[number];

/** One for `full-prior`, `human` and `none`, whatever `count` is; the same seed gives the same ones. */
export function makeConfigurations(
  designer: PlainDesigner,
  task: LoadedTask,
  prior: FeasibleIntervals,
  count: number,
  seed: number,
): RandomizationConfiguration[] {
  const parameters = priorParameters(prior, worldParameters(task));
  const needsPrior = designer !== "human" && designer !== "none";
  if (needsPrior && parameters.length === 0) {
    throw new RewardsmithError(
      "E_PRIOR_EMPTY",
      "no parameter of the prior has a range that works",
      {
        hint: "nothing can be randomized for this policy: train it longer, or loosen transfer.loose",
      },
    );
  }
  const rng = Rng.stream(seed, "randomization", designer);
  switch (designer) {
    case "offline":
      return offlineConfigurations(parameters, count, rng);
    case "random":
      return randomConfigurations(parameters, count, rng, possibleTogether(task));
    case "full-prior": {
      const nominal = Object.fromEntries(parameters.map(({ name, nominal }) => [name, nominal]));
      return [fullPriorConfiguration(prior, nominal)];
    }
    case "human":
      return [humanConfiguration(task)];
    case "none":
      return [noConfiguration()];
  }
}

/** Whether ranges of which each is possible are so together. */
export function possibleTogether({ robot }: LoadedTask) {
  return (ranges: RandomizationConfiguration["ranges"]): boolean =>
    new BaseMass(robot, ranges).whyImpossible() === null;
}

/** DrEureka's uninformative prior, for comparison: all of every grid that can be at all. */
export function uninformedPrior(task: LoadedTask): FeasibleIntervals {
  return Object.fromEntries(
    worldParameters(task).map((parameter) => {
      const grid = gridOf(task, parameter);
      return [parameter.name, [[grid[0], grid[grid.length - 1]]]];
    }),
  );
}
