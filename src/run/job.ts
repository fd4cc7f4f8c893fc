import type { CompiledTask } from "../reward/compiled-task.js";
import type { Program } from "../reward/program.js";
import type { Evaluation, MetricsRow } from "../rl/metrics.js";
import type { TrainingSettings } from "../task/settings.js";

/**
 * One training: what is trained, as plain JSON. Its id is the hash of these contents (the task's
 * words and folder left out), of engine and runtime versions and of the result format. The budget in
 * environment steps is not part of it: a result is `id@steps`, and a longer request continues.
 */
export interface TrainingJob {
  readonly task: CompiledTask;
  readonly reward: Program;
  readonly settings: TrainingSettings;
  readonly engine: "rapier";
  readonly seed: number;
  /** Result whose weights and normalizers it starts from: `id@steps`; null starts from scratch. */
  readonly parent: string | null;
}

export interface EvaluationRequest {
  readonly set: "select" | "test";
  readonly profile: "train" | "reference";
  readonly episodes: number;
}

export interface TrainingRequest {
  readonly job: TrainingJob;
  /** Total environment steps the result must have. */
  readonly steps: number;
  readonly evaluations: readonly EvaluationRequest[];
  /** Train anew though the store has it. */
  readonly fresh?: boolean;
}

export type TrainingOutcome =
  | {
      readonly status: "finished";
      readonly jobId: string;
      readonly totalSteps: number;
      readonly metrics: readonly MetricsRow[];
      readonly evaluations: readonly Evaluation[];
      /** Hash of the final weights and normalizers. */
      readonly policyHash: string;
      /** Path of the checkpoint. */
      readonly checkpoint: string;
      /** Environment steps and CPU seconds spent now; 0 when the store already had it. */
      readonly newSteps: number;
      readonly cpuSeconds: number;
    }
  | {
      readonly status: "failed";
      readonly jobId: string;
      /** E_REWARD_FUEL, E_REWARD_NOT_FINITE, E_WORKER_HUNG, E_WORKER_CRASHED, E_CANCELLED … */
      readonly code: `E_${string}`;
      readonly message: string;
      readonly totalSteps: number;
    };
