import { afterEach, describe, expect, it } from "vitest";
import { decodeCheckpoint, encodeCheckpoint, policyHash } from "../../src/rl/checkpoint.js";
import { adaptedRate } from "../../src/rl/ppo.js";
import { gatherRows, minibatchBounds } from "../../src/rl/rollout.js";
import { Trainer } from "../../src/rl/trainer.js";
import { type TrainingSettingsInput, trainingSettingsSchema } from "../../src/task/settings.js";
import { AnalyticCartPole } from "./analytic-cart-pole.js";

const live: Trainer[] = [];
afterEach(async () => {
  for (const trainer of live.splice(0)) await trainer.dispose();
});

async function create(
  seed: number,
  {
    privileged = false,
    rewardScale = 1,
    frames = 1,
    ...settings
  }: TrainingSettingsInput & {
    privileged?: boolean;
    rewardScale?: number;
    frames?: 1 | 2;
  } = {},
): Promise<Trainer> {
  const parsed = trainingSettingsSchema.parse({
    numEnvs: 16,
    numStepsPerEnv: 8,
    ...settings,
    ppo: { minibatchSize: 32, ...settings.ppo },
    network: { actor: [8, 8], critic: [8], ...settings.network },
  });
  const environment = new AnalyticCartPole({ numEnvs: 16, seed, privileged, rewardScale, frames });
  const trainer = await Trainer.create({ environment, settings: parsed, seed });
  live.push(trainer);
  return trainer;
}

async function iterate(trainer: Trainer, times: number) {
  const rows = [];
  for (let i = 0; i < times; i++) {
    const { wallSeconds, cpuSeconds, ...row } = await trainer.iterate();
    rows.push(row);
  }
  return rows;
}

describe("a training", () => {
  it("ends in the same hash for the same seed and in another for another", async () => {
    const hashes = [];
    for (const seed of [1, 1, 2]) {
      const trainer = await create(seed);
      await iterate(trainer, 4);
      hashes.push(policyHash(trainer.save()));
    }
    expect(hashes[1]).toBe(hashes[0]);
    expect(hashes[2]).not.toBe(hashes[0]);
  });

  it("says how far the student is from its teacher, and comes closer", async () => {
    const network = { adaptation: { latent: 3, adapter: [16], encoder: [8], lr: 1e-2 } };
    // A teacher that hardly moves: early in a training it runs away from its student.
    const ppo = { lr: 1e-7, schedule: "fixed" as const };
    const trainer = await create(2, { privileged: true, frames: 2, network, ppo });
    const rows = await iterate(trainer, 12);
    const [first, last] = [rows[0], rows[rows.length - 1]].map((row) => row.losses.adaptation ?? 0);
    expect(first).toBeGreaterThan(0);
    expect(last).toBeLessThan(first / 2);
    const [alone] = await iterate(await create(2), 1);
    expect(alone.losses).not.toHaveProperty("adaptation");
  });

  it.each([
    ["that knows no more than its student", { frames: 2 as const }],
    ["whose student has no history", { privileged: true }],
  ])("refuses a teacher %s", async (_, options) => {
    const network = { adaptation: {} };
    await expect(create(1, { ...options, network })).rejects.toThrow(
      expect.objectContaining({ code: "E_NETWORK_ADAPTATION" }),
    );
  });

  it.each([
    ["separate critic", {}],
    ["shared network", { network: { shared: true } }],
    ["asymmetric critic", { privileged: true }],
    [
      "teacher and student",
      { privileged: true, frames: 2 as const, network: { adaptation: { adapter: [8] } } },
    ],
    ["without normalization", { ppo: { normalizeObservation: false, normalizeReturn: false } }],
  ])("resumes bit-identically from bytes: %s", async (_, settings) => {
    const whole = await create(3, settings);
    await iterate(whole, 3);
    const bytes = encodeCheckpoint(whole.save());
    const rest = await iterate(whole, 3);

    const resumed = await create(3, settings);
    resumed.load(decodeCheckpoint(bytes));
    expect(resumed.totalSteps).toBe(3 * 16 * 8);
    expect(await iterate(resumed, 3)).toEqual(rest);
    const [a, b] = [whole.save(), resumed.save()];
    expect({ ...b, wallSeconds: 0, cpuSeconds: 0 }).toEqual({
      ...a,
      wallSeconds: 0,
      cpuSeconds: 0,
    });
  });

  it("is not disturbed by saving", async () => {
    const [quiet, saved] = [await create(5), await create(5)];
    await iterate(quiet, 3);
    for (let i = 0; i < 3; i++) {
      await iterate(saved, 1);
      saved.save();
    }
    expect(policyHash(saved.save())).toBe(policyHash(quiet.save()));
  });

  it("warm-starts with another's weights and normalizers, and an optimizer of its own", async () => {
    const parent = await create(1);
    await iterate(parent, 3);
    const child = await create(2, { rewardScale: 3 });
    child.warmStart(parent.save());
    expect(policyHash(child.save())).toBe(policyHash(parent.save()));
    expect(child.totalSteps).toBe(0);
    expect(child.save()).toMatchObject({ adamSteps: 0, lr: 1e-3 });
    expect(child.save().m.every((m) => m === 0)).toBe(true);
  });

  it("reports losses, rate and deviation of each iteration", async () => {
    const trainer = await create(1, { network: { initialLogStd: -0.5 } });
    const [first, second] = await iterate(trainer, 2);
    expect(first).toMatchObject({ iteration: 1, totalSteps: 128, steps: 128, lr: 1e-3, reward: 1 });
    expect(first.actionStd).toBeCloseTo(Math.exp(-0.5), 1);
    expect(second.iteration).toBe(2);
    for (const loss of Object.values(first.losses)) expect(loss).toSatisfy(Number.isFinite);
    expect(first.losses.gradNorm).toBeGreaterThan(0);
    expect(first.losses.entropy).toBeCloseTo(0.5 * Math.log(2 * Math.PI * Math.E) - 0.5, 1);
  });

  it("does not care for the scale of the reward while returns are normalized", async () => {
    const [small, large] = [await create(1), await create(1, { rewardScale: 1024 })];
    const [a, b] = [await iterate(small, 5), await iterate(large, 5)];
    for (const i of [0, 4]) {
      expect(b[i].losses.explainedVariance).toBeCloseTo(a[i].losses.explainedVariance, 1);
      expect(b[i].losses.value / a[i].losses.value).toBeCloseTo(1, 0);
    }
  });
});

