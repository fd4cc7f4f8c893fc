/** How a policy does in an engine it never saw, cell by cell. */
import { z } from "zod";
import { RewardsmithError } from "../core/errors.js";
import { interval95, mean, wilson95 } from "../core/statistics.js";
import type { PolicyParameters } from "../policy/inference.js";
import type { CompiledTask } from "../reward/compiled-task.js";
import { versions } from "../run/versions.js";
import { type EngineName, engineNames } from "../sim/simulator.js";
import type { TransferDefinition } from "../task/task.js";
import { type EpisodeMeasure, type Measure, transferOf } from "./measure.js";
import { policyName } from "./rapp.js";
import { examCells } from "./suite.js";
import { worldSchema } from "./world.js";

const intervalSchema = z.strictObject({
  mean: z.number(),
  /** 95 % interval; null where there are too few episodes for one. */
  low: z.number().nullable(),
  high: z.number().nullable(),
});
export type ExamInterval = z.infer<typeof intervalSchema>;

const resultSchema = z.strictObject({
  episodes: z.int().positive(),
  /** Shares of episodes, with Wilson's interval. */
  success: intervalSchema,
  falls: intervalSchema,
  /** How long episodes lasted, s. */
  seconds: z.number(),
  /** Means over episodes, with Student's interval. */
  measures: z.record(z.string(), intervalSchema),
  /** Mean of the headline measure over the worst tenth of the episodes. */
  worstTenth: z.number(),
});
export type ExamResult = z.infer<typeof resultSchema>;

export const examSchema = z.strictObject({
  format: z.literal(1),
  task: z.string(),
  /** SHA-256 of the policy's weights and normalizer. */
  policy: z.string(),
  trainedIn: z.enum(engineNames),
  engine: z.enum(engineNames),
  profile: z.literal("reference"),
  seconds: z.number().positive(),
  seed: z.int(),
  versions: z.record(z.string(), z.string()),
  headline: z.string(),
  units: z.record(z.string(), z.string()),
  /** Share of nominal episodes that must succeed. */
  mark: z.number(),
  passed: z.boolean(),
  cells: z.array(
    z.strictObject({
      suite: z.string(),
      name: z.string(),
      world: worldSchema,
      ...resultSchema.shape,
    }),
  ),
  /** All cells but the nominal one together. */
  elsewhere: resultSchema,
});
export type Exam = z.infer<typeof examSchema>;

export interface ExamOptions {
  readonly task: CompiledTask;
  readonly policy: PolicyParameters;
  /** What it was trained in. */
  readonly trainedIn: EngineName;
  /** Default: the other one. */
  readonly engine?: EngineName | undefined;
  /** In the nominal cell, and in each other one. */
  readonly episodes: number;
  readonly cellEpisodes?: number | undefined;
  /** Default: the task's. */
  readonly seconds?: number | undefined;
  readonly seed?: number | undefined;
  /** Names of suites; omitted: all. The nominal one is always sat. */
  readonly suites?: readonly string[] | undefined;
  readonly measure: Measure;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((share: number) => void) | undefined;
}

/**
 * @throws E_EXAM_MARK where the task declares no pass mark, E_EXAM_ENGINE in the engine of the training
 */
export async function sitExam(options: ExamOptions): Promise<Exam> {
  const { task, policy, trainedIn, episodes, measure, signal, onProgress, seed = 0 } = options;
  const transfer = transferOf(task);
  const { cellEpisodes = episodes, seconds = transfer.exam.seconds } = options;
  const { engine = otherEngine(trainedIn) } = options;
  const mark = passMark(task, transfer);
  if (engine === trainedIn) {
    throw new RewardsmithError(
      "E_EXAM_ENGINE",
      `the policy was trained in ${trainedIn}; an exam there examines nothing`,
      { hint: `sit it in ${otherEngine(trainedIn)}: leave --engine out` },
    );
  }
  const all = examCells(task.task, engine);
  const wanted = ["nominal", ...(options.suites ?? all.map(({ suite }) => suite))];
  const unknown = wanted.find((name) => !all.some(({ suite }) => suite === name));
  if (unknown !== undefined) {
    throw new RewardsmithError("E_EXAM_SUITE", `there is no suite "${unknown}"`, {
      hint: `there are: ${[...new Set(all.map(({ suite }) => suite))].join(", ")}`,
    });
  }
  const cells = all.filter(({ suite }) => wanted.includes(suite));
  const counts = cells.map((_, i) => (i === 0 ? episodes : cellEpisodes));
  const found = await measure({
    task,
    policy,
    engine,
    profile: "reference",
    worlds: cells.flatMap(({ world }, i) => new Array(counts[i]).fill(world)),
    seconds,
    seed,
    stream: "test",
    ...(signal && { signal }),
    ...(onProgress && { onProgress }),
  });
  const parts = counts.map((count, i) => {
    const from = counts.slice(0, i).reduce((sum, other) => sum + other, 0);
    return found.slice(from, from + count);
  });
  const results = parts.map((part) => summarize(part, transfer));
  const { rewardsmith, [engine]: physics } = versions();
  return {
    format: 1,
    task: task.task.definition.name,
    policy: policyName(policy),
    trainedIn,
    engine,
    profile: "reference",
    seconds,
    seed,
    versions: { rewardsmith, [engine]: physics },
    headline: transfer.headline,
    units: Object.fromEntries(Object.entries(transfer.measures).map(([name, m]) => [name, m.unit])),
    mark,
    passed: results[0].success.mean >= mark,
    cells: cells.map((cell, i) => ({ ...cell, ...results[i] })),
    elsewhere: parts.length > 1 ? summarize(parts.slice(1).flat(), transfer) : results[0],
  };
}

export function otherEngine(engine: EngineName): EngineName {
  return engine === "rapier" ? "mujoco" : "rapier";
}

/** Mean of the lowest tenth, at least one: the conditional value at risk of 10 %. */
export function worstTenth(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return mean(sorted.slice(0, Math.max(1, Math.round(values.length / 10))));
}

export function passMark({ task }: CompiledTask, { exam }: TransferDefinition): number {
  if (exam.pass !== undefined) return exam.pass;
  throw new RewardsmithError("E_EXAM_MARK", `${task.definition.name} declares no pass mark`, {
    where: task.folder,
    hint: "say in task.ts under transfer.exam.pass which share of nominal episodes must succeed",
  });
}

function summarize(episodes: readonly EpisodeMeasure[], transfer: TransferDefinition): ExamResult {
  const share = (of: (episode: EpisodeMeasure) => boolean) =>
    finite(wilson95(episodes.filter(of).length, episodes.length));
  const allowed = ["timeOut", ...transfer.success.endings];
  return {
    episodes: episodes.length,
    success: share(({ success }) => success),
    falls: share(({ ending }) => !allowed.includes(ending)),
    seconds: mean(episodes.map(({ seconds }) => seconds)),
    measures: Object.fromEntries(
      Object.keys(transfer.measures).map((name) => [
        name,
        finite(interval95(episodes.map(({ measures }) => measures[name]))),
      ]),
    ),
    worstTenth: worstTenth(episodes.map(({ measures }) => measures[transfer.headline])),
  };
}

/** JSON knows no infinity: an unbounded interval has no ends. */
function finite(interval: { mean: number; low: number; high: number }): ExamInterval {
  const end = (value: number) => (Number.isFinite(value) ? value : null);
  return { mean: interval.mean, low: end(interval.low), high: end(interval.high) };
}
