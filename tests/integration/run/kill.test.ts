import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startProcess } from "../../../src/core/node/spawn.js";
import { Rng } from "../../../src/core/rng.js";
import type { TrainingOutcome } from "../../../src/run/job.js";
import { fakeJob, fakeRequest } from "../../run/fake-training.js";
import { cartpoleJob } from "./cartpole-job.js";
import type { TrainingOrder } from "./training-process.js";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rewardsmith-kill-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Trains in a process of its own; null when it was killed, so long after its first row. */
function trainInProcess(
  order: TrainingOrder,
  killAfterMilliseconds?: number,
): Promise<TrainingOutcome[] | null> {
  const child = startProcess(new URL("./training-process.js", import.meta.url));
  child.send(order);
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    let outcomes: TrainingOutcome[] | null = null;
    child.on("message", (message: "row" | TrainingOutcome[]) => {
      if (message !== "row") outcomes = message;
      else if (killAfterMilliseconds !== undefined) {
        timer ??= setTimeout(() => child.kill("SIGKILL"), killAfterMilliseconds);
      }
    });
    child.on("exit", (code, signal) => {
      clearTimeout(timer);
      if (code === 0 || signal === "SIGKILL") resolve(outcomes);
      else reject(new Error(`the training process ended with ${code ?? signal}`));
    });
  });
}

/** Kills it up to three times on the way. */
async function trainThroughKills(order: TrainingOrder, rng: Rng, longestMilliseconds: number) {
  let kills = 0;
  while (kills < 3) {
    const outcomes = await trainInProcess(order, rng.uniform(0, longestMilliseconds));
    if (outcomes) return { kills, outcomes };
    kills++;
  }
  return { kills, outcomes: (await trainInProcess(order)) ?? [] };
}

function summary(outcomes: readonly TrainingOutcome[]) {
  return outcomes.map((outcome) => {
    if (outcome.status === "failed") throw new Error(outcome.message);
    const { policyHash, totalSteps, evaluations, metrics } = outcome;
    const rows = metrics.map((row) => ({ ...row, wallSeconds: 0, cpuSeconds: 0 }));
    return { policyHash, totalSteps, evaluations, rows };
  });
}

const evaluations = [{ set: "select", profile: "reference", episodes: 4 }] as const;

test("jobs killed at random moments end as those that were left alone", async () => {
  const worker = new URL("./fake-worker.js", import.meta.url).href;
  const requests = [1001, 1002].map((seed) =>
    fakeRequest(64 * 12, { job: fakeJob({ seed }), evaluations }),
  );
  const alone = { runsRoot: join(folder, "alone"), worker, requests };
  const killed = { ...alone, runsRoot: join(folder, "killed") };
  const expected = await trainInProcess(alone);
  const { kills, outcomes } = await trainThroughKills(killed, new Rng(5), 500);
  expect(kills).toBeGreaterThan(0);
  expect(summary(outcomes)).toEqual(summary(expected ?? []));
});

test("a policy whose training was killed is bit for bit the one that was left alone", async () => {
  const worker = new URL("../../../src/run/ppo-worker.js", import.meta.url).href;
  const job = await cartpoleJob();
  const requests = [1, 2].map((seed) => ({ job: { ...job, seed }, steps: 512 * 30, evaluations }));
  const alone = { runsRoot: join(folder, "alone"), worker, requests };
  const killed = { ...alone, runsRoot: join(folder, "killed") };
  const expected = await trainInProcess(alone);
  const { kills, outcomes } = await trainThroughKills(killed, new Rng(6), 600);
  expect(kills).toBeGreaterThan(0);
  expect(summary(outcomes)).toEqual(summary(expected ?? []));
});
