import { expect, it } from "vitest";
import { Rng } from "../../../src/core/rng.js";
import { watched } from "../../../src/design/engine-watch.js";
import type { CompiledTask } from "../../../src/reward/compiled-task.js";
import { compileTask } from "../../../src/reward/node/compile-task.js";
import type { Program } from "../../../src/reward/program.js";
import { evaluatePolicy } from "../../../src/rl/evaluate.js";
import type { MetricsRow } from "../../../src/rl/metrics.js";
import { createEnvironment } from "../../../src/rl/task-environment.js";
import { Trainer } from "../../../src/rl/trainer.js";
import { excesses } from "../../../src/sim/watch-limits.js";
import { loadTask } from "../../../src/task/node/load.js";
import type { TaskDefinition } from "../../../src/task/task.js";
import { watchLimits } from "../../../src/task/watch-limits.js";

type Profile = Partial<TaskDefinition["physics"]["train"]>;

/** A built-in task with another training profile. */
async function taskWith(name: string, profile: Profile): Promise<CompiledTask> {
  const { task, programs } = compileTask(await loadTask(name));
  const { physics } = task.definition;
  const train = { ...physics.train, ...profile };
  const definition = { ...task.definition, physics: { ...physics, train } };
  return { programs, task: { ...task, definition } };
}

/** What exceeds its limit when every joint gets its full torque one way or the other at random. */
async function excessesOfFlailing(name: string, profile: Profile): Promise<string[]> {
  const task = await taskWith(name, profile);
  const environment = await createEnvironment({
    task,
    reward: task.programs.human as Program,
    numEnvs: 32,
    engine: "rapier",
    profile: "train",
    seed: 1,
    stream: "train",
    randomize: false,
  });
  environment.reset(false);
  const rng = Rng.stream(1, "flailing");
  const actions = new Float32Array(32 * environment.actionDim);
  for (let step = 0; step < 180; step++) {
    for (let i = 0; i < actions.length; i++) actions[i] = rng.uniform(-1, 1) > 0 ? 1 : -1;
    environment.step(actions);
  }
  const { physics = null } = environment.takeStatistics();
  environment.dispose();
  return excesses(physics, watchLimits(task.task)).map(({ measure }) => measure);
}

it("an ant that flails is found out on a coarse solver, and clean on the task's own", async () => {
  expect(await excessesOfFlailing("ant", {})).toEqual([]);
  const coarse = await excessesOfFlailing("ant", { solverIterations: 2, pgsIterations: 4 });
  expect(coarse).toContain("anchorError");
});

it("a go1 that flails on a coarse solver comes apart", async () => {
  const coarse = await excessesOfFlailing("go1-walk", { solverIterations: 2, pgsIterations: 4 });
  expect(coarse).toContain("anchorError");
});

it("a policy of a person's reward is clean, in training and evaluation, on the task's own profile", async () => {
  const task = await taskWith("ant", {});
  const reward = task.programs.human as Program;
  const settings = task.task.definition.training;
  const environment = await createEnvironment({
    task,
    reward,
    numEnvs: settings.numEnvs,
    profile: "train",
    seed: 11,
    stream: "train",
    randomize: settings.randomize,
  });
  const trainer = await Trainer.create({ environment, settings, seed: 11 });
  const metrics: MetricsRow[] = [];
  while (trainer.totalSteps < 150_000) metrics.push(await trainer.iterate());
  const evaluations = [
    await evaluatePolicy({
      task,
      reward,
      checkpoint: trainer.save(),
      set: "select",
      profile: "train",
      episodes: 16,
    }),
  ];
  const { physics, engineWatch } = watched({ metrics, evaluations }, "select", task.task);
  expect(physics?.samples).toBeGreaterThan(1000);
  expect(engineWatch).toEqual([]);
  await trainer.dispose();
  environment.dispose();
});
