/** The worker's end: trains what it is sent, one job at a time. */
import { parentPort } from "node:worker_threads";
import { type ErrorCode, RewardsmithError } from "../core/errors.js";
import type { MetricsRow } from "../rl/metrics.js";
import type { TrainingOutcome, TrainingRequest } from "./job.js";
import type { Learner } from "./learner.js";
import { beatCell, pulseOf, stopCell } from "./pulse.js";
import { trainJob } from "./train-job.js";

export interface Assignment {
  readonly request: TrainingRequest;
  readonly runsRoot: string;
  readonly checkpointSeconds: number;
  /** Shared between worker and watcher; see `pulse.ts`. */
  readonly cells: Int32Array;
}

export type Report =
  | { readonly kind: "row"; readonly row: MetricsRow }
  | { readonly kind: "outcome"; readonly outcome: TrainingOutcome }
  /** No fault of the candidate. Taken apart: errors lose their class between threads. */
  | {
      readonly kind: "fault";
      readonly code: ErrorCode;
      readonly message: string;
      readonly details: { readonly where?: string; readonly hint?: string };
    };

/** Called once by a worker's entry file. */
export function serveTraining(learner: Learner): void {
  const report = (message: Report) => parentPort?.postMessage(message);
  parentPort?.on("message", async ({ request, cells, ...options }: Assignment) => {
    Atomics.add(cells, beatCell, 1);
    try {
      const outcome = await trainJob(request, {
        ...options,
        learner,
        onRow: (row) => report({ kind: "row", row }),
        pulse: pulseOf(cells),
        stopAsked: () => Atomics.load(cells, stopCell) > 0,
      });
      report({ kind: "outcome", outcome });
    } catch (error) {
      if (!(error instanceof RewardsmithError)) throw error;
      const { code, message, where, hint } = error;
      const details = { ...(where && { where }), ...(hint && { hint }) };
      report({ kind: "fault", code, message, details });
    }
  });
}
