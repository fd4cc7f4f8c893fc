import { compileTask } from "../../../src/reward/node/compile-task.js";
import { createEnvironment } from "../../../src/rl/task-environment.js";
import { Trainer } from "../../../src/rl/trainer.js";
import { loadTask } from "../../../src/task/node/load.js";

/** A small training of the built-in cartpole, randomized, in real physics. */
export async function startTraining(): Promise<Trainer> {
  const task = compileTask(await loadTask("cartpole"));
  const { human } = task.programs;
  if (human === undefined) throw new Error("cartpole has a human reward");
  const settings = { ...task.task.definition.training, numEnvs: 32, randomize: true };
  const environment = await createEnvironment({
    task,
    reward: human,
    numEnvs: 32,
    profile: "train",
    seed: 7,
    stream: "train",
    randomize: true,
  });
  return Trainer.create({ environment, settings, seed: 7 });
}
