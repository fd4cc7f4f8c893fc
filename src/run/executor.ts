import type { MetricsRow } from "../rl/metrics.js";
import type { TrainingOutcome, TrainingRequest } from "./job.js";

export interface ExecuteOptions {
  readonly signal?: AbortSignal;
  /** Called for each finished iteration (already stored rows are not repeated). */
  readonly onProgress?: (row: MetricsRow) => void;
}

/** Runs training jobs somewhere. A bad candidate is an outcome, never a rejection. */
export interface Executor {
  /** Jobs it runs at once. */
  readonly slots: number;
  run(request: TrainingRequest, options?: ExecuteOptions): Promise<TrainingOutcome>;
  close(): Promise<void>;
}
