/** Metrics as JSON text. JSON has no NaN: it is written as null and read back as NaN. */
import { z } from "zod";
import type { Evaluation, MetricsRow } from "../rl/metrics.js";
import { engineNames } from "../sim/simulator.js";
import { type WatchStatistics, watchStatisticsSchema } from "../sim/watch-statistics.js";

const number = z
  .number()
  .nullable()
  .transform((value) => value ?? Number.NaN);
const numbers = z.record(z.string(), number);

const evaluationFields = z.object({
  set: z.enum(["select", "test"]),
  profile: z.enum(["train", "reference"]),
  engine: z.enum(engineNames).optional(),
  totalSteps: number,
  episodes: number,
  fitness: number,
  fitnessPerEpisode: z.array(number),
  episodeLength: number,
  episodeReturn: number,
  endings: numbers,
  physics: watchStatisticsSchema.optional(),
});

export const evaluationSchema: z.ZodType<Evaluation> = evaluationFields.transform(withoutUndefined);

const metricsRowSchema = z.object({
  iteration: number,
  totalSteps: number,
  wallSeconds: number,
  cpuSeconds: number,
  steps: number,
  reward: number,
  terms: numbers,
  humanReward: number.optional(),
  terrainLevel: number.optional(),
  episodes: number,
  episodeReturn: number,
  episodeLength: number,
  fitness: number,
  termSums: numbers,
  endings: numbers,
  losses: z.object({
    surrogate: number,
    value: number,
    entropy: number,
    bound: number,
    approxKl: number,
    clipFraction: number,
    explainedVariance: number,
    gradNorm: number,
    adaptation: number.optional(),
  }),
  lr: number,
  actionStd: number,
  physics: watchStatisticsSchema.optional(),
});

/** Absent rather than undefined. */
function withoutUndefined<T extends { readonly physics?: WatchStatistics | undefined }>(value: T) {
  const { physics, ...rest } = value;
  return physics === undefined ? rest : { ...rest, physics };
}

export function formatRow(row: MetricsRow): string {
  return `${JSON.stringify(row)}\n`;
}

/** Null for a line that is no complete row. */
export function parseRow(line: string): MetricsRow | null {
  try {
    const parsed = withoutUndefined(metricsRowSchema.parse(JSON.parse(line)));
    const { humanReward, terrainLevel, ...row } = parsed;
    return {
      ...row,
      ...(humanReward !== undefined && { humanReward }),
      ...(terrainLevel !== undefined && { terrainLevel }),
    };
  } catch {
    return null;
  }
}
