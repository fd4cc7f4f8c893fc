import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { MetricsRow } from "../../../src/rl/metrics.js";
import type { Executor } from "../../../src/run/executor.js";
import { createLocalExecutor } from "../../../src/run/local-executor.js";
import { fakeJob, fakeRequest } from "../../run/fake-training.js";

/** Seeds that make the fake worker misbehave or slow. */
const seeds = {
  hangs: 101,
  crashes: 102,
  notFinite: 103,
  diskFull: 104,
  exits: 105,
  spins: 106,
  slow: 1000,
};
const worker = new URL("./fake-worker.js", import.meta.url);
const request = (seed: number, steps = 640) => fakeRequest(steps, { job: fakeJob({ seed }) });

let runsRoot = "";
let executor: Executor;
beforeEach(() => {
  runsRoot = mkdtempSync(join(tmpdir(), "rewardsmith-executor-"));
  executor = createLocalExecutor({ runsRoot, slots: 2, heartbeatSeconds: 3, worker });
});
afterEach(async () => {
  await executor.close();
  rmSync(runsRoot, { recursive: true });
});

test("jobs run in their own threads, more than there are slots, and report every row", async () => {
  const rows: MetricsRow[] = [];
  const onProgress = (row: MetricsRow) => rows.push(row);
  const outcomes = await Promise.all([1, 2, 3, 4, 5].map((s) => executor.run(request(s))));
  expect(outcomes.map(({ status }) => status)).toEqual(Array(5).fill("finished"));
  await executor.run(request(6), { onProgress });
  expect(rows.map((row) => row.totalSteps)).toEqual([...Array(10).keys()].map((i) => 64 * (i + 1)));
  await executor.run(request(6), { onProgress });
  expect(rows).toHaveLength(10);
});

test("a hung, a crashed and an ended worker cost only their candidate", async () => {
  const good = executor.run(request(seeds.slow, 64 * 30));
  const bad = [seeds.hangs, seeds.crashes, seeds.exits].map((seed) => executor.run(request(seed)));
  const [hung, crashed, exited] = await Promise.all(bad);
  expect(hung).toMatchObject({ status: "failed", code: "E_WORKER_HUNG", totalSteps: 128 });
  expect(crashed).toMatchObject({ code: "E_WORKER_CRASHED", message: "broken engine" });
  expect(exited).toMatchObject({ code: "E_WORKER_CRASHED", totalSteps: 128 });
  expect(await good).toMatchObject({ status: "finished" });
  expect(await executor.run(request(7))).toMatchObject({ status: "finished" });
});

test("a worker that works for ever without a step is found too, in bounded time", async () => {
  const watched = createLocalExecutor({ runsRoot, slots: 1, heartbeatSeconds: 1, worker });
  const spun = await watched.run(request(seeds.spins));
  expect(spun).toMatchObject({ status: "failed", code: "E_WORKER_HUNG", totalSteps: 128 });
  await watched.close();
});

test("a failing reward is an outcome, a full disk is an error of the run", async () => {
  expect(await executor.run(request(seeds.notFinite))).toMatchObject({
    status: "failed",
    code: "E_REWARD_NOT_FINITE",
  });
  await expect(executor.run(request(seeds.diskFull))).rejects.toMatchObject({
    code: "E_DISK_FULL",
    hint: "free some space",
  });
});

test("an aborted job keeps a checkpoint from which the next request goes on", async () => {
  const abort = new AbortController();
  const onProgress = (row: MetricsRow) => row.iteration === 3 && abort.abort();
  const steps = 64 * 12;
  const stopped = await executor.run(request(seeds.slow, steps), {
    signal: abort.signal,
    onProgress,
  });
  expect(stopped).toMatchObject({ status: "failed", code: "E_CANCELLED" });
  const resumed = await executor.run(request(seeds.slow, steps));
  expect(resumed).toMatchObject({ status: "finished" });
  if (resumed.status === "finished") {
    expect(resumed.newSteps).toBe(steps - stopped.totalSteps);
  }
});

test("a worker that does not hear the stop is ended soon after", async () => {
  const deaf = createLocalExecutor({ runsRoot, slots: 1, worker });
  const abort = new AbortController();
  let asked = 0;
  const onProgress = (row: MetricsRow) => {
    if (row.iteration === 2) setTimeout(() => abort.abort(), 500);
    asked = performance.now();
  };
  const outcome = await deaf.run(request(seeds.hangs), { signal: abort.signal, onProgress });
  expect(outcome).toMatchObject({ status: "failed", code: "E_CANCELLED", totalSteps: 128 });
  expect(performance.now() - asked).toBeLessThan(10_000);
  await deaf.close();
});

test("two executors asked for the same job train it once", async () => {
  const other = createLocalExecutor({ runsRoot, slots: 1, worker });
  const asked = [executor, other, executor].map((one) => one.run(request(seeds.slow)));
  const outcomes = await Promise.all(asked);
  const newSteps = outcomes.map((outcome) => outcome.status === "finished" && outcome.newSteps);
  expect(newSteps.sort()).toEqual([0, 0, 640]);
  await other.close();
});

test("fresh trains a job anew once, then continues it", async () => {
  await executor.run(request(8));
  const other = createLocalExecutor({ runsRoot, slots: 1, worker });
  const fresh = { ...request(8), fresh: true };
  expect(await other.run(fresh)).toMatchObject({ newSteps: 640 });
  expect(await other.run({ ...fresh, steps: 1280 })).toMatchObject({ newSteps: 640 });
  await other.close();
});

test("closing stops what runs", async () => {
  const outcome = executor.run(request(seeds.slow, 64 * 1000));
  setTimeout(() => executor.close(), 500);
  expect(await outcome).toMatchObject({ status: "failed", code: "E_CANCELLED" });
});
