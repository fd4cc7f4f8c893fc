import { compileTask } from "../../../src/reward/node/compile-task.js";
import type { TrainingJob } from "../../../src/run/job.js";
import { loadTask } from "../../../src/task/node/load.js";
import { trainingSettingsSchema } from "../../../src/task/settings.js";

/** The human reward on a small cartpole: 512 environment steps an iteration. */
export async function cartpoleJob(): Promise<TrainingJob> {
  const task = compileTask(await loadTask("cartpole"));
  const { human } = task.programs;
  if (!human) throw new Error("cartpole has no human reward");
  const settings = trainingSettingsSchema.parse({
    ...task.task.definition.training,
    numEnvs: 32,
    numStepsPerEnv: 16,
  });
  return { task, reward: human, settings, engine: "rapier", seed: 1, parent: null };
}
