/**
 * The engine watch in a search. A reward may pay for what only a solver allows; the policy it breeds
 * then shows too much of something at the end of its training or in its evaluation, and is marked.
 */
import type { TrainingResult, WatchMark } from "../events/event.js";
import type { Candidate } from "../events/run-state.js";
import type { TrainingOutcome } from "../run/job.js";
import { excesses } from "../sim/watch-limits.js";
import { mergeWatch, type WatchStatistics } from "../sim/watch-statistics.js";
import type { LoadedTask } from "../task/loaded-task.js";
import { watchLimits } from "../task/watch-limits.js";
import type { DesignInputs } from "./inputs.js";
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

/** What the watch found in the trainings of a candidate, with whatever seed: the worst of each kind. */
export function marksOf({
  rungs,
  repeats,
  confirmations,
}: Pick<Candidate, "rungs" | "repeats" | "confirmations">): WatchMark[] {
  const worst = new Map<string, WatchMark>();
  for (const training of [rungs.at(-1)?.result, ...repeats, ...confirmations]) {
    for (const mark of training?.engineWatch ?? []) {
      const kind = `${mark.where} ${mark.measure}`;
      if (mark.value > (worst.get(kind)?.value ?? -Infinity)) worst.set(kind, mark);
    }
  }
  return [...worst.values()];
}

/** Says once of a candidate that its policies move as only the solver allows. */
export function raiseEngineAlarm(
  { journal, settings }: Pick<DesignInputs, "journal" | "settings">,
  id: string,
): void {
  const { alarms, candidates } = journal.state;
  const candidate = candidates.find((one) => one.id === id);
  if (settings.engineWatch === "off" || !candidate) return;
  if (alarms.some((alarm) => alarm.id === id && alarm.kind === "engineWatch")) return;
  const message = marksOf(candidate).map(describeMark).join(", ");
  if (message !== "") journal.record({ type: "alarm", kind: "engineWatch", id, message });
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
