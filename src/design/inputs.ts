/** Everything a search works with. */
import type { CompiledTask } from "../reward/compiled-task.js";
import type { RewardCheck } from "../reward/node/check.js";
import type { Executor } from "../run/executor.js";
import type { TrainingSettings } from "../task/settings.js";
import type { Designer } from "./designer.js";
import type { Journal } from "./journal.js";
import type { DesignSettings } from "./settings.js";

export interface DesignInputs {
  readonly name: string;
  readonly task: CompiledTask;
  readonly settings: DesignSettings;
  readonly training: TrainingSettings;
  readonly designer: Designer;
  readonly executor: Executor;
  /** Whether a reward may be trained. */
  readonly check: (source: string) => Promise<RewardCheck>;
  readonly journal: Journal;
  /** A reward to start from, trained first as iteration 0. */
  readonly start?: { readonly source: string; readonly from: string };
  /** Sentences for the next prompt; those the run has already are not repeated. */
  readonly notes?: readonly string[];
  readonly versions: Readonly<Record<string, string>>;
  /** Processor, cores, system: for the report. */
  readonly machine: string;
  readonly signal?: AbortSignal;
  readonly nowMs: () => number;
}

/** Environment steps a candidate is trained for. */
export function searchStepsOf({ task, settings }: Pick<DesignInputs, "task" | "settings">): number {
  const { searchSteps, steps } = task.task.definition;
  return settings.searchSteps ?? searchSteps ?? steps;
}

/** Environment steps of a final training. */
export function finalStepsOf({ task, settings }: Pick<DesignInputs, "task" | "settings">): number {
  return settings.finalSteps ?? task.task.definition.steps;
}
