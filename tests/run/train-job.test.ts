import * as fs from "node:fs";
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { RewardsmithError } from "../../src/core/errors.js";
import type { TrainingRequest } from "../../src/run/job.js";
import { loadResult, StoredJob } from "../../src/run/job-store.js";
import type { Learner } from "../../src/run/learner.js";
import { storedOutcome, type TrainJobOptions, trainJob } from "../../src/run/train-job.js";
import { fakeJob, fakeLearner, fakeRequest } from "./fake-training.js";

vi.mock("node:fs", async (original) => {
  const actual = await original<typeof fs>();
  return { ...actual, fsyncSync: vi.fn(actual.fsyncSync) };
});

let runsRoot = "";
beforeEach(() => {
  runsRoot = mkdtempSync(join(tmpdir(), "rewardsmith-store-"));
});
afterEach(() => rmSync(runsRoot, { recursive: true }));

async function train(request: TrainingRequest, options: Partial<TrainJobOptions> = {}) {
  return await trainJob(request, { runsRoot, learner: fakeLearner(), ...options });
}

async function finished(request: TrainingRequest, options: Partial<TrainJobOptions> = {}) {
  const outcome = await train(request, options);
  if (outcome.status !== "finished") throw new Error(outcome.message);
  return outcome;
}

/** A learner that is killed before iteration `n`, as kill -9 would: nothing after is written. */
function dyingLearner(n: number) {
  return fakeLearner({
    onIteration: (iteration) => {
      if (iteration === n) throw new RewardsmithError("E_DISK_TEST", "killed");
    },
  });
}

const select = { set: "select", profile: "reference", episodes: 4 } as const;

test("a result has its steps, curve, evaluations and a checkpoint on disk", async () => {
  const outcome = await finished(fakeRequest(100, { evaluations: [select] }));
  expect(outcome.totalSteps).toBe(128);
  expect(outcome.newSteps).toBe(128);
  expect(outcome.metrics.map((row) => row.totalSteps)).toEqual([64, 128]);
  expect(outcome.metrics[0].episodeReturn).toBeNaN();
  expect(outcome.evaluations).toHaveLength(1);
  expect(outcome.evaluations[0]).toMatchObject({ ...select, totalSteps: 128 });
  expect(readFileSync(outcome.checkpoint).length).toBeGreaterThan(0);
});

test("a result that is there is returned without training", async () => {
  const request = fakeRequest(128, { evaluations: [select] });
  const first = await finished(request);
  const learner = fakeLearner({ onIteration: () => expect.unreachable() });
  const again = await finished(request, { learner });
  expect(again).toEqual({ ...first, newSteps: 0, cpuSeconds: again.cpuSeconds });
  expect(storedOutcome(request, runsRoot)).toEqual({ ...first, newSteps: 0, cpuSeconds: 0 });
});

test("what other threads of a training spend is counted as spent", async () => {
  const learner: Learner = {
    ...fakeLearner(),
    async start(...options) {
      return { ...(await fakeLearner().start(...options)), otherCpuSeconds: () => 1000 };
    },
  };
  const outcome = await finished(fakeRequest(128), { learner });
  expect(outcome.cpuSeconds).toBeGreaterThan(1000);
  expect(outcome.cpuSeconds).toBeLessThan(1100);
});

test("a longer request continues the stored result to the same policy as an unbroken one", async () => {
  await finished(fakeRequest(128));
  const continued = await finished(fakeRequest(320));
  expect(continued.newSteps).toBe(192);
  expect(continued.metrics).toHaveLength(5);
  const unbroken = await finished(fakeRequest(320, { fresh: true }));
  expect(unbroken.newSteps).toBe(320);
  expect(continued.policyHash).toBe(unbroken.policyHash);
});

test("a shorter request later leaves the longer result whole", async () => {
  const long = await finished(fakeRequest(320));
  const short = await finished(fakeRequest(128));
  expect(short.newSteps).toBe(128);
  expect(short.metrics).toHaveLength(2);
  const again = await finished(fakeRequest(320));
  expect(again).toMatchObject({ newSteps: 0, policyHash: long.policyHash });
  expect(again.metrics).toHaveLength(5);
});

