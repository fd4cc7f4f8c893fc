import { once } from "node:events";
import { afterEach, expect, test } from "vitest";
import { startThread } from "../../../src/core/node/spawn.js";
import { createSharedGroup } from "../../../src/rl/shard-group.js";

const threads: ReturnType<typeof startThread>[] = [];
afterEach(async () => {
  await Promise.all(threads.splice(0).map((thread) => thread.terminate()));
});

/** Starts `count` threads that add up `rounds` vectors; `failing` gives up in the second round. */
async function run(count: number, rounds: number, failing = -1) {
  const group = createSharedGroup(count, 3, {});
  const replies = Array.from({ length: count }, (_, index) => {
    const thread = startThread(new URL("./shard-group-thread.js", import.meta.url), {
      workerData: { group, index, rounds, failing },
    });
    threads.push(thread);
    return once(thread, "message").then(([reply]) => reply);
  });
  return Promise.all(replies);
}

test("every shard gets the same sums, round after round, however long each takes", async () => {
  const replies = await run(3, 200);
  // Sum over rounds r and shards s of s + r, of r, and of 1.
  const expected = [3 * (199 * 100) + 3 * 200, 3 * 199 * 100, 600];
  expect(replies).toEqual([expected, expected, expected]);
});

test("where one fails the others end with an error instead of waiting for ever", async () => {
  const replies = await run(3, 10, 1);
  expect(replies).toEqual(["E_SHARD_FAILED", "gave up", "E_SHARD_FAILED"]);
});
