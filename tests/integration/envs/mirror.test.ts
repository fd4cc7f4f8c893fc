import { expect, test } from "vitest";
import { compileTask } from "../../../src/reward/node/compile-task.js";
import { createEnvironment } from "../../../src/rl/task-environment.js";
import { taskMirror, type VectorMirror } from "../../../src/task/mirror.js";
import { loadTask } from "../../../src/task/node/load.js";

const image = ({ permutation, sign }: VectorMirror, vector: ArrayLike<number>) =>
  sign.map((s, i) => s * vector[permutation[i]]);

test.each(["ant", "go1-walk"])("%s, moved as its image, moves as its image", async (name) => {
  const loaded = await loadTask(name);
  const { definition } = loaded;
  const still = {
    ...loaded,
    definition: {
      ...definition,
      reset: { ...definition.reset, jointPosition: {}, jointVelocity: {}, baseYaw: 0 },
      observation: definition.observation.map((term) => ({ ...term, noise: 0 })),
      actionDelaySteps: [0, 0] as [number, number],
      signals: Object.fromEntries(
        Object.entries(definition.signals).map(([signal, declared]) => [
          signal,
          declared.source.kind === "command"
            ? { ...declared, source: { kind: "command" as const, low: [1], high: [1] } }
            : declared,
        ]),
      ),
    },
  };
  const task = compileTask(still);
  const mirror = taskMirror(task.task);
  const environment = await createEnvironment({
    task,
    reward: task.programs.human ?? { ...task.programs.fitness, kind: "reward", columns: ["total"] },
    numEnvs: 2,
    profile: "reference",
    seed: 1,
    stream: "test",
    randomize: false,
  });
  environment.reset(false);
  const { actionDim, observationDim } = environment;
  const actions = new Float32Array(2 * actionDim);
  let difference = 0;
  let sidedness = 0;
  for (let step = 0; step < 10; step++) {
    const own = Array.from({ length: actionDim }, (_, i) => 0.4 * Math.sin(1 + 7 * i + step / 3));
    actions.set(own);
    actions.set(image(mirror.action, own), actionDim);
    environment.step(actions);
    const rows = [0, 1].map((env) =>
      environment.observations.subarray(env * observationDim, (env + 1) * observationDim),
    );
    const expected = image(mirror.observation, rows[0]);
    expected.forEach((value, i) => {
      difference += (value - rows[1][i]) ** 2;
      sidedness += (value - rows[0][i]) ** 2;
    });
  }
  // What is left is the solver's: it works through contacts in an order that knows left and right.
  expect(Math.sqrt(difference / sidedness)).toBeLessThan(0.15);
  environment.dispose();
});
