/** How fast trainings of a task will be on this machine, measured before a search begins. */
import type { CompiledTask } from "../reward/compiled-task.js";
import { createEnvironment } from "../rl/task-environment.js";

const warmUpSteps = 40;
const measuredSteps = 60;
/** Of a training's time, what simulation takes; the rest is inference and updates (`bench sim`). */
const simulationShare = 0.55;

/** Environment steps a second of one training, estimated from a moment of simulation. */
export async function trainingSpeed(task: CompiledTask): Promise<number> {
  const { numEnvs } = task.task.definition.training;
  const environment = await createEnvironment({
    task,
    reward: task.programs.human ?? { ...task.programs.fitness, kind: "reward", columns: ["total"] },
    numEnvs,
    profile: "train",
    seed: 1,
    stream: "train",
    randomize: false,
  });
  try {
    const actions = new Float32Array(numEnvs * environment.actionDim);
    environment.reset(true);
    for (let step = 0; step < warmUpSteps; step++) environment.step(actions);
    const start = performance.now();
    for (let step = 0; step < measuredSteps; step++) environment.step(actions);
    const seconds = (performance.now() - start) / 1000;
    return (simulationShare * measuredSteps * numEnvs) / seconds;
  } finally {
    environment.dispose();
  }
}
