/** Runs training jobs on this machine: a pool of worker threads, one job each. */
import { availableParallelism } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type { ExecuteOptions, Executor } from "./executor.js";
import type { TrainingOutcome, TrainingRequest } from "./job.js";
import { StoredJob } from "./job-store.js";
import { storedOutcome } from "./train-job.js";
import { TrainingThread } from "./training-thread.js";
import { tryLock, WriterLock } from "./writer-lock.js";

export interface LocalExecutorOptions {
  /** Folder of all runs; the job store is `.jobs` in it. */
  readonly runsRoot: string;
  /** Jobs at once. Default: one a core. */
  readonly slots?: number;
  /** A worker that counts no step for this long is hung. Default 30. */
  readonly heartbeatSeconds?: number;
  /** Time between checkpoints made for crashes. Default 10. */
  readonly checkpointSeconds?: number;
  /** Module that calls `serveTraining`. Default: PPO. */
  readonly worker?: URL;
}

export function createLocalExecutor(options: LocalExecutorOptions): Executor {
  return new LocalExecutor(options);
}

class LocalExecutor implements Executor {
  readonly slots: number;
  private readonly runsRoot: string;
  private readonly heartbeatSeconds: number;
  private readonly checkpointSeconds: number;
  private readonly entry: URL;
  private readonly closing = new AbortController();
  private readonly running = new Set<Promise<TrainingOutcome>>();
  /** Jobs already trained anew here: `fresh` forgets what others left, not what this one did. */
  private readonly freshened = new Set<string>();
  private readonly idle: TrainingThread[] = [];
  private readonly working = new Set<TrainingThread>();
  private readonly waiting: (() => void)[] = [];
  private busy = 0;

  constructor(options: LocalExecutorOptions) {
    this.runsRoot = options.runsRoot;
    this.slots = Math.max(1, options.slots ?? availableParallelism());
    this.heartbeatSeconds = options.heartbeatSeconds ?? 30;
    this.checkpointSeconds = options.checkpointSeconds ?? 10;
    this.entry = options.worker ?? new URL("./ppo-worker.js", import.meta.url);
    process.on("exit", this.endWorking);
  }

  async run(request: TrainingRequest, options: ExecuteOptions = {}): Promise<TrainingOutcome> {
    const signals = [this.closing.signal, ...(options.signal ? [options.signal] : [])];
    const outcome = this.runLocked(request, { ...options, signal: AbortSignal.any(signals) });
    this.running.add(outcome);
    try {
      return await outcome;
    } finally {
      this.running.delete(outcome);
    }
  }

  /** Stops what runs (its checkpoints stay) and ends the workers. */
  async close(): Promise<void> {
    this.closing.abort();
    await Promise.allSettled(this.running);
    await Promise.all(this.idle.splice(0).map((thread) => thread.end()));
    process.off("exit", this.endWorking);
  }

  private readonly endWorking = () => {
    for (const thread of this.working) thread.endSync();
  };

  /** The stored result, or the training under the job's lock: no two writers train the same. */
  private async runLocked(
    request: TrainingRequest,
    options: ExecuteOptions & { signal: AbortSignal },
  ): Promise<TrainingOutcome> {
    const { signal } = options;
    const store = new StoredJob(this.runsRoot, request.job);
    for (;;) {
      const fresh = request.fresh === true && !this.freshened.has(store.id);
      const stored = fresh ? null : storedOutcome(request, this.runsRoot);
      if (stored) return stored;
      if (signal.aborted) return cancelled(store.id);
      const lock = tryLock(store.lockFile, () => new Date());
      if (lock instanceof WriterLock) {
        try {
          return await this.runInSlot({ ...request, fresh }, store.id, options);
        } finally {
          lock.release();
        }
      }
      // Another trains the same job; what it leaves behind will do, or shorten the rest.
      await sleep(500, undefined, { signal }).catch(() => {});
    }
  }

  private async runInSlot(
    request: TrainingRequest,
    jobId: string,
    options: ExecuteOptions & { signal: AbortSignal },
  ): Promise<TrainingOutcome> {
    await this.takeSlot();
    try {
      if (options.signal.aborted) return cancelled(jobId);
      if (request.fresh) this.freshened.add(jobId);
      let thread = this.idle.pop();
      while (thread?.usable === false) thread = this.idle.pop();
      thread ??= new TrainingThread(this.entry);
      this.working.add(thread);
      try {
        const { runsRoot, heartbeatSeconds, checkpointSeconds } = this;
        const assignment = { request, jobId, runsRoot, heartbeatSeconds, checkpointSeconds };
        return await thread.train(assignment, options);
      } finally {
        this.working.delete(thread);
        if (thread.usable) this.idle.push(thread);
      }
    } finally {
      this.giveSlot();
    }
  }

  private async takeSlot(): Promise<void> {
    if (this.busy < this.slots) this.busy++;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  private giveSlot(): void {
    const next = this.waiting.shift();
    if (next) next();
    else this.busy--;
  }
}

function cancelled(jobId: string): TrainingOutcome {
  const message = "stopped before it began";
  return { status: "failed", jobId, code: "E_CANCELLED", message, totalSteps: 0 };
}
