import { describe, expect, it } from "vitest";
import { gaussianKl } from "../../src/rl/ppo.js";
import { Trainer } from "../../src/rl/trainer.js";
import { trainingSettingsSchema } from "../../src/task/settings.js";
import { AnalyticCartPole } from "./analytic-cart-pole.js";

describe("the divergence of two normal distributions", () => {
  it("is the closed form's value", () => {
    expect(gaussianKl(1, 0, 1, 0)).toBe(0);
    // log 2 + (1 + 3²) / (2 · 4) − ½
    expect(gaussianKl(0, 0, 3, Math.log(2))).toBeCloseTo(Math.log(2) + 10 / 8 - 0.5, 12);
    expect(gaussianKl(0, Math.log(2), 3, 0)).toBeCloseTo(-Math.log(2) + 13 / 2 - 0.5, 12);
  });
});

describe("a rate that follows the exact divergence", () => {
  const rateAfter = async (desiredKl: number) => {
    const settings = trainingSettingsSchema.parse({
      numEnvs: 16,
      numStepsPerEnv: 8,
      ppo: { klEstimate: "exact", desiredKl, lr: 1e-3, minibatchSize: 32 },
      network: { actor: [8], critic: [8] },
    });
    const environment = new AnalyticCartPole({ numEnvs: 16, seed: 1 });
    const trainer = await Trainer.create({ environment, settings, seed: 1 });
    await trainer.iterate();
    const { lr } = await trainer.iterate();
    await trainer.dispose();
    return lr;
  };

  it("falls where the policy moved too far, rises where it hardly moved", async () => {
    expect(await rateAfter(1e-9)).toBeCloseTo(1e-3 / 1.5, 12);
    expect(await rateAfter(1)).toBeCloseTo(1.5e-3, 12);
  });
});
