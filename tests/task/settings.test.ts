import { describe, expect, it } from "vitest";
import {
  shardProblem,
  trainingPresetSchema,
  trainingSettingsSchema,
} from "../../src/task/settings.js";

describe("a preset", () => {
  it("holds what it says and fills nothing in", () => {
    const training = { numEnvs: 4096, ppo: { lr: 3e-4 }, network: { actor: [8] } };
    expect(trainingPresetSchema.parse({ training })).toEqual({ training });
    expect(trainingPresetSchema.parse({ steps: 5, training: {} })).toEqual({
      steps: 5,
      training: {},
    });
  });

  it.each([
    [{ training: { ppo: { lr: -1 } } }],
    [{ training: { ppo: { lrate: 1 } } }],
    [{ training: { envs: 3 } }],
    [{}],
  ])("with settings that do not exist or cannot be is refused: %j", (preset) => {
    expect(trainingPresetSchema.safeParse(preset).success).toBe(false);
  });
});

describe("shards", () => {
  const given = (numShards: number, minibatchSize: number) =>
    trainingSettingsSchema.safeParse({
      numEnvs: 5,
      numStepsPerEnv: 2,
      numShards,
      ppo: { minibatchSize },
    });

  it("need an environment each, and a sample of every minibatch", () => {
    expect(given(6, 1024).error?.issues).toMatchObject([
      { path: ["numShards"], message: expect.stringMatching(/^6 shards .* 5 environments/) },
    ]);
    // Ten samples in minibatches of about four: three parts, of which the smallest has three.
    expect(given(4, 4).error?.issues).toMatchObject([
      { path: ["ppo", "minibatchSize"], message: expect.stringMatching(/minibatches of 3:/) },
    ]);
    expect(given(3, 4).success).toBe(true);
    expect(given(1, 1).success).toBe(true);
  });

  it("are held to that where settings did not pass the schema", () => {
    const settings = trainingSettingsSchema.parse({});
    expect(shardProblem(settings)).toBeNull();
    expect(shardProblem({ ...settings, numShards: 129 })?.path).toEqual(["numShards"]);
  });
});
