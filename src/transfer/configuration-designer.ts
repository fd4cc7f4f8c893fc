/** Who makes up randomizations: a model, or without one the offline designer. */
import type { Rng } from "../core/rng.js";
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
import { isVaried } from "./world-at.js";

export interface ConfigurationDesigner {
  /** For people. */
  readonly description: string;
  /** Without a prior, `count` randomizations by knowledge of the task alone. */
  design(
    task: LoadedTask,
    prior: FeasibleIntervals | undefined,
    count: number,
    rng: Rng,
    signal: AbortSignal,
  ): Promise<readonly RandomizationConfiguration[]>;
}

/** Draws around what is nominal; without a prior within the ends of the grid, which say nothing. */
export const offlineConfigurationDesigner: ConfigurationDesigner = {
  description: "offline (drawn around the nominal world, no model)",
  async design(task, prior = uninformative(task), count, rng) {
    return offlineConfigurations(priorParameters(prior, worldParameters(task)), count, rng);
  },
};

/** DrEureka's baseline: any ranges within the prior. */
export function randomInPrior(
  task: LoadedTask,
  prior: FeasibleIntervals,
  count: number,
  rng: Rng,
): RandomizationConfiguration[] {
  return randomConfigurations(priorParameters(prior, worldParameters(task)), count, rng);
}

/** From one end of every parameter's grid to the other. */
function uninformative(task: LoadedTask): FeasibleIntervals {
  return Object.fromEntries(
    worldParameters(task)
      .filter(({ name }) => isVaried(name))
      .map((parameter) => {
        const grid = gridOf(task, parameter);
        return [parameter.name, [[grid[0], grid[grid.length - 1]] as const]];
      }),
  );
}
