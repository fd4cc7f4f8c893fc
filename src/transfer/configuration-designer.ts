/** Who makes up randomizations for a transfer: a model, or without one the offline designer. */
import type { LoadedTask } from "../task/loaded-task.js";
import type { FeasibleIntervals } from "./check-configuration.js";
import type { RandomizationConfiguration } from "./configuration.js";
import { makeConfigurations, uninformedPrior } from "./made-configurations.js";

export interface ConfigurationDesigner {
  /** For people. */
  readonly description: string;
  /** Without a prior it is neither told nor held to one. */
  design(
    task: LoadedTask,
    prior: FeasibleIntervals | undefined,
    count: number,
    signal: AbortSignal,
  ): Promise<readonly RandomizationConfiguration[]>;
}

/** Draws around what is nominal; without a prior between the ends of the grids, which say nothing. */
export function offlineConfigurationDesigner(seed: number): ConfigurationDesigner {
  return {
    description: "offline (drawn around the nominal world, no model)",
    async design(task, prior = uninformedPrior(task), count) {
      return makeConfigurations("offline", task, prior, count, seed);
    },
  };
}
