/** Adds up vectors with the other threads of its group and posts the totals. */
import { parentPort, workerData } from "node:worker_threads";
import { RewardsmithError } from "../../../src/core/errors.js";
import { ShardThread } from "../../../src/rl/shard-group.js";

const { group, index, rounds, failing, lateNotify } = workerData;
const nobody = new Int32Array(new SharedArrayBuffer(4));
const { notify } = Atomics;
// As on a busy machine: the thread loses its processor between ending a meeting and telling of it.
if (lateNotify) {
  const late = (cells: Int32Array, index: number, count?: number) => {
    Atomics.wait(nobody, 0, 0, lateNotify);
    return notify(cells, index, count);
  };
  Atomics.notify = late as typeof notify;
}
const shard = new ShardThread(group, index);
const totals = [0, 0, 0];
try {
  for (let round = 0; round < rounds; round++) {
    if (index === failing && round === 1) throw new Error("gave up");
    // Every thread is the slow one now and then.
    if (round % 7 === index) Atomics.wait(nobody, 0, 0, 1);
    const values = Float64Array.of(index + round, round, 1);
    await shard.sum(values);
    values.forEach((value, i) => {
      totals[i] += value;
    });
  }
  parentPort?.postMessage(totals);
} catch (error) {
  shard.fail();
  parentPort?.postMessage(
    error instanceof RewardsmithError ? error.code : (error as Error).message,
  );
}
