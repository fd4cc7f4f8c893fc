/** Randomizations as wide as a Go1's whole prior can be trained, though some of their corners cannot be. */
import { describe, expect, it } from "vitest";
import { compileTask } from "../../../src/reward/node/compile-task.js";
import type { Program } from "../../../src/reward/program.js";
import { createEnvironment } from "../../../src/rl/task-environment.js";
import { Trainer } from "../../../src/rl/trainer.js";
import { engineNames } from "../../../src/sim/simulator.js";
import { loadTask } from "../../../src/task/node/load.js";
import { trainingSettingsSchema } from "../../../src/task/settings.js";
import {
  numWorldParameters,
  worldParameterIndex,
} from "../../../src/task/world-parameter-names.js";
import { withRandomization } from "../../../src/transfer/configuration.js";
import { makeConfigurations } from "../../../src/transfer/made-configurations.js";

const go1 = compileTask(await loadTask("go1-walk"));

/** What one walking policy coped with, each parameter alone. */
const prior = {
  massFactor: [[0.7, 1.3]],
  payloadKg: [[-5, 3.35]],
  "centerOfMassOffset.x": [[-0.335, 0.335]],
  "centerOfMassOffset.z": [[-0.625, 0.335]],
  friction: [[0.725, 3.35]],
  gravityScale: [[0.8, 1.4]],
  "gravityOffset.z": [[-3.35, 6.25]],
  kpFactor: [[0.9, 1.88]],
  kdFactor: [[0, 1.63]],
  motorStrength: [[0.8, 1.4]],
  pushSpeed: [[0, 0.875]],
} as const;
const offline = makeConfigurations("offline", go1.task, prior, 4, 71_002);
const configurations = [
  ...makeConfigurations("full-prior", go1.task, prior, 1, 0),
  offline[offline.length - 1],
];

describe.each(engineNames)("in %s", (engine) => {
  it.each(configurations)("$name is trained", async (configuration) => {
    expect(configuration.ranges["payloadKg"]).toBeDefined();
    const task = withRandomization(go1, configuration);
    const settings = trainingSettingsSchema.parse({
      ...task.task.definition.training,
      numEnvs: 32,
      numStepsPerEnv: 8,
    });
    const environment = await createEnvironment({
      task,
      reward: task.programs.human as Program,
      engine,
      numEnvs: settings.numEnvs,
      profile: "train",
      seed: 1,
      stream: "train",
      randomize: true,
    });
    const { parameters } = environment.overrides;
    const trainer = await Trainer.create({ environment, settings, seed: 1 });
    for (let reset = 0; reset < 20; reset++) {
      environment.reset(false);
      for (let env = 0; env < settings.numEnvs; env++) {
        const row = env * numWorldParameters;
        const factor = parameters[row + worldParameterIndex.massFactor];
        const payload = parameters[row + worldParameterIndex.payloadKg];
        expect(5.204 * factor + payload).toBeGreaterThan(0.15);
      }
    }
    const { reward, totalSteps } = await trainer.iterate();
    expect(totalSteps).toBe(256);
    expect(Number.isFinite(reward)).toBe(true);
    await trainer.dispose();
  });
});
