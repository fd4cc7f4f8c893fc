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
import { ProcessorShare } from "./processor-share.js";
import { beatCell, createCells, nativeCell, stopCell } from "./pulse.js";
import { Silence } from "./silence.js";
import type { Assignment, Report } from "./train-worker.js";

export interface ThreadAssignment {
  readonly request: TrainingRequest;
  readonly jobId: string;
  readonly runsRoot: string;
  readonly checkpointSeconds: number;
  /** A worker that counts no step for this long, see `Silence`, is hung. */
  readonly heartbeatSeconds: number;
}

/** A worker asked to stop after its iteration has this long, then must stop at its next step. */
const stopSeconds = 2;
/** And this long to do that, then it is ended. */
const stopNowSeconds = 1;
/** Loading, before the first step, may take this long. */
const startSeconds = 60;

export class TrainingThread {
  /** False once it was ended or died. */
  usable = true;
  private readonly worker: Worker;
  private cells: Int32Array = createCells();
  /** True from its first job on. */
  private assigned = false;

  constructor(entry: URL) {
    this.worker = startThread(entry);
    this.rest();
  }

  /** Trains; a hung, crashed or stopped worker is a failed outcome and leaves the thread unusable. */
  train(assignment: ThreadAssignment, options: ExecuteOptions): Promise<TrainingOutcome> {
    const { request, jobId, runsRoot, checkpointSeconds, heartbeatSeconds } = assignment;
    const { worker } = this;
    const cells = createCells();
    this.cells = cells;
    this.assigned = true;
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
        const stopNow = () => Atomics.store(cells, stopCell, 2);
        const end = () => fail("E_CANCELLED", "stopped; a resume continues from the checkpoint");
        timers.push(setTimeout(stopNow, stopSeconds * 1000));
        timers.push(setTimeout(end, (stopSeconds + stopNowSeconds) * 1000));
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

      const silence = new Silence({ startSeconds, stepSeconds: heartbeatSeconds });
      const processor = new ProcessorShare();
      const tickSeconds = Math.min(1, heartbeatSeconds / 4);
      const watch = () => {
        const beats = Atomics.load(cells, beatCell);
        if (silence.tick(beats, tickSeconds, processor.take())) {
          void fail("E_WORKER_HUNG", `no step in ${silence.limit} s`);
        }
      };
      timers.push(setInterval(watch, tickSeconds * 1000));
      if (options.signal?.aborted) askToStop();
      else options.signal?.addEventListener("abort", askToStop, { once: true });
      const message: Assignment = { request, runsRoot, checkpointSeconds, cells };
      worker.postMessage(message);
    });
  }

  /**
   * Ends the worker once it is out of native code: ended inside, ONNX Runtime aborts the process
   * ("FATAL ERROR: napi_define_properties", 1.30), and loading it is native code as well. A worker
   * that never comes out is left alone.
   */
  async end(): Promise<void> {
    this.usable = false;
    Atomics.store(this.cells, stopCell, 2);
    for (let waited = 0; this.inNativeCode() && waited < 5000; waited += 10) await sleep(10);
    if (!this.inNativeCode()) await this.worker.terminate();
  }

  /** Before the process exits, which ends every thread: waits as `end` does, without an event loop. */
  endSync(): void {
    Atomics.store(this.cells, stopCell, 2);
    const clock = new Int32Array(new SharedArrayBuffer(4));
    for (let waited = 0; this.inNativeCode() && waited < 5000; waited += 10) {
      Atomics.wait(clock, 0, 0, 10);
    }
  }

  private inNativeCode(): boolean {
    const loading = this.assigned && Atomics.load(this.cells, beatCell) === 0;
    return loading || Atomics.load(this.cells, nativeCell) > 0;
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
