/**
 * How the shards of one training work together. Each runs the same program in a thread of its own on
 * its share of the environments and of every minibatch, and keeps its own copy of the networks; what
 * they hand each other are the rollout, in shared memory, and sums. Whatever is not a share is
 * computed by each from the same numbers in the same order, so that the copies never part.
 */
import { setImmediate as turn } from "node:timers/promises";
import { RewardsmithError } from "../core/errors.js";

export interface ShardGroup {
  readonly index: number;
  readonly count: number;
  /** Memory of all shards under a name: every shard gets the same. */
  shared(name: string, byteLength: number): ArrayBufferLike;
  /** Waits until every shard has come here. */
  meet(): Promise<void>;
  /** Replaces `values` by their sums over the shards, added in order of the shards. */
  sum(values: Float32Array | Float64Array): Promise<void>;
}

/** A training in one piece. */
export const alone: ShardGroup = {
  index: 0,
  count: 1,
  shared: (_name, byteLength) => new ArrayBuffer(byteLength),
  async meet() {},
  async sum() {},
};

/** First item of each shard and, at last, their number: shares differ by one at most. */
export function shardBounds(items: number, shards: number): number[] {
  return Array.from({ length: shards + 1 }, (_, i) => Math.floor((i * items) / shards));
}

/** What threads pass each other to become a group; structured clones share it. */
export interface SharedGroup {
  readonly count: number;
  /** Arrived at the present meeting, meetings so far, 1 once a shard has failed. */
  readonly cells: Int32Array;
  /** [parity][shard][value] what is added up. */
  readonly slots: Float64Array;
  readonly blocks: Readonly<Record<string, SharedArrayBuffer>>;
}

const arrivedCell = 0;
const meetingCell = 1;
const failedCell = 2;
/** A thread looks after its messages this often while it waits, ms. */
const lookEveryMs = 50;

/** @param blocks bytes of the shared memory by name; @param largestSum numbers in the largest sum */
export function createSharedGroup(
  count: number,
  largestSum: number,
  blocks: Readonly<Record<string, number>>,
): SharedGroup {
  return {
    count,
    cells: new Int32Array(new SharedArrayBuffer(12)),
    slots: new Float64Array(new SharedArrayBuffer(8 * 2 * count * largestSum)),
    blocks: Object.fromEntries(
      Object.entries(blocks).map(([name, bytes]) => [name, new SharedArrayBuffer(bytes)]),
    ),
  };
}

/** One shard's end of a group. */
export class ShardThread implements ShardGroup {
  readonly index: number;
  readonly count: number;
  private readonly group: SharedGroup;
  private readonly largestSum: number;
  /** Sums so far: two sets of slots take turns, so that none is overwritten while it is read. */
  private sums = 0;

  constructor(group: SharedGroup, index: number) {
    this.group = group;
    this.index = index;
    this.count = group.count;
    this.largestSum = group.slots.length / (2 * group.count);
  }

  shared(name: string, byteLength: number): SharedArrayBuffer {
    const block = this.group.blocks[name];
    if (block?.byteLength === byteLength) return block;
    throw new Error(`shared memory "${name}" has ${block?.byteLength} bytes, not ${byteLength}`);
  }

  async meet(): Promise<void> {
    const { cells } = this.group;
    this.throwIfFailed();
    const meeting = Atomics.load(cells, meetingCell);
    if (Atomics.add(cells, arrivedCell, 1) === this.count - 1) {
      Atomics.store(cells, arrivedCell, 0);
      Atomics.add(cells, meetingCell, 1);
      Atomics.notify(cells, meetingCell);
      return;
    }
    // Only the count says that this meeting is over: a waker that was kept from the processor may
    // tell of an earlier one so late that it wakes who waits in this one.
    while (Atomics.load(cells, meetingCell) === meeting) {
      if (Atomics.wait(cells, meetingCell, meeting, lookEveryMs) !== "timed-out") continue;
      this.throwIfFailed();
      // The end of a thread is told by a message, and so is what went wrong in it.
      await turn();
    }
    this.throwIfFailed();
  }

  async sum(values: Float32Array | Float64Array): Promise<void> {
    const { group, count, largestSum, index } = this;
    const { slots } = group;
    if (values.length > largestSum) throw new Error(`no room for a sum of ${values.length}`);
    const set = (this.sums++ % 2) * count * largestSum;
    slots.set(values, set + index * largestSum);
    await this.meet();
    const end = set + count * largestSum;
    for (let i = 0; i < values.length; i++) {
      let total = 0;
      for (let at = set + i; at < end; at += largestSum) total += slots[at];
      values[i] = total;
    }
  }

  /** Lets every shard that waits, now or later, end with E_SHARD_FAILED. */
  fail(): void {
    const { cells } = this.group;
    Atomics.store(cells, failedCell, 1);
    Atomics.add(cells, meetingCell, 1);
    Atomics.notify(cells, meetingCell);
  }

  private throwIfFailed(): void {
    if (Atomics.load(this.group.cells, failedCell) === 0) return;
    throw new RewardsmithError("E_SHARD_FAILED", "another shard of this training has failed", {
      hint: "with numShards=1 there are no others; the training goes on from its last checkpoint",
    });
  }
}
