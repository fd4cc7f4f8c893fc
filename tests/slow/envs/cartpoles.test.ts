/** What the task pages promise, with seeds: which rewards are learned, and which fail. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mean } from "../../../src/core/statistics.js";
import type { CompiledTask } from "../../../src/reward/compiled-task.js";
import { compileProgram } from "../../../src/reward/node/compile.js";
import { compileTask } from "../../../src/reward/node/compile-task.js";
import type { Program } from "../../../src/reward/program.js";
import type { Evaluation } from "../../../src/rl/metrics.js";
import type { Executor } from "../../../src/run/executor.js";
import { createLocalExecutor } from "../../../src/run/local-executor.js";
import { loadTask } from "../../../src/task/node/load.js";

let folder = "";
let executor: Executor;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "rewardsmith-envs-"));
  executor = createLocalExecutor({ runsRoot: folder });
});
afterAll(async () => {
  await executor.close();
  rmSync(folder, { recursive: true });
});

async function evaluations(
  task: CompiledTask,
  reward: Program | undefined,
  steps: number,
  seeds: readonly number[],
): Promise<Evaluation[]> {
  if (reward === undefined) throw new Error("no such reward");
  const { training } = task.task.definition;
  return Promise.all(
    seeds.map(async (seed) => {
      const outcome = await executor.run({
        job: { task, reward, settings: training, engine: "rapier", seed, parent: null },
        steps,
        evaluations: [{ set: "test", profile: "reference", episodes: 32 }],
      });
      if (outcome.status === "failed") throw new Error(`${outcome.code} ${outcome.message}`);
      return outcome.evaluations[0];
    }),
  );
}

test("cartpole with the human reward balances 495 of 500 steps within 0.3 million, five of five seeds", async () => {
  const task = compileTask(await loadTask("cartpole"));
  const results = await evaluations(task, task.programs.human, 299_008, [1, 2, 3, 4, 5]);
  for (const { fitness } of results) expect(fitness).toBeGreaterThanOrEqual(495);
});

describe("cartpole-swingup", async () => {
  const task = compileTask(await loadTask("cartpole-swingup"));
  const { steps } = task.task.definition;
  const seeds = [1, 2, 3];

  test("the human reward swings up and stays, every seed", async () => {
    const results = await evaluations(task, task.programs.human, steps, seeds);
    for (const { fitness } of results) expect(fitness).toBeGreaterThan(0.8);
    expect(mean(results.map(({ fitness }) => fitness))).toBeGreaterThan(0.9);
  });

  test("the sparse reward has taught little when the human one is learned", async () => {
    const results = await evaluations(task, task.programs.sparse, steps, seeds);
    expect(mean(results.map(({ fitness }) => fitness))).toBeLessThan(0.6);
  });

  const reward = (terms: string) => {
    const source = `export function reward(s: State): Terms { return { ${terms} }; }`;
    return compileProgram(source, "reward", task.task.signals).program ?? undefined;
  };

  test("a reward below zero drives the cart off the rail to end the episode", async () => {
    const cosine = reward(
      "upright: s.pole.cos, speed: -0.001 * s.pole.angularVelocity ** 2, rail: Math.abs(s.cart.position) > 3 ? -10 : 0",
    );
    const results = await evaluations(task, cosine, steps, seeds);
    expect(mean(results.map(({ fitness }) => fitness))).toBeLessThan(0.5);
    expect(mean(results.map(({ endings }) => endings["cartOffRail"]))).toBeGreaterThan(0.5);
  });

  test("a reward that charges more for moving than it pays on the way hangs still", async () => {
    const shy = reward(
      "height: (1 + s.pole.cos) / 2, still: s.pole.cos > 0.9 && Math.abs(s.pole.angularVelocity) < 1 ? 5 : 0, speed: -0.02 * s.pole.angularVelocity ** 2, offCentre: -0.1 * s.cart.position ** 2",
    );
    const results = await evaluations(task, shy, steps, seeds);
    for (const { fitness } of results) expect(fitness).toBeLessThan(0.5);
  });
});
