/** Everything a search works with. */
import type { Issue } from "../core/errors.js";
import type { CompiledTask } from "../reward/compiled-task.js";
import type { Program } from "../reward/program.js";
import type { Executor } from "../run/executor.js";
import type { TrainingSettings } from "../task/settings.js";
import type { Designer } from "./designer.js";
import type { Journal } from "./journal.js";
import type { DesignSettings } from "./settings.js";

/** Whether a reward may be trained; what `checkReward` of the language says. */
export interface RewardCheck {
  readonly accepted: boolean;
  readonly issues: readonly Issue[];
  readonly terms: readonly string[];
  readonly nsPerCall: number | null;
  readonly samples: unknown;
  readonly program: Program | null;
}

export interface DesignInputs {
  readonly name: string;
  readonly task: CompiledTask;
  readonly settings: DesignSettings;
  readonly training: TrainingSettings;
  readonly designer: Designer;
  readonly executor: Executor;
  readonly check: (source: string) => Promise<RewardCheck>;
  readonly journal: Journal;
  /** A reward to start from, trained first as iteration 0. */
  readonly start?: { readonly source: string; readonly from: string };
  /** Sentences for the next prompt. */
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
