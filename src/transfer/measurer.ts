/** `measureEpisodes` on several cores: a pool of threads that take one simulator's worlds each. */
import { availableParallelism } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import pLimit from "p-limit";
import { RewardsmithError } from "../core/errors.js";
import { startThread } from "../core/node/spawn.js";
import { createCells, nativeCell, stopCell } from "../run/pulse.js";
import {
  batchesOf,
  type EpisodeMeasure,
  type Measure,
  type MeasureBatch,
  requireMeasurable,
} from "./measure.js";
import type { MeasureAssignment, MeasureReport } from "./measure-thread.js";

export interface Measurer {
  readonly measure: Measure;
  /** Ends the threads; what they measure is lost. */
  close(): Promise<void>;
}

export function createMeasurer(slots = availableParallelism()): Measurer {
  return new ThreadedMeasurer(slots);
}

class ThreadedMeasurer implements Measurer {
  private readonly limit: ReturnType<typeof pLimit>;
  private readonly idle: MeasureThread[] = [];
  private readonly working = new Set<MeasureThread>();

  constructor(slots: number) {
    this.limit = pLimit(Math.max(1, slots));
    process.on("exit", this.endSync);
  }

  readonly measure: Measure = async (options) => {
    requireMeasurable(options);
    const { signal, onProgress, ...assigned } = options;
    const { worlds } = options;
    const found: EpisodeMeasure[] = new Array(worlds.length);
    const batches = batchesOf(worlds);
    const shares = batches.map(() => 0);
    await Promise.all(
      batches.map((batch, b) =>
        this.limit(async () => {
          signal?.throwIfAborted();
          const measured = await this.run(assigned, batch, signal, (share) => {
            shares[b] = share;
            const done = batches.reduce(
              (sum, { indices }, i) => sum + shares[i] * indices.length,
              0,
            );
            onProgress?.(done / worlds.length);
          });
          for (const measure of measured) found[measure.world] = measure;
        }),
      ),
    );
    return found;
  };

  async close(): Promise<void> {
    this.limit.clearQueue();
    await Promise.all([...this.idle.splice(0), ...this.working].map((thread) => thread.end()));
    process.off("exit", this.endSync);
  }

  private async run(
    options: MeasureAssignment["options"],
    batch: MeasureBatch,
    signal: AbortSignal | undefined,
    onShare: (share: number) => void,
  ): Promise<readonly EpisodeMeasure[]> {
    const thread = this.idle.pop() ?? new MeasureThread();
    this.working.add(thread);
    try {
      return await thread.run(options, batch, signal, onShare);
    } finally {
      this.working.delete(thread);
      if (thread.usable) this.idle.push(thread);
    }
  }

  /** Before the process exits, which ends every thread: not while one is in native code. */
  private readonly endSync = () => {
    const clock = new Int32Array(new SharedArrayBuffer(4));
    for (const thread of this.working) {
      for (let waited = 0; thread.stop() && waited < 5000; waited += 10) {
        Atomics.wait(clock, 0, 0, 10);
      }
    }
  };
}

/** One thread. Its listeners stay for its whole life; `current` is whoever waits for it. */
class MeasureThread {
  usable = true;
  private readonly worker = startThread(new URL("./measure-thread.js", import.meta.url));
  private cells = createCells();
  private current: ((report: MeasureReport) => void) | null = null;

  constructor() {
    const died = (message: string) => {
      this.usable = false;
      this.current?.({ kind: "failed", code: "E_WORKER_CRASHED", message, details: {} });
    };
    this.worker.on("message", (report: MeasureReport) => this.current?.(report));
    this.worker.on("error", (error) => died(error.message));
    this.worker.on("exit", (code) => died(`the thread that measures ended with code ${code}`));
  }

  async run(
    options: MeasureAssignment["options"],
    batch: MeasureBatch,
    signal: AbortSignal | undefined,
    onShare: (share: number) => void,
  ): Promise<readonly EpisodeMeasure[]> {
    this.cells = createCells();
    const stop = () => this.stop();
    signal?.addEventListener("abort", stop, { once: true });
    if (signal?.aborted) stop();
    this.worker.ref();
    try {
      return await new Promise((resolve, reject) => {
        this.current = (report) => {
          if (report.kind === "progress") onShare(report.share);
          else if (report.kind === "measured") resolve(report.episodes);
          else if (signal?.aborted) reject(signal.reason);
          else reject(new RewardsmithError(report.code, report.message, report.details));
        };
        const assignment: MeasureAssignment = { options, batch, cells: this.cells };
        this.worker.postMessage(assignment);
      });
    } finally {
      signal?.removeEventListener("abort", stop);
      this.current = null;
      this.worker.unref();
    }
  }

  /** Asks it to stop at its next step; true while it is in native code. */
  stop(): boolean {
    Atomics.store(this.cells, stopCell, 2);
    return Atomics.load(this.cells, nativeCell) > 0;
  }

  /** Ended inside native code, ONNX Runtime would abort the process. */
  async end(): Promise<void> {
    this.usable = false;
    for (let waited = 0; this.stop() && waited < 5000; waited += 10) await sleep(10);
    if (!this.stop()) await this.worker.terminate();
  }
}
