import type { Evaluation, MetricsRow } from "../rl/metrics.js";
import type { EvaluationRequest, TrainingJob } from "./job.js";

/** What can train a job. The rest of `src/run` stores and schedules, and knows nothing of PPO. */
export interface Learner {
  /** A training in progress, from a checkpoint of the job itself, a parent's, or from scratch. */
  start(job: TrainingJob, from: TrainingStart, beat: () => void): Promise<Training>;
  /** `beat` is called as often as episodes are stepped; it tells the watchdog that work goes on. */
  evaluate(
    job: TrainingJob,
    checkpoint: Uint8Array,
    request: EvaluationRequest,
    beat: () => void,
  ): Promise<Evaluation>;
}

export interface TrainingStart {
  /** Continues exactly where it was saved. */
  readonly checkpoint?: Uint8Array;
  /** Takes over weights and normalizers only. */
  readonly parent?: Uint8Array;
}

export interface Training {
  iterate(): Promise<MetricsRow>;
  /** Everything needed to continue bit-identically; saving changes nothing. */
  save(): SavedTraining;
  dispose(): Promise<void>;
}

export interface SavedTraining {
  readonly bytes: Uint8Array;
  /** Hash of weights and normalizers. */
  readonly policyHash: string;
}
