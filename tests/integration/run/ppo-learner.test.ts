import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { compileProgram } from "../../../src/reward/node/compile.js";
import type { MetricsRow } from "../../../src/rl/metrics.js";
import type { Executor } from "../../../src/run/executor.js";
import type { TrainingRequest } from "../../../src/run/job.js";
import { createLocalExecutor } from "../../../src/run/local-executor.js";
import { TrainingThread } from "../../../src/run/training-thread.js";
import { cartpoleJob } from "./cartpole-job.js";

const job = await cartpoleJob();
const iteration = 512;

let folder = "";
let executor: Executor;
const create = (name: string) =>
  createLocalExecutor({ runsRoot: join(folder, name), slots: 1, checkpointSeconds: 0 });
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rewardsmith-ppo-"));
  executor = create("runs");
});
afterEach(async () => {
  await executor.close();
  rmSync(folder, { recursive: true });
});

async function finished(by: Executor, request: TrainingRequest) {
  const outcome = await by.run(request);
  if (outcome.status === "failed") throw new Error(`${outcome.code} ${outcome.message}`);
  return outcome;
}

const withoutTimes = (rows: readonly MetricsRow[]) =>
  rows.map((row) => ({ ...row, wallSeconds: 0, cpuSeconds: 0 }));

test("a continued training, in a worker with a past, is the unbroken one bit for bit", async () => {
  const steps = iteration * 12;
  const evaluations = [{ set: "test", profile: "reference", episodes: 4 }] as const;
  const unbroken = await finished(executor, { job, steps, evaluations });
  const other = create("other");
  await finished(other, { job: { ...job, seed: 7 }, steps: iteration * 3, evaluations });
  await finished(other, { job, steps: iteration * 5, evaluations });
  const continued = await finished(other, { job, steps, evaluations });
  await other.close();
  expect(continued.newSteps).toBe(iteration * 7);
  expect(continued.policyHash).toBe(unbroken.policyHash);
  expect(continued.evaluations).toEqual(unbroken.evaluations);
  expect(withoutTimes(continued.metrics)).toEqual(withoutTimes(unbroken.metrics));
});

test("the settings' episodes are those of the training, not of its evaluations", async () => {
  const settings = { ...job.settings, maxEpisodeSteps: 9 };
  const steps = iteration * 3;
  const evaluations = [{ set: "test", profile: "reference", episodes: 4 }] as const;
  const request = { job: { ...job, settings }, steps, evaluations };
  const { metrics, ...outcome } = await finished(executor, request);
  // 32 environments begin at ages 0 to 8: in 48 steps each ends at least five episodes of nine.
  expect(metrics.reduce((sum, row) => sum + row.episodes, 0)).toBeGreaterThanOrEqual(32 * 4);
  for (const row of metrics) expect(row.episodeLength).toBeLessThanOrEqual(9);
  expect(outcome.evaluations[0]?.episodeLength).toBeGreaterThan(9);
});

test("stopping in the middle of real work leaves process and store whole, again and again", async () => {
  const steps = iteration * 40;
  for (const milliseconds of [150, 400, 700]) {
    const signal = AbortSignal.timeout(milliseconds);
    await executor.run({ job, steps, evaluations: [] }, { signal });
  }
  const resumed = await finished(executor, { job, steps, evaluations: [] });
  const other = create("other");
  const unbroken = await finished(other, { job, steps, evaluations: [] });
  await other.close();
  expect(resumed.newSteps).toBeLessThan(steps);
  expect(resumed.policyHash).toBe(unbroken.policyHash);
});

test("ending a busy worker by force leaves the process alive, wherever the worker is", async () => {
  const entry = new URL("../../../src/run/ppo-worker.js", import.meta.url);
  const assignment = {
    request: { job, steps: iteration * 1000, evaluations: [] },
    jobId: "forced",
    runsRoot: folder,
    checkpointSeconds: 100,
    heartbeatSeconds: 60,
  };
  for (const milliseconds of [0, 7, 19, 31]) {
    const thread = new TrainingThread(entry);
    const onProgress = (row: MetricsRow) => {
      if (row.iteration === 2) setTimeout(() => thread.end(), milliseconds);
    };
    const outcome = await thread.train(assignment, { onProgress });
    expect(outcome).toMatchObject({ status: "failed" });
    expect(thread.usable).toBe(false);
  }
});

test("a reward that leaves the finite numbers fails its candidate and no other", async () => {
  const source = `export function reward(s: State) {
    return { broken: Math.log(-1 - Math.abs(s.pole.angle)) };
  }`;
  const { program } = compileProgram(source, "reward", job.task.task.signals);
  if (!program) throw new Error("does not compile");
  const bad = { job: { ...job, reward: program }, steps: iteration * 3, evaluations: [] };
  expect(await executor.run(bad)).toMatchObject({ status: "failed", code: "E_REWARD_NOT_FINITE" });
  expect(await executor.run({ job, steps: iteration, evaluations: [] })).toMatchObject({
    status: "finished",
  });
});

test("a job warm-started from a result begins with its policy", async () => {
  const parent = await finished(executor, { job, steps: iteration * 10, evaluations: [] });
  const name = `${parent.jobId}@${parent.totalSteps}`;
  const select = [{ set: "select", profile: "train", episodes: 8 }] as const;
  const request = { steps: iteration, evaluations: select };
  const child = await finished(executor, { job: { ...job, parent: name }, ...request });
  const scratch = await finished(executor, { job, ...request });
  expect(child.evaluations[0].fitness).toBeGreaterThan(scratch.evaluations[0].fitness);
});
