/** Everything about a search that a flag, a file or a caller may set. One source of types, defaults and help. */
import { z } from "zod";

const budget = z.number().positive().nullable().default(null);

export const designSettingsSchema = z
  .strictObject({
    designer: z
      .enum(["offline", "random", "shuffled", "openai", "recorded", "manual"])
      .default("offline")
      .describe("who proposes rewards"),
    seed: z
      .int()
      .min(0)
      .max(999)
      .default(1)
      .describe("seed of the search: its proposals and its trainings"),
    iterations: z.int().positive().default(4).describe("rounds of proposals"),
    candidates: z.int().positive().default(8).describe("rewards proposed in each round"),
    restarts: z
      .int()
      .positive()
      .default(1)
      .describe("independent searches, of which the best counts"),
    repairs: z.int().min(0).default(2).describe("tries to repair a refused reward"),
    searchSteps: z
      .int()
      .positive()
      .nullable()
      .default(null)
      .describe("environment steps a candidate is trained for (default: the task's)"),
    halving: z
      .boolean()
      .default(true)
      .describe("train all for a part of the steps and only the better ones on"),
    rungs: z
      .array(z.number().gt(0).max(1))
      .min(1)
      .default([0.33, 0.55, 1])
      .describe("parts of the search steps after which halving keeps the better ones"),
    keep: z.number().gt(0).max(1).default(0.4).describe("share that halving keeps at each rung"),
    repeats: z
      .int()
      .min(0)
      .max(9)
      .default(1)
      .describe(
        "other seeds with which those trained to the end are trained again; the mean counts",
      ),
    faithful: z
      .boolean()
      .default(false)
      .describe("the original's memory, scoring and failure handling; no repair, no halving"),
    target: z
      .number()
      .nullable()
      .default(null)
      .describe("stop searching when a candidate's fitness reaches this"),
    tieTolerance: z
      .number()
      .min(0)
      .default(0.02)
      .describe("fitnesses this close, relative to the best, tie; fewer steps to 95 % win"),
    engineWatch: z
      .enum(["warn", "reject", "off"])
      .default("reject")
      .describe(
        "a policy that lives off the solver is said, ranks below all clean ones, or neither",
      ),
    episodes: z.int().positive().default(16).describe("held-out episodes that rank a policy"),
    checkpoints: z
      .array(z.number().gt(0).max(1))
      .default([0.55, 0.7, 0.85])
      .describe(
        "parts of a whole training after which its policy is measured, beside its end; the best is its policy, the mean counts",
      ),
    finals: z
      .boolean()
      .default(true)
      .describe("train the best anew and compare it with the baselines"),
    confirm: z
      .int()
      .min(0)
      .default(3)
      .describe("candidates trained again with other seeds before the best is chosen (0: none)"),
    confirmSeeds: z.int().positive().max(100).default(3).describe("seeds of these trainings"),
    finalSeeds: z.int().positive().max(100).default(5).describe("seeds of the final trainings"),
    finalSteps: z
      .int()
      .positive()
      .nullable()
      .default(null)
      .describe("environment steps of a final training (default: the task's)"),
    finalEpisodes: z
      .int()
      .positive()
      .default(64)
      .describe("test episodes that a final policy is measured on"),
    maxMoneyUsd: budget.describe("stop searching after this many US dollars"),
    maxTokens: budget.describe("stop searching after this many tokens"),
    maxSteps: budget.describe("stop searching after this many environment steps"),
    maxMinutes: budget.describe("stop searching after this many minutes"),
    onBudget: z
      .enum(["finals", "stop"])
      .default("finals")
      .describe("what follows when a budget is reached"),
    review: z
      .boolean()
      .default(false)
      .describe("wait before every further prompt until a person in the viewer lets it go"),
    fresh: z.boolean().default(false).describe("train anew what the job store already has"),
  })
  .describe("settings of a search for rewards");

export type DesignSettings = z.infer<typeof designSettingsSchema>;
export type DesignSettingsInput = z.input<typeof designSettingsSchema>;

/** Final trainings use these seeds, which no search can have: `seed` ends below. */
export function finalSeeds(settings: DesignSettings): number[] {
  return Array.from({ length: settings.finalSeeds }, (_, i) => 1001 + i);
}

/** The best few are trained again with these seeds, neither a search's nor a final's. */
export function confirmationSeeds({ confirmSeeds, faithful }: DesignSettings): number[] {
  return Array.from({ length: faithful ? 0 : confirmSeeds }, (_, i) => 2001 + i);
}

/** An iteration's best are trained again with these seeds, which no other search has. */
export function repeatSeeds({ seed, repeats, faithful }: DesignSettings): number[] {
  return Array.from({ length: faithful ? 0 : repeats }, (_, i) => 1000 * (3 + i) + seed);
}

/** Parts of the search steps after which candidates are compared. */
export function rungsOf(settings: DesignSettings): number[] {
  if (!settings.halving || settings.faithful) return [1];
  const rungs = [...new Set([...settings.rungs, 1])];
  return rungs.sort((a, b) => a - b);
}
