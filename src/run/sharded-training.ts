/**
 * A training over several threads. The calling thread is the first shard and the one that speaks for
 * all; the others do what it does, in threads of their own.
 */
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { Worker } from "node:worker_threads";
import { RewardsmithError } from "../core/errors.js";
import { startThread } from "../core/node/spawn.js";
import { parameterLayout } from "../policy/network.js";
import { lossStatistics } from "../policy/update-graph.js";
import type { Checkpoint } from "../rl/checkpoint.js";
import { mergeStatistics } from "../rl/merge-statistics.js";
import type { MetricsRow } from "../rl/metrics.js";
import { rolloutBytes } from "../rl/rollout.js";
import { createSharedGroup, ShardThread } from "../rl/shard-group.js";
import { networkShape, rolloutDims } from "../rl/trainer.js";
import { shardProblem } from "../task/settings.js";
import type { TaskEnvironment } from "../task/task-environment.js";
import type { TrainingJob } from "./job.js";
import type { Pulse, TrainingStart } from "./learner.js";
import { createShardEnvironment, openShard, type Shard, startsFine, symmetryOf } from "./shard.js";
import type { ShardReply, ShardRequest } from "./shard-worker.js";

/** A shard asked to end has this long; then it is left behind, as ending a thread in native code is fatal. */
const endSeconds = 10;

export class ShardedTraining {
  /** CPU seconds of the other shards since they were started. */
  otherCpuSeconds = 0;
  private readonly group: ShardThread;
  private readonly first: Shard;
  private readonly others: readonly RemoteShard[];
  /** Of all shards so far, once there is a new row. */
  private cpuSeconds: number | undefined;

  static async start(
    job: TrainingJob,
    from: TrainingStart,
    pulse: Pulse,
    entry: URL,
  ): Promise<ShardedTraining> {
    const { settings } = job;
    const { numShards, numEnvs, numStepsPerEnv } = settings;
    const problem = shardProblem(settings);
    if (problem) {
      const where = problem.path.join(".");
      throw new RewardsmithError("E_SETTINGS_VALUE", problem.message, { where });
    }
    const others = Array.from(
      { length: numShards - 1 },
      (_, i) => new RemoteShard(entry, i + 1, pulse),
    );
    let environment: TaskEnvironment | undefined;
    let opening: Promise<Shard> | undefined;
    try {
      environment = await createShardEnvironment(job, 0, startsFine(job, from));
      const network = networkShape(environment, settings, symmetryOf(job));
      const dims = rolloutDims(network);
      const sums = [
        parameterLayout(network).size + lossStatistics(network).length,
        2 * Math.max(dims.observationDim, dims.criticObservationDim) + 1,
      ];
      const blocks = rolloutBytes({ ...dims, numSteps: numStepsPerEnv, numEnvs });
      const shared = createSharedGroup(numShards, Math.max(...sums), blocks);
      const group = new ShardThread(shared, 0);
      const { cells } = pulse;
      opening = openShard(job, environment, group, from, pulse);
      await together<unknown>([
        opening,
        ...others.map((shard) => {
          shard.onDeath = () => group.fail();
          return shard.ask({ ask: "open", job, index: shard.index, group: shared, from, cells });
        }),
      ]);
      return new ShardedTraining(group, await opening, others);
    } catch (error) {
      // From `openShard` on, the environment is the shard's to end.
      if (opening === undefined) environment?.dispose();
      const first = await opening?.catch(() => undefined);
      await Promise.all([first?.dispose(), ...others.map((shard) => shard.end())]);
      throw error;
    }
  }

  private constructor(group: ShardThread, first: Shard, others: readonly RemoteShard[]) {
    this.group = group;
    this.first = first;
    this.others = others;
  }

