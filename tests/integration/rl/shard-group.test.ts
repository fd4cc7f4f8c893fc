import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { startProcess, startThread } from "../../../src/core/node/spawn.js";
import { createSharedGroup } from "../../../src/rl/shard-group.js";

const threads: ReturnType<typeof startThread>[] = [];
afterEach(async () => {
  await Promise.all(threads.splice(0).map((thread) => thread.terminate()));
});

interface How {
  /** Gives up in the second round. */
  readonly failing?: number;
  /** By which a thread that ends a meeting is late to wake the others, ms. */
  readonly lateNotify?: number;
}

/** Starts `count` threads that add up `rounds` vectors. */
async function run(count: number, rounds: number, { failing = -1, lateNotify = 0 }: How = {}) {
  const group = createSharedGroup(count, 3, {});
  const replies = Array.from({ length: count }, (_, index) => {
    const thread = startThread(new URL("./shard-group-thread.js", import.meta.url), {
      workerData: { group, index, rounds, failing, lateNotify },
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

test("a meeting ends for nobody because an earlier one is told of late", async () => {
  // 3 ms: the others are by then in the next meeting. 70 ms: they have looked by themselves.
  for (const [lateNotify, rounds] of [
    [3, 60],
    [70, 8],
  ]) {
    const replies = await run(3, rounds, { lateNotify });
    const sum = (rounds * (rounds - 1)) / 2;
    const expected = [3 * sum + 3 * rounds, 3 * sum, 3 * rounds];
    expect(replies).toEqual([expected, expected, expected]);
  }
});

test.skipIf(process.platform === "win32")(
  "a process that is stopped and goes on, again and again, loses no meeting",
  async () => {
    const child = startProcess(new URL("./stopped-group.js", import.meta.url));
    const exit = once(child, "exit");
    await once(child, "message");
    const reply = once(child, "message");
    let over = false;
    void exit.then(() => {
      over = true;
    });
    for (let i = 0; !over; i++) {
      child.kill(i % 2 === 0 ? "SIGSTOP" : "SIGCONT");
      await sleep(3 + ((i * 7) % 40));
    }
    const expected = [3 * (599 * 300) + 3 * 600, 3 * 599 * 300, 1800];
    expect((await reply)[0]).toEqual([expected, expected, expected]);
  },
);

test("where one fails the others end with an error instead of waiting for ever", async () => {
  const replies = await run(3, 10, { failing: 1 });
  expect(replies).toEqual(["E_SHARD_FAILED", "gave up", "E_SHARD_FAILED"]);
});