describe("what a training refuses", () => {
  it("a checkpoint of another network", async () => {
    const other = await create(1, { network: { actor: [4] } });
    const trainer = await create(1);
    expect(() => trainer.load(other.save())).toThrow(
      expect.objectContaining({ code: "E_CHECKPOINT_MISMATCH" }),
    );
  });

  it("a checkpoint that normalizes other things", async () => {
    const other = await create(1, { ppo: { normalizeReturn: false } });
    const trainer = await create(1);
    expect(() => trainer.warmStart(other.save())).toThrow(
      expect.objectContaining({ code: "E_CHECKPOINT_MISMATCH" }),
    );
  });

  it("a shared network where the critic has an input of its own", async () => {
    await expect(create(1, { privileged: true, network: { shared: true } })).rejects.toMatchObject({
      code: "E_NETWORK_SHARED",
    });
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])("a reward of %d", async (rewardScale) => {
    const trainer = await create(1, { rewardScale });
    await expect(trainer.iterate()).rejects.toMatchObject({ code: "E_REWARD_NOT_FINITE" });
  });

  it("a learning that has left the finite numbers", async () => {
    const trainer = await create(1, {
      rewardScale: 1e38,
      ppo: { normalizeReturn: false, normalizeAdvantage: false },
    });
    await expect(iterate(trainer, 3)).rejects.toMatchObject({ code: "E_TRAINING_DIVERGED" });
  });
});

describe("the adaptive rate", () => {
  const settings = { desiredKl: 0.01, lrMin: 1e-4, lrMax: 1e-2 };
  it("shrinks by half above twice the desired KL and grows by half below half of it", () => {
    expect(adaptedRate(1e-3, 0.021, settings)).toBeCloseTo(1e-3 / 1.5, 12);
    expect(adaptedRate(1e-3, 0.0049, settings)).toBeCloseTo(1.5e-3, 12);
    expect(adaptedRate(1e-3, 0.02, settings)).toBe(1e-3);
    expect(adaptedRate(1e-3, 0.005, settings)).toBe(1e-3);
  });

  it("stays within its bounds", () => {
    expect(adaptedRate(1.2e-4, 1, settings)).toBe(1e-4);
    expect(adaptedRate(9e-3, 0, settings)).toBe(1e-2);
  });

  it("moves once per iteration, and not at all when fixed", async () => {
    const adaptive = await create(1, { ppo: { desiredKl: 1 } });
    const rates = (await iterate(adaptive, 3)).map((row) => row.lr);
    expect(rates[1] / rates[0]).toBeCloseTo(1.5, 9);
    expect(rates[2] / rates[1]).toBeCloseTo(1.5, 9);
    const fixed = await create(1, { ppo: { desiredKl: 1, schedule: "fixed" } });
    expect((await iterate(fixed, 3)).map((row) => row.lr)).toEqual([1e-3, 1e-3, 1e-3]);
  });
});

describe("minibatches", () => {
  it("cover every sample once, in near-equal parts", () => {
    expect(minibatchBounds(2048, 1024)).toEqual([0, 1024, 2048]);
    expect(minibatchBounds(100, 1024)).toEqual([0, 100]);
    expect(minibatchBounds(10, 3)).toEqual([0, 3, 6, 10]);
  });

  it("gather rows in the shuffled order", () => {
    const target = new Float32Array(4);
    gatherRows(Float32Array.of(0, 1, 10, 11, 20, 21), 2, Uint32Array.of(1, 2, 0), 1, target);
    expect([...target]).toEqual([20, 21, 0, 1]);
  });
});