  async iterate(): Promise<MetricsRow> {
    const own = this.first.iterate().catch((error) => {
      this.group.fail();
      throw error;
    });
    const [row, ...replies] = await together([
      own,
      ...this.others.map(async (shard) => {
        const reply = await shard.ask({ ask: "iterate" });
        return reply.kind === "row" ? reply.row : unexpected(reply);
      }),
    ]);
    const rows = [row, ...replies];
    this.otherCpuSeconds = replies.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);
    this.cpuSeconds = row.cpuSeconds + this.otherCpuSeconds;
    return { ...row, ...mergeStatistics(rows), cpuSeconds: this.cpuSeconds };
  }

  async save(): Promise<Checkpoint> {
    const checkpoint = this.first.save();
    const others = await together(
      this.others.map(async (shard) => {
        const reply = await shard.ask({ ask: "save" });
        return reply.kind === "saved" ? reply.shard : unexpected(reply);
      }),
    );
    const { cpuSeconds = checkpoint.cpuSeconds } = this;
    return { ...checkpoint, cpuSeconds, shards: [...checkpoint.shards, ...others] };
  }

  async dispose(): Promise<void> {
    this.group.fail();
    await Promise.all([this.first.dispose(), ...this.others.map((shard) => shard.end())]);
  }
}

/** A shard in a thread of its own, asked one thing at a time. */
class RemoteShard {
  readonly index: number;
  /** Called when the thread ends before it was asked to. */
  onDeath: () => void = () => {};
  private readonly worker: Worker;
  private waiting: { resolve(reply: ShardReply): void; reject(error: unknown): void } | undefined;
  private death: RewardsmithError | undefined;
  private loaded: () => void;
  private ended = false;

  constructor(entry: URL, index: number, pulse: Pulse) {
    this.index = index;
    // Loading ONNX Runtime is native code as well: a thread ended in the middle of it leaves the
    // library's locks behind, and every later session of the process would wait for ever.
    pulse.enter();
    this.loaded = () => {
      this.loaded = () => {};
      pulse.leave();
    };
    this.worker = startThread(entry);
    this.worker.on("message", (reply: ShardReply) => {
      this.loaded();
      if (reply.kind === "loaded") return;
      const { waiting } = this;
      this.waiting = undefined;
      if (reply.kind !== "failed") waiting?.resolve(reply);
      else waiting?.reject(new RewardsmithError(reply.code, reply.message, reply.details));
    });
    this.worker.on("error", (error) => this.die(error.message));
    this.worker.on("exit", (code) => this.die(`the thread ended with code ${code}`));
  }

  ask(request: ShardRequest): Promise<ShardReply> {
    return new Promise((resolve, reject) => {
      if (this.death) {
        // Whoever has died before anybody listened is not waited for either.
        this.onDeath();
        reject(this.death);
      } else {
        this.waiting = { resolve, reject };
        this.worker.postMessage(request);
      }
    });
  }

  async end(): Promise<void> {
    this.ended = true;
    if (this.death) return;
    const exit = once(this.worker, "exit");
    this.worker.postMessage({ ask: "end" } satisfies ShardRequest);
    await Promise.race([exit, sleep(endSeconds * 1000, undefined, { ref: false })]);
    this.worker.unref();
  }

  private die(message: string): void {
    this.loaded();
    if (this.death !== undefined || this.ended) return;
    this.death = new RewardsmithError("E_SHARD_CRASHED", `shard ${this.index + 1}: ${message}`, {
      hint: "the training goes on from its last checkpoint; with numShards=1 there are no other threads",
    });
    this.waiting?.reject(this.death);
    this.onDeath();
  }
}

/** Waits for all. What went wrong first is thrown, not that others then had to give up. */
async function together<T>(tasks: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(tasks);
  const errors = settled.flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
  if (errors.length > 0) {
    throw errors.find((error) => error?.code !== "E_SHARD_FAILED") ?? errors[0];
  }
  return settled.map((one) => (one as PromiseFulfilledResult<T>).value);
}

function unexpected(reply: ShardReply): never {
  throw new Error(`a shard answered "${reply.kind}"`);
}
