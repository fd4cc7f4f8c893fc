import { describe, expect, it } from "vitest";
import { trainingPresetSchema } from "../../src/task/settings.js";

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
