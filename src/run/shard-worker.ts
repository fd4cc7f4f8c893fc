/** Entry of the threads that train a job's second shard and those after it. */
import { parentPort } from "node:worker_threads";
import { type ErrorCode, RewardsmithError } from "../core/errors.js";
import type { SavedShard } from "../rl/checkpoint.js";
import type { MetricsRow } from "../rl/metrics.js";
import { ShardThread, type SharedGroup } from "../rl/shard-group.js";
import type { TrainingJob } from "./job.js";
import type { TrainingStart } from "./learner.js";
import { pulseOf } from "./pulse.js";
import { createShardEnvironment, openShard, type Shard, startsFine } from "./shard.js";
import { unwatched } from "./train-job.js";

export type ShardRequest =
  | {
      readonly ask: "open";
      readonly job: TrainingJob;
      readonly index: number;
      readonly group: SharedGroup;
      readonly from: TrainingStart;
      /** Those of the training's pulse, where somebody watches it. */
      readonly cells: Int32Array | undefined;
    }
  | { readonly ask: "iterate" | "save" | "end" };

export type ShardReply =
  /** Sent once, unasked. */
  | { readonly kind: "loaded" }
  | { readonly kind: "opened" }
  | { readonly kind: "row"; readonly row: MetricsRow }
  | { readonly kind: "saved"; readonly shard: SavedShard }
  /** Taken apart: errors lose their class between threads. */
  | {
      readonly kind: "failed";
      readonly code: ErrorCode;
      readonly message: string;
      readonly details: { readonly where?: string; readonly hint?: string };
    };

let shard: Shard | undefined;
let group: ShardThread | undefined;

async function answer(request: ShardRequest): Promise<ShardReply | null> {
  if (request.ask === "open") {
    const { job, index, from, cells } = request;
    group = new ShardThread(request.group, index);
    const environment = await createShardEnvironment(job, index, startsFine(job, from));
    const pulse = cells ? pulseOf(cells) : unwatched;
    shard = await openShard(job, environment, group, from, pulse);
    return { kind: "opened" };
  }
  if (request.ask === "end") {
    await shard?.dispose();
    parentPort?.close();
    return null;
  }
  if (shard === undefined) throw new Error(`asked to ${request.ask} before it was opened`);
  if (request.ask === "iterate") return { kind: "row", row: await shard.iterate() };
  return { kind: "saved", shard: shard.save().shards[0] };
}

parentPort?.on("message", async (request: ShardRequest) => {
  try {
    const reply = await answer(request);
    if (reply) parentPort?.postMessage(reply);
  } catch (error) {
    group?.fail();
    const known = error instanceof RewardsmithError;
    const { where, hint } = known ? error : {};
    parentPort?.postMessage({
      kind: "failed",
      code: known ? error.code : "E_SHARD_CRASHED",
      message: error instanceof Error ? error.message : String(error),
      details: { ...(where && { where }), ...(hint && { hint }) },
    } satisfies ShardReply);
  }
});

parentPort?.postMessage({ kind: "loaded" } satisfies ShardReply);
