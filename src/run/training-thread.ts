/**
 * One job in one worker thread, watched from outside. The only place that knows that workers are
 * threads: child processes would be started and watched here.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Worker } from "node:worker_threads";
import { RewardsmithError } from "../core/errors.js";
import { startThread } from "../core/node/spawn.js";
import type { ExecuteOptions } from "./executor.js";
import type { TrainingOutcome, TrainingRequest } from "./job.js";
import { type Assignment, beatCell, type Report, stopCell } from "./train-worker.js";

export interface ThreadAssignment {
  readonly request: TrainingRequest;
  readonly jobId: string;
  readonly runsRoot: string;
  readonly checkpointSeconds: number;
  /** A worker that counts no step for this long is hung. */
  readonly heartbeatSeconds: number;
}

/** After asking a worker to stop it has this long before it is ended. */
const stopSeconds = 2;
/** Loading the learner, before the first beat, may take this long. */
const startSeconds = 60;

export class TrainingThread {
  /** False once it was ended or died. */
  usable = true;
  private readonly worker: Worker;

  constructor(entry: URL) {
    this.worker = startThread(entry);
    this.rest();
  }

  /** Trains; a hung, crashed or stopped worker is a failed outcome and leaves the thread unusable. */
  train(assignment: ThreadAssignment, options: ExecuteOptions): Promise<TrainingOutcome> {
    const { request, jobId, runsRoot, checkpointSeconds, heartbeatSeconds } = assignment;
    const { worker } = this;
    const cells = new Int32Array(new SharedArrayBuffer(8));
    const timers: NodeJS.Timeout[] = [];
    let totalSteps = 0;
    worker.removeAllListeners();
    worker.ref();
    return new Promise((resolve, reject) => {
      const finish = () => {
        for (const timer of timers) clearInterval(timer);
        options.signal?.removeEventListener("abort", askToStop);
        this.rest();
      };
      const fail = async (code: `E_${string}`, message: string) => {
        finish();
        await this.end();
        resolve({ status: "failed", jobId, code, message, totalSteps });
      };
      const askToStop = () => {
        Atomics.store(cells, stopCell, 1);
        const end = () => fail("E_CANCELLED", "stopped; a resume continues from the checkpoint");
        timers.push(setTimeout(end, stopSeconds * 1000));
      };

      worker.on("message", (report: Report) => {
        if (report.kind === "row") {
          totalSteps = report.row.totalSteps;
          options.onProgress?.(report.row);
          return;
        }
        finish();
        if (report.kind === "outcome") resolve(report.outcome);
        else reject(new RewardsmithError(report.code, report.message, report.details));
      });
      worker.on("error", (error) => fail("E_WORKER_CRASHED", error.message));
      worker.on("exit", (code) => fail("E_WORKER_CRASHED", `the worker ended with code ${code}`));

      // Counted in ticks, not by the clock: a computer that slept has not hung.
      let beats = 0;
      let silentSeconds = 0;
      const tickSeconds = Math.min(1, heartbeatSeconds / 4);
      const watch = () => {
        const now = Atomics.load(cells, beatCell);
        silentSeconds = now === beats ? silentSeconds + tickSeconds : 0;
        beats = now;
        const limit = beats === 0 ? Math.max(startSeconds, heartbeatSeconds) : heartbeatSeconds;
        if (silentSeconds >= limit) void fail("E_WORKER_HUNG", `no step in ${limit} s`);
      };
      timers.push(setInterval(watch, tickSeconds * 1000));
      if (options.signal?.aborted) askToStop();
      else options.signal?.addEventListener("abort", askToStop, { once: true });
      const message: Assignment = { request, runsRoot, checkpointSeconds, cells };
      worker.postMessage(message);
    });
  }

  /** Ends the worker. Its last write is over then; a native call may hold that up for a moment. */
  async end(): Promise<void> {
    this.usable = false;
    await Promise.race([this.worker.terminate(), sleep(5000, undefined, { ref: false })]);
  }

  /** Between jobs it neither keeps the process alive nor ends it by dying. */
  private rest(): void {
    this.worker.removeAllListeners();
    this.worker.on("error", () => {
      this.usable = false;
    });
    this.worker.on("exit", () => {
      this.usable = false;
    });
    this.worker.unref();
  }
}
