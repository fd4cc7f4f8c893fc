import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import RAPIER from "@dimforge/rapier3d";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { compileProgram } from "../../../src/reward/node/compile.js";
import { decodeCheckpoint } from "../../../src/rl/checkpoint.js";
import type { MetricsRow } from "../../../src/rl/metrics.js";
import type { Executor } from "../../../src/run/executor.js";
import type { TrainingRequest } from "../../../src/run/job.js";
import { loadResult } from "../../../src/run/job-store.js";
import { createLocalExecutor } from "../../../src/run/local-executor.js";
import { ShardedTraining } from "../../../src/run/sharded-training.js";
import { unwatched } from "../../../src/run/train-job.js";
import { trainingSettingsSchema } from "../../../src/task/settings.js";
import { cartpoleJob } from "./cartpole-job.js";

const single = await cartpoleJob();
const job = { ...single, settings: { ...single.settings, numShards: 2, randomize: true } };
const iteration = 512;

let folder = "";
let executor: Executor;
const create = (name: string) =>
  createLocalExecutor({ runsRoot: join(folder, name), slots: 1, checkpointSeconds: 0 });
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rewardsmith-shards-"));
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

test("a continued training in two shards is the unbroken one bit for bit", async () => {
  const steps = iteration * 8;
  const unbroken = await finished(executor, { job, steps, evaluations: [] });
  const other = create("other");
  await finished(other, { job, steps: iteration * 3, evaluations: [] });
  const continued = await finished(other, { job, steps, evaluations: [] });
  await other.close();
  expect(continued.newSteps).toBe(iteration * 5);
  expect(continued.policyHash).toBe(unbroken.policyHash);
  expect(withoutTimes(continued.metrics)).toEqual(withoutTimes(unbroken.metrics));

  const { checkpoint } = loadResult(join(folder, "runs"), unbroken.jobId);
  const { shards } = decodeCheckpoint(checkpoint);
  expect(shards.map(({ noise }) => noise.length)).toEqual([16, 16]);
  expect(shards[0].environment.simulator).not.toEqual(shards[1].environment.simulator);
});

test("a teacher and its student train in two shards, and go on bit for bit", async () => {
  const { task } = job.task;
  const taught = {
    ...job,
    task: {
      ...job.task,
      task: {
        ...task,
        definition: {
          ...task.definition,
          observationHistory: 3,
          privilegedObservation: task.definition.observation,
        },
      },
    },
    settings: trainingSettingsSchema.parse({
      ...job.settings,
      network: { ...job.settings.network, adaptation: { encoder: [8], adapter: [16] } },
    }),
  };
  const steps = iteration * 4;
  const unbroken = await finished(executor, { job: taught, steps, evaluations: [] });
  const other = create("other");
  await finished(other, { job: taught, steps: iteration * 2, evaluations: [] });
  const evaluations = [{ set: "test", profile: "train", episodes: 4 }] as const;
  const continued = await finished(other, { job: taught, steps, evaluations });
  await other.close();
  expect(continued.policyHash).toBe(unbroken.policyHash);
  expect(withoutTimes(continued.metrics)).toEqual(withoutTimes(unbroken.metrics));
  for (const { losses } of continued.metrics) expect(losses.adaptation).toBeGreaterThan(0);
  expect(continued.evaluations[0].fitness).toBeGreaterThan(0);
});

test("the last part of a training runs on finer physics, resumed or not", async () => {
  const finePhase = { afterSteps: iteration * 4, substeps: 2, solverIterations: null };
  const refined = { ...job, settings: { ...job.settings, finePhase } };
  const steps = iteration * 7;
  const coarse = await finished(executor, { job, steps, evaluations: [] });
  const unbroken = await finished(executor, { job: refined, steps, evaluations: [] });
  // The same up to there, and then episodes begin anew.
  expect(withoutTimes(unbroken.metrics.slice(0, 4))).toEqual(
    withoutTimes(coarse.metrics.slice(0, 4)),
  );
  expect(unbroken.metrics[4].reward).not.toBe(coarse.metrics[4].reward);
  const other = create("other");
  for (const part of [4, 5]) {
    await finished(other, { job: refined, steps: iteration * part, evaluations: [] });
  }
  const continued = await finished(other, { job: refined, steps, evaluations: [] });
  await other.close();
  expect(continued.policyHash).toBe(unbroken.policyHash);
  expect(withoutTimes(continued.metrics)).toEqual(withoutTimes(unbroken.metrics));
});

