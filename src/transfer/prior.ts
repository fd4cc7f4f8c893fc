/** The physics prior: where a policy kept working, parameter by parameter. Plain JSON. */
import { z } from "zod";
import { engineNames } from "../sim/simulator.js";
import { worldParameterNames } from "../task/world-parameters.js";
import type { FeasibleIntervals } from "./check-configuration.js";

const profile = z.enum(["train", "reference"]);
const trialSchema = z.strictObject({
  value: z.number(),
  profile,
  successes: z.int().min(0),
  n: z.int().positive(),
  /** Wilson's 95 % interval of the share of successes. */
  interval: z.tuple([z.number(), z.number()]),
});
/** Episodes at one value of one parameter. */
export type Trial = z.infer<typeof trialSchema>;

const parameterPriorSchema = z.strictObject({
  name: z.enum(worldParameterNames),
  unit: z.string(),
  sentence: z.string(),
  nominal: z.number(),
  integer: z.boolean(),
  /** By value, and of one value on `train` first. */
  trials: z.array(trialSchema),
  /** Intervals that worked, lowest first; what lies between two of them did not. */
  feasible: z.array(z.tuple([z.number(), z.number()])),
});
export type ParameterPrior = z.infer<typeof parameterPriorSchema>;

const mapSchema = z.strictObject({
  parameters: z.tuple([z.enum(worldParameterNames), z.enum(worldParameterNames)]),
  /** Grid of either parameter. */
  values: z.tuple([z.array(z.number()), z.array(z.number())]),
  profile,
  n: z.int().positive(),
  /** [value of the first][value of the second]; 0 where the two together cannot be. */
  successes: z.array(z.array(z.int().min(0))),
});
export type PriorMap = z.infer<typeof mapSchema>;

export const physicsPriorSchema = z.strictObject({
  format: z.literal(1),
  task: z.string(),
  engine: z.enum(engineNames),
  /** SHA-256 of the policy's weights and normalizer. */
  policy: z.string(),
  /** DrEureka's rule: one short roll-out a value, from the least to the greatest that worked. */
  faithful: z.boolean(),
  repeats: z.int().positive(),
  seconds: z.number().positive(),
  /** Share of episodes that must succeed for a value to count as one that works. */
  share: z.number(),
  seed: z.int(),
  nominal: z.array(trialSchema.omit({ value: true })),
  parameters: z.array(parameterPriorSchema),
  maps: z.array(mapSchema),
});
export type PhysicsPrior = z.infer<typeof physicsPriorSchema>;

export function feasibleIntervals(prior: PhysicsPrior): FeasibleIntervals {
  return Object.fromEntries(prior.parameters.map(({ name, feasible }) => [name, feasible]));
}
