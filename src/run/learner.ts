import type { NativeCalls } from "../policy/session.js";
import type { Evaluation, MetricsRow } from "../rl/metrics.js";
import type { EvaluationRequest, TrainingJob } from "./job.js";

/** What can train a job. The rest of `src/run` stores and schedules, and knows nothing of PPO. */
export interface Learner {
  /** A training in progress, from a checkpoint of the job itself, a parent's, or from scratch. */
  start(job: TrainingJob, from: TrainingStart, pulse: Pulse): Promise<Training>;
  evaluate(
    job: TrainingJob,
    checkpoint: Uint8Array,
    request: EvaluationRequest,
    pulse: Pulse,
  ): Promise<Evaluation>;
}

/** How a training tells those who watch it that it works, and when it must not be ended. */
export interface Pulse extends NativeCalls {
  /** Where the pulse is written, so that further threads of the training may write there too. */
  readonly cells?: Int32Array;
  /** Called at every step. Throws E_CANCELLED when the training is to end at once. */
  beat(): void;
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
  save(): Promise<SavedTraining>;
  /** CPU seconds spent so far by threads other than the caller's; absent where there are none. */
  otherCpuSeconds?(): number;
  dispose(): Promise<void>;
}

export interface SavedTraining {
  readonly bytes: Uint8Array;
  /** Hash of weights and normalizers. */
  readonly policyHash: string;
}
