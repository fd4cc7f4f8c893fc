/** `--preset isaac`: rl_games' settings of the originals, as published (Eureka's copies of IsaacGymEnvs). */
import { expect, test } from "vitest";
import { loadTask } from "../../../src/task/node/load.js";

/** Environments, rollout, hidden layers, rate, KL target, minibatch, epochs, critic and bound coefficients, steps (M). */
const published: [
  string,
  number,
  number,
  number[],
  number,
  number,
  number,
  number,
  number,
  number,
  number,
][] = [
  ["cartpole", 512, 16, [32, 32], 3e-4, 0.008, 8192, 8, 4, 1e-4, 0.82],
  ["ball-balance", 4096, 16, [128, 64, 32], 3e-4, 0.008, 8192, 8, 4, 1e-4, 16.4],
  ["quadcopter", 8192, 8, [256, 256, 128], 1e-3, 0.016, 16384, 8, 2, 1e-4, 32.8],
  ["ant", 4096, 16, [256, 128, 64], 3e-4, 0.008, 32768, 4, 2, 1e-4, 32.8],
  ["franka-cabinet", 4096, 16, [256, 128, 64], 5e-4, 0.008, 8192, 8, 4, 1e-4, 98],
  ["anymal", 4096, 24, [256, 128, 64], 3e-4, 0.008, 32768, 5, 2, 1e-3, 98],
  ["humanoid", 4096, 32, [400, 200, 100], 5e-4, 0.008, 32768, 5, 4, 1e-4, 131],
  ["allegro-hand", 16384, 8, [512, 256, 128], 5e-4, 0.016, 32768, 5, 4, 1e-4, 655],
  // The block's 5000 epochs; Eureka's copy has 20000 for the pen.
  ["shadow-hand", 16384, 8, [512, 512, 256, 128], 5e-4, 0.016, 32768, 5, 4, 1e-4, 655],
];

test.each(published)(
  "%s has the original's",
  async (name, numEnvs, rollout, layers, lr, kl, batch, epochs, critic, bound, millions) => {
    const { isaac } = (await loadTask(name)).definition.presets;
    expect(isaac.steps! / 1e6).toBeCloseTo(millions, 2);
    const { training } = isaac;
    expect(training).toMatchObject({
      numEnvs,
      numStepsPerEnv: rollout,
      randomize: false,
      network: { actor: layers, critic: layers, activation: "elu", shared: true, initialLogStd: 0 },
      ppo: {
        lr,
        desiredKl: kl,
        gamma: 0.99,
        gaeLambda: 0.95,
        clipRange: 0.2,
        entropyCoef: 0,
        minibatchSize: batch,
        numLearningEpochs: epochs,
        // Half of rl_games' coefficient: its loss is half the squared error.
        valueCoef: critic / 2,
        boundCoef: bound,
      },
    });
    // Of all originals the ant's alone does not clip gradients.
    const clip = training.ppo?.maxGradNorm ?? 0;
    if (name === "ant") expect(clip).toBeGreaterThan(1e3);
    else expect(clip).toBe(1);
    expect([training.symmetry ?? false, training.finePhase?.afterSteps ?? null]).toEqual([
      false,
      null,
    ]);
  },
);
