/** What three of Isaac's tasks teach with the human reward, one seed each: well short of their medians. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { compileTask } from "../../../src/reward/node/compile-task.js";
import type { Evaluation } from "../../../src/rl/metrics.js";
import type { Executor } from "../../../src/run/executor.js";
import { createLocalExecutor } from "../../../src/run/local-executor.js";
import { excesses } from "../../../src/sim/watch-limits.js";
import { loadTask } from "../../../src/task/node/load.js";
import { watchLimits } from "../../../src/task/watch-limits.js";

let folder = "";
let executor: Executor;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "rewardsmith-isaac-"));
  executor = createLocalExecutor({ runsRoot: folder });
});
afterAll(async () => {
  await executor.close();
  rmSync(folder, { recursive: true });
});

/** The policy after `steps`, in test episodes on the reference profile; the engine watch must be silent. */
async function trained(name: string, steps: number): Promise<Evaluation> {
  const task = compileTask(await loadTask(name));
  const { human } = task.programs;
  if (human === undefined) throw new Error(`${name} has no human reward`);
  const { training, engine } = task.task.definition;
  const outcome = await executor.run({
    job: { task, reward: human, settings: training, engine, seed: 1, parent: null },
    steps,
    evaluations: [{ set: "test", profile: "reference", episodes: 32 }],
  });
  if (outcome.status === "failed") throw new Error(`${outcome.code} ${outcome.message}`);
  const [evaluation] = outcome.evaluations;
  expect(excesses(evaluation.physics ?? null, watchLimits(task.task))).toEqual([]);
  return evaluation;
}

test("ball balance: the ball is kept for 400 of 500 steps after 0.8 million", async () => {
  expect((await trained("ball-balance", 800_000)).fitness).toBeGreaterThan(400);
});

test("quadcopter: it hovers within 0.3 m of the target after 1.2 million steps", async () => {
  expect((await trained("quadcopter", 1_200_000)).fitness).toBeGreaterThan(-0.3);
});

test("anymal: it follows commands better than half as badly as standing still after 1.2 million", async () => {
  expect((await trained("anymal", 1_200_000)).fitness).toBeGreaterThan(-1);
});