test("after a kill training continues from the last checkpoint and ends the same", async () => {
  const died = train(fakeRequest(640), { learner: dyingLearner(6), checkpointSeconds: -1 });
  await expect(died).rejects.toThrow("killed");
  const resumed = await finished(fakeRequest(640));
  expect(resumed.newSteps).toBe(640 - 5 * 64);
  expect(resumed.metrics.map((row) => row.iteration)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  const unbroken = await finished(fakeRequest(640, { fresh: true }));
  expect(resumed.policyHash).toBe(unbroken.policyHash);
});

test("of the checkpoints made for crashes only the newest stays, results stay all", async () => {
  await finished(fakeRequest(128));
  await finished(fakeRequest(640), { checkpointSeconds: -1 });
  const { folder } = new StoredJob(runsRoot, fakeJob());
  const files = readdirSync(folder).filter((name) => name.startsWith("checkpoint-"));
  expect(files.sort()).toEqual(["checkpoint-128.bin", "checkpoint-640.bin"]);
});

test("a crash checkpoint that has the steps asked for becomes the result", async () => {
  const died = train(fakeRequest(640), { learner: dyingLearner(4), checkpointSeconds: -1 });
  await expect(died).rejects.toThrow();
  const outcome = await finished(fakeRequest(192));
  expect(outcome.newSteps).toBe(0);
  await finished(fakeRequest(640));
  expect(storedOutcome(fakeRequest(192), runsRoot)).toMatchObject({ totalSteps: 192 });
});

test("rows beyond the checkpoint and half a row are cut when training continues", async () => {
  await expect(
    train(fakeRequest(640), { learner: dyingLearner(6), checkpointSeconds: 100 }),
  ).rejects.toThrow();
  const { folder } = new StoredJob(runsRoot, fakeJob());
  appendFileSync(join(folder, "metrics.jsonl"), '{"iteration":6,"tot');
  const outcome = await finished(fakeRequest(640));
  expect(outcome.newSteps).toBe(640);
  expect(outcome.metrics).toHaveLength(10);
});

test.each([
  ["a changed checkpoint", "checkpoint-320.bin", "{}"],
  ["a broken index", "results.json", '{"format":1,'],
  ["a broken curve", "metrics.jsonl", "not json\n"],
])("%s is not believed and trained again to the same policy", async (_what, file, content) => {
  const first = await finished(fakeRequest(320));
  writeFileSync(join(new StoredJob(runsRoot, fakeJob()).folder, file), content);
  expect(storedOutcome(fakeRequest(320), runsRoot)).toBeNull();
  const again = await finished(fakeRequest(320));
  expect(again.newSteps).toBe(320);
  expect(again.policyHash).toBe(first.policyHash);
});

/** Policies after 128, 192 and 256 steps, of which the one after 192 walks best. */
function choosing(fitness: Record<number, number>, evaluations = [test8]) {
  const learner: Learner = {
    ...fakeLearner(),
    evaluate: async (job, checkpoint, request, pulse) => {
      const evaluation = await fakeLearner().evaluate(job, checkpoint, request, pulse);
      measured.push(`${request.set} ${evaluation.totalSteps}`);
      return { ...evaluation, fitness: fitness[evaluation.totalSteps] };
    },
  };
  const measured: string[] = [];
  const request = fakeRequest(256, { evaluations, choose: { after: [128, 190], by: select } });
  return { learner, request, measured };
}
const test8 = { set: "test", profile: "reference", episodes: 8 } as const;

test("the policy of a training that forgets is the best of those to choose from", async () => {
  const { learner, request, measured } = choosing({ 128: 0.2, 192: 0.9, 256: 0.1 });
  const outcome = await finished(request, { learner });
  expect(outcome.totalSteps).toBe(256);
  expect(outcome.choices).toEqual([0.2, 0.9, 0.1]);
  expect(outcome.checkpoint).toContain("checkpoint-192.bin");
  expect(outcome.evaluations).toMatchObject([{ ...test8, totalSteps: 192 }]);
  expect(measured).toEqual(["select 128", "select 192", "select 256", "test 192"]);
  expect(storedOutcome(request, runsRoot)).toEqual({ ...outcome, newSteps: 0, cpuSeconds: 0 });
});

test("of equally good policies the later one is taken", async () => {
  const { learner, request } = choosing({ 128: 1, 192: 1, 256: 1 });
  expect((await finished(request, { learner })).checkpoint).toContain("checkpoint-256.bin");
});

test("where a result has too few policies to choose from, it is trained again to them", async () => {
  const { learner, request } = choosing({ 128: 0.2, 192: 0.9, 256: 0.1 });
  const plain = await finished({ ...request, choose: { after: [], by: select } }, { learner });
  expect(plain.choices).toEqual([0.1]);
  const outcome = await finished(request, { learner });
  expect(outcome.choices).toEqual([0.2, 0.9, 0.1]);
  expect(outcome.newSteps).toBe(256);
  expect(outcome.metrics).toEqual(plain.metrics);
  const longer = await finished(fakeRequest(320), { learner });
  expect(longer.newSteps).toBe(64);
});

test("killed between the policies to choose from, it ends with the same choice", async () => {
  const { request } = choosing({});
  const whole = await finished(request);
  rmSync(join(runsRoot, ".jobs"), { recursive: true });
  await expect(train(request, { learner: dyingLearner(4) })).rejects.toThrow("killed");
  const resumed = await finished(request);
  expect(resumed.newSteps).toBe(64);
  expect(resumed.choices).toEqual(whole.choices);
  expect(resumed.policyHash).toBe(whole.policyHash);
});

test("an evaluation that is missing is made up for without training", async () => {
  await finished(fakeRequest(128));
  const outcome = await finished(fakeRequest(128, { evaluations: [select] }));
  expect(outcome.newSteps).toBe(0);
  expect(outcome.evaluations).toHaveLength(1);
});

test("a failing reward is an outcome with its code", async () => {
  const learner = fakeLearner({
    onIteration: (iteration) => {
      if (iteration === 3) throw new RewardsmithError("E_REWARD_NOT_FINITE", "term upright is NaN");
    },
  });
  expect(await train(fakeRequest(640), { learner })).toMatchObject({
    status: "failed",
    code: "E_REWARD_NOT_FINITE",
    message: "term upright is NaN",
    totalSteps: 128,
  });
});

test("a full disk stops the run and leaves what was stored before whole", async () => {
  const first = await finished(fakeRequest(128));
  const sync = vi.mocked(fs.fsyncSync);
  const actual = sync.getMockImplementation() as typeof fs.fsyncSync;
  sync.mockImplementation(() => {
    throw Object.assign(new Error("no space"), { code: "ENOSPC" });
  });
  await expect(train(fakeRequest(640))).rejects.toMatchObject({ code: "E_DISK_FULL" });
  sync.mockImplementation(actual);
  expect(await finished(fakeRequest(128))).toMatchObject({
    newSteps: 0,
    policyHash: first.policyHash,
    metrics: first.metrics,
  });
  expect(await finished(fakeRequest(640))).toMatchObject({ newSteps: 512 });
});

test("a stop saves a checkpoint at once and the resume continues from it", async () => {
  let iterations = 0;
  const stopAsked = () => ++iterations > 3;
  const stopped = await train(fakeRequest(640), { stopAsked });
  expect(stopped).toMatchObject({ status: "failed", code: "E_CANCELLED", totalSteps: 192 });
  const resumed = await finished(fakeRequest(640));
  expect(resumed.newSteps).toBe(640 - 192);
});

test("a job starts from its parent's result, and says so when there is none", async () => {
  const parent = await finished(fakeRequest(128));
  const child = fakeJob({ parent: `${parent.jobId}@128`, seed: 2 });
  const orphan = fakeJob({ parent: `${parent.jobId}@64`, seed: 2 });
  const scratch = await finished(fakeRequest(64, { job: fakeJob({ seed: 2 }) }));
  const warm = await finished(fakeRequest(64, { job: child }));
  expect(warm.policyHash).not.toBe(scratch.policyHash);
  expect(await train(fakeRequest(64, { job: orphan }))).toMatchObject({
    status: "failed",
    code: "E_RESULT_UNKNOWN",
  });
});

test("a result is found by its name, with the job it came from", async () => {
  const job = fakeJob({ seed: 9 });
  const { jobId, policyHash } = await finished(fakeRequest(128, { job }));
  await finished(fakeRequest(320, { job }));
  expect(loadResult(runsRoot, `${jobId}@128`)).toMatchObject({ job, steps: 128, policyHash });
  expect(loadResult(runsRoot, jobId).steps).toBe(320);
  expect(() => loadResult(runsRoot, `${jobId}@64`)).toThrow(
    expect.objectContaining({
      code: "E_RESULT_UNKNOWN",
      hint: `there are: ${jobId}@320, ${jobId}@128`,
    }),
  );
});
