/** The worker's end: trains what it is sent, one job at a time. */
import { parentPort } from "node:worker_threads";
import { type ErrorCode, RewardsmithError } from "../core/errors.js";
import type { MetricsRow } from "../rl/metrics.js";
import type { TrainingOutcome, TrainingRequest } from "./job.js";
import type { Learner, Pulse } from "./learner.js";
import { cancelled, trainJob } from "./train-job.js";

export interface Assignment {
  readonly request: TrainingRequest;
  readonly runsRoot: string;
  readonly checkpointSeconds: number;
  /** Shared between worker and watcher; see `beatCell` and those after it. */
  readonly cells: Int32Array;
}

/** Steps and native calls, counted by the worker. */
export const beatCell = 0;
/** Set by the watcher: 1 asks to stop after the iteration, 2 at the next step or native call. */
export const stopCell = 1;
/** 1 while the worker is in native code. Once 2 is asked and this is 0, it enters no more. */
export const nativeCell = 2;

function pulseOf(cells: Int32Array): Pulse {
  const stopNow = () => Atomics.load(cells, stopCell) === 2;
  return {
    beat() {
      Atomics.add(cells, beatCell, 1);
      if (stopNow()) throw cancelled();
    },
    enter() {
      Atomics.add(cells, beatCell, 1);
      // First the cell, then the question: the watcher does it the other way round.
      Atomics.store(cells, nativeCell, 1);
      if (!stopNow()) return;
      Atomics.store(cells, nativeCell, 0);
      throw cancelled();
    },
    leave() {
      Atomics.store(cells, nativeCell, 0);
    },
  };
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