test("one shard and two see the same first rollout and learn almost the same from it", async () => {
  const whole = { ...job, settings: { ...job.settings, numShards: 1 } };
  const [one, two] = [
    await finished(executor, { job: whole, steps: iteration * 2, evaluations: [] }),
    await finished(executor, { job, steps: iteration * 2, evaluations: [] }),
  ];
  expect(two.jobId).not.toBe(one.jobId);
  // The world: bit for bit in the first iteration, but for the order in which means are added up.
  expect(two.metrics[0].reward).toBeCloseTo(one.metrics[0].reward, 12);
  expect(two.metrics[0].endings).toEqual(one.metrics[0].endings);
  expect(two.metrics[0].losses.surrogate).toBeCloseTo(one.metrics[0].losses.surrogate, 5);
  expect(two.metrics[1].reward).toBeCloseTo(one.metrics[1].reward, 3);
});

test("a reward that fails in one shard fails the training with its own code", async () => {
  // Sooner or later one pole, in whichever shard, falls that far.
  const source = `export function reward(s: State) {
    return { broken: Math.log(s.pole.angle + 0.3) };
  }`;
  const { program } = compileProgram(source, "reward", job.task.task.signals);
  if (!program) throw new Error("does not compile");
  const bad = { job: { ...job, reward: program }, steps: iteration * 30, evaluations: [] };
  expect(await executor.run(bad)).toMatchObject({ status: "failed", code: "E_REWARD_NOT_FINITE" });
  expect(await finished(executor, { job, steps: iteration, evaluations: [] })).toMatchObject({
    status: "finished",
  });
});

test.each(["dies", "throws"])(
  "a shard that %s ends the training with a clear error",
  async (how) => {
    process.env["DYING_SHARD"] = how;
    const entry = new URL("./dying-shard.js", import.meta.url);
    const training = await ShardedTraining.start(job, {}, unwatched, entry);
    await training.iterate();
    await expect(training.iterate()).rejects.toMatchObject({
      code: "E_SHARD_CRASHED",
      message: expect.stringContaining(how === "dies" ? "shard 2" : "out of luck"),
    });
    await training.dispose();
  },
);

test("more shards than environments are refused", async () => {
  const settings = { ...job.settings, numShards: 33 };
  const request = { job: { ...job, settings }, steps: iteration, evaluations: [] };
  expect(await executor.run(request)).toMatchObject({
    status: "failed",
    code: "E_SETTINGS_VALUE",
    message: expect.stringContaining("33 shards"),
  });
});

test("an environment whose learner could not be made is given back", async () => {
  const free = vi.spyOn(RAPIER.World.prototype, "free");
  const settings = { ...job.settings, numShards: 1, symmetry: true };
  const entry = new URL("./dying-shard.js", import.meta.url);
  await expect(
    ShardedTraining.start({ ...job, settings }, {}, unwatched, entry),
  ).rejects.toMatchObject({ code: "E_TASK_MIRROR" });
  expect(free).toHaveBeenCalledOnce();
  free.mockRestore();
});

test("stopping two shards in the middle of work leaves process and store whole", async () => {
  const steps = iteration * 40;
  for (const milliseconds of [900, 1400]) {
    const signal = AbortSignal.timeout(milliseconds);
    await executor.run({ job, steps, evaluations: [] }, { signal });
  }
  const resumed = await finished(executor, { job, steps, evaluations: [] });
  const other = create("other");
  const unbroken = await finished(other, { job, steps, evaluations: [] });
  await other.close();
  expect(resumed.policyHash).toBe(unbroken.policyHash);
});
