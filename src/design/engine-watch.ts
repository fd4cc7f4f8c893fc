/**
 * The engine watch in a search. A reward may pay for what only a solver allows; the policy it breeds
 * then shows too much of something at the end of its training or in its evaluation, and is marked.
 */
import type { TrainingResult, WatchMark } from "../events/event.js";
import type { TrainingOutcome } from "../run/job.js";
import { excesses } from "../sim/watch-limits.js";
import { mergeWatch, type WatchStatistics } from "../sim/watch-statistics.js";
import type { LoadedTask } from "../task/loaded-task.js";
import { watchLimits } from "../task/watch-limits.js";
import { short } from "./reflection.js";

type FinishedOutcome = Extract<TrainingOutcome, { status: "finished" }>;

/** What the watch saw in the last fifth of a training: what the policy had become, not how it learned. */
export function physicsOf(rows: FinishedOutcome["metrics"]): WatchStatistics | null {
  const last = rows.slice(-Math.max(1, Math.ceil(rows.length / 5)));
  return mergeWatch(last.map((row) => row.physics));
}

/** The two fields of a result that the watch fills in; nothing where the engine is not watched. */
export function watched(
  { metrics, evaluations }: Pick<FinishedOutcome, "metrics" | "evaluations">,
  set: "select" | "test",
  task: LoadedTask,
): Pick<TrainingResult, "physics" | "engineWatch"> {
  const physics = physicsOf(metrics);
  const evaluated = evaluations.filter((one) => one.set === set).at(-1)?.physics ?? null;
  if (physics === null && evaluated === null) return {};
  const limits = watchLimits(task);
  return {
    ...(physics && { physics }),
    engineWatch: [
      ...excesses(physics, limits).map((excess) => ({ where: "training" as const, ...excess })),
      ...excesses(evaluated, limits).map((excess) => ({ where: "evaluation" as const, ...excess })),
    ],
  };
}

/** Whether the watch found too much in a result. */
export function isMarked(result: Pick<TrainingResult, "engineWatch"> | null | undefined): boolean {
  return (result?.engineWatch?.length ?? 0) > 0;
}

const words: Readonly<Record<string, string>> = {
  energyGain: "energy from nothing",
  anchorError: "joints coming apart",
  penetration: "parts sinking into each other",
  limitViolation: "joints beyond their limits",
  jointSpeed: "joint speed",
  bodySpeed: "body speed",
};

/** `energy from nothing 58 W in training (limit 16)`. */
export function describeMark({ where, measure, unit, value, limit }: WatchMark): string {
  const what = words[measure] ?? measure;
  return `${what} ${short(value)} ${unit} in ${where} (limit ${short(limit)})`;
}
