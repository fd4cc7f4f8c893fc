/** The built-in tasks are learned with a person's reward, and the swing-up not with its sparse one. */
import { expect, it } from "vitest";
import type { CompiledTask } from "../../../src/reward/compiled-task.js";
import { compileTask } from "../../../src/reward/node/compile-task.js";
import type { Program } from "../../../src/reward/program.js";
import { evaluatePolicy } from "../../../src/rl/evaluate.js";
import { createEnvironment } from "../../../src/rl/task-environment.js";
import { Trainer } from "../../../src/rl/trainer.js";
import { loadTask } from "../../../src/task/node/load.js";

/** Test fitness on the fine physics after `steps` environment steps. */
async function learn(task: CompiledTask, reward: Program, seed: number, steps: number) {
  const settings = task.task.definition.training;
  const environment = await createEnvironment({
    task,
    reward,
    numEnvs: settings.numEnvs,
    profile: "train",
    seed,
    stream: "train",
    randomize: settings.randomize,
  });
  const trainer = await Trainer.create({ environment, settings, seed });
  while (trainer.totalSteps < steps) await trainer.iterate();
  const checkpoint = trainer.save();
  await trainer.dispose();
  environment.dispose();
  const test = { set: "test", profile: "reference", episodes: 64 } as const;
  return (await evaluatePolicy({ task, reward, checkpoint, ...test })).fitness;
}

async function scores(name: string, kind: "human" | "sparse", seeds: number[], steps: number) {
  const task = compileTask(await loadTask(name));
  const results: number[] = [];
  for (const seed of seeds)
    results.push(await learn(task, task.programs[kind] as Program, seed, steps));
  return results;
}

it("cartpole lasts 495 of 500 steps within 0.3 million, five of five seeds", async () => {
  for (const length of await scores("cartpole", "human", [1, 2, 3, 4, 5], 300_000)) {
    expect(length).toBeGreaterThanOrEqual(495);
  }
});

it("swing-up stands with the person's reward within a search's steps, on each of three seeds", async () => {
  for (const share of await scores("cartpole-swingup", "human", [1, 2, 3], 480_000)) {
    expect(share).toBeGreaterThan(0.9);
  }
});

it("swing-up does not stand with the sparse reward on most of three seeds", async () => {
  const failed = (await scores("cartpole-swingup", "sparse", [1, 2, 3], 480_000)).filter(
    (share) => share < 0.5,
  );
  expect(failed.length).toBeGreaterThanOrEqual(2);
});
