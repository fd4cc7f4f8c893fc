import { afterAll, describe, expect, it } from "vitest";
import { Rng } from "../../src/core/rng.js";
import type { Mirror, Symmetry } from "../../src/policy/mirror.js";
import { type NetworkShape, parameterLayout } from "../../src/policy/network.js";
import { ActorCritic, type Minibatch } from "../../src/policy/node/actor-critic.js";
import type { LossSettings } from "../../src/policy/update-graph.js";
import { referenceForward, referenceGradient, referenceLosses } from "./reference-update.js";

const separate: NetworkShape = {
  observationDim: 5,
  privilegedObservationDim: 0,
  actionDim: 2,
  actor: [7, 6],
  critic: [6, 4],
  activation: "elu",
  shared: false,
};
const asymmetric: NetworkShape = { ...separate, privilegedObservationDim: 3 };
const taught: NetworkShape = {
  ...asymmetric,
  observationDim: 10,
  actor: [5, 4],
  critic: [4],
  adaptation: { frames: 2, latent: 3, encoder: [4], adapter: [5] },
};
const shared: NetworkShape = { ...separate, shared: true };
const symmetry: Symmetry = {
  observation: { permutation: [0, 2, 1, 3, 4], sign: [1, -1, -1, 1, -1] },
  privilegedObservation: null,
  action: { permutation: [1, 0], sign: [-1, -1] },
};
const privilegedObservation: Mirror = { permutation: [1, 0, 2], sign: [1, 1, -1] };
/** The same mirror in both frames. */
const framesMirror: Mirror = {
  permutation: [0, 5].flatMap((at) => symmetry.observation.permutation.map((i) => at + i)),
  sign: [0, 1].flatMap(() => symmetry.observation.sign),
};
const taughtSymmetric: NetworkShape = {
  ...taught,
  symmetry: { ...symmetry, observation: framesMirror, privilegedObservation },
};

/** Coefficients at zero switch a loss off; the huge norm switches clipping off. */
const silent: LossSettings = {
  clipRange: 0.2,
  entropyCoef: 0,
  valueCoef: 0,
  boundCoef: 0,
  maxGradNorm: 1e9,
  clipValueLoss: true,
};
const everything: LossSettings = { ...silent, entropyCoef: 0.01, valueCoef: 0.7, boundCoef: 0.3 };

const live: ActorCritic[] = [];
afterAll(async () => {
  for (const networks of live) await networks.dispose();
});

async function create(network: NetworkShape, loss: LossSettings): Promise<ActorCritic> {
  const networks = await ActorCritic.create({ network, loss, numEnvs: 4, adapterRate: 2e-3 });
  live.push(networks);
  return networks;
}

function randomTheta(network: NetworkShape): Float32Array {
  const rng = new Rng(11);
  const { size, logStdOffset } = parameterLayout(network);
  return Float32Array.from({ length: size }, (_, i) =>
    i >= logStdOffset ? rng.uniform(-0.7, 0.2) : 0.8 * rng.normal(),
  );
}

/** Rough data: ratios and values on both sides of their clips, means beyond their bound. */
function randomBatch(network: NetworkShape, theta: Float32Array, advantageScale = 1): Minibatch {
  const rng = new Rng(5);
  const size = 32;
  const normals = (n: number, scale: number) =>
    Float32Array.from({ length: n }, () => scale * rng.normal());
  const batch = {
    size,
    observations: normals(size * network.observationDim, 1),
    criticObservations: normals(size * network.privilegedObservationDim, 1),
    taught: Float32Array.from({ length: network.adaptation ? size : 0 }, (_, b) => b % 3 && 1),
    actions: normals(size * network.actionDim, 1),
    oldLogProb: new Float32Array(size),
    advantage: normals(size, advantageScale),
    return: normals(size, 1),
    oldValue: new Float32Array(size),
  };
  const theta64 = Float64Array.from(theta);
  const { logStdOffset } = parameterLayout(network);
  for (let b = 0; b < size; b++) {
    const { mean, value } = referenceForward(network, theta64, batch, b);
    let logProb = 0;
    for (let j = 0; j < network.actionDim; j++) {
      const logStd = theta64[logStdOffset + j];
      batch.actions[b * network.actionDim + j] += mean[j];
      const z = (batch.actions[b * network.actionDim + j] - mean[j]) / Math.exp(logStd);
      logProb -= 0.5 * z * z + logStd + 0.5 * Math.log(2 * Math.PI);
    }
    batch.oldLogProb[b] = logProb + 0.3 * rng.normal();
    batch.oldValue[b] = value + 0.3 * rng.normal();
  }
  return batch;
}

/** After one step from zero moments m = (1 − β1)·g. */
async function graphGradient(network: NetworkShape, loss: LossSettings, batch: Minibatch) {
  const networks = await create(network, loss);
  networks.load({ theta: randomTheta(network) });
  const stats = await networks.update(batch, 1e-3);
  return { gradient: networks.save().m.map((m) => m / 0.1), stats };
}

function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < expected.length; i++) {
    difference += (actual[i] - expected[i]) ** 2;
    norm += expected[i] ** 2;
  }
  return Math.sqrt(difference / norm);
}

describe("the update's gradient agrees with finite differences of the f64 loss", () => {
  const noAdvantage = 0;
  const cases: [string, NetworkShape, LossSettings, number][] = [
    ["clipped surrogate", separate, silent, 1],
    ["clipped value loss", separate, { ...silent, valueCoef: 1 }, noAdvantage],
    ["plain value loss", separate, { ...silent, valueCoef: 1, clipValueLoss: false }, noAdvantage],
    ["bounds loss", separate, { ...silent, boundCoef: 1 }, noAdvantage],
    ["entropy", separate, { ...silent, entropyCoef: 0.5 }, noAdvantage],
    ["everything, separate critic", separate, everything, 1],
    ["everything, asymmetric critic", asymmetric, everything, 1],
    ["everything, shared network", shared, everything, 1],
    ["everything, symmetric", { ...separate, symmetry }, everything, 1],
    ["everything, symmetric and shared", { ...shared, symmetry }, everything, 1],
    [
      "everything, symmetric with an asymmetric critic",
      { ...asymmetric, symmetry: { ...symmetry, privilegedObservation } },
      everything,
      1,
    ],
    ["everything, teacher and student", taught, everything, 1],
    ["everything, teacher and student, symmetric", taughtSymmetric, everything, 1],
    ["everything, tanh", { ...separate, activation: "tanh" }, everything, 1],
    ["everything, relu", { ...separate, activation: "relu" }, everything, 1],
    ["everything, shared, one hidden layer", { ...shared, actor: [8] }, everything, 1],
  ];
  it.each(cases)("%s", async (_, network, loss, advantageScale) => {
    const theta = randomTheta(network);
    const batch = randomBatch(network, theta, advantageScale);
    const expected = referenceGradient(network, loss, Float64Array.from(theta), batch);
    const { gradient, stats } = await graphGradient(network, loss, batch);
    expect(relativeError(gradient, expected)).toBeLessThan(2e-5);
    const losses = referenceLosses(network, loss, Float64Array.from(theta), batch);
    expect(stats.surrogate).toBeCloseTo(losses.surrogate, 5);
    expect(relativeError([stats.value], [losses.value])).toBeLessThan(1e-5);
    expect(relativeError([stats.bound], [losses.bound])).toBeLessThan(1e-5);
    expect(stats.approxKl).toBeCloseTo(losses.approxKl, 5);
    expect(stats.clipFraction).toBeCloseTo(losses.clipFraction, 6);
    expect(stats.adaptation ?? 0).toBeCloseTo(losses.adaptation, 4);
    expect(losses.clipFraction).toBeGreaterThan(0.1);
    expect(losses.clipFraction).toBeLessThan(0.9);
  });
});

describe("the optimizer step", () => {
  it("clips the gradient by its global norm and moves as Adam does by hand", async () => {
    const network: NetworkShape = { ...separate, actor: [3], critic: [3] };
    const loss = { ...everything, maxGradNorm: 0.05 };
    const networks = await create(network, loss);
    const theta = randomTheta(network);
    networks.load({ theta });
    const batch = randomBatch(network, theta);
    const lr = 0.01;
    let [m, v] = [new Float64Array(theta.length), new Float64Array(theta.length)];
    let expected = Float64Array.from(theta);
    for (let t = 1; t <= 3; t++) {
      const before = Float64Array.from(networks.theta);
      const stats = await networks.update(batch, lr);
      const raw = referenceGradient(network, loss, before, batch);
      const norm = Math.hypot(...raw);
      expect(stats.gradNorm / norm).toBeCloseTo(1, 4);
      const g = raw.map((x) => x * Math.min(1, 0.05 / (norm + 1e-6)));
      m = m.map((x, i) => 0.9 * x + 0.1 * g[i]);
      v = v.map((x, i) => 0.999 * x + 0.001 * g[i] ** 2);
      expected = before.map((x, i) => {
        const mHat = m[i] / (1 - 0.9 ** t);
        const vHat = v[i] / (1 - 0.999 ** t);
        return x - (lr * mHat) / (Math.sqrt(vHat) + 1e-8);
      });
      const after = networks.save();
      expect(relativeError(after.m, m)).toBeLessThan(1e-4);
      expect(relativeError(after.v, v)).toBeLessThan(1e-4);
      const moved = after.theta.map((x, i) => x - before[i]);
      const shouldMove = expected.map((x, i) => x - before[i]);
      expect(relativeError(moved, shouldMove)).toBeLessThan(1e-3);
    }
  });

  it("moves the adapter at its own rate, unclipped, and the rest as if there were none", async () => {
    const { adapterSize } = parameterLayout(taught);
    const theta = randomTheta(taught);
    const batch = randomBatch(taught, theta);
    const networks = await create(taught, { ...everything, maxGradNorm: 0.05 });
    networks.load({ theta });
    const { gradNorm } = await networks.update(batch, 0.01);
    const raw = referenceGradient(taught, everything, Float64Array.from(theta), batch);
    const { m, theta: after } = networks.save();
    expect(
      relativeError(
        m.slice(0, adapterSize),
        raw.slice(0, adapterSize).map((g) => 0.1 * g),
      ),
    ).toBeLessThan(1e-4);
    expect(gradNorm / Math.hypot(...raw.slice(adapterSize))).toBeCloseTo(1, 4);
    expect(Math.hypot(...m.slice(adapterSize))).toBeCloseTo(0.1 * 0.05, 5);
    // Adam's first step is the rate in the direction of the sign.
    const moved = after.map((x, i) => Math.abs(x - theta[i]));
    expect(Math.max(...moved.slice(0, adapterSize))).toBeCloseTo(2e-3, 5);
    expect(Math.max(...moved.slice(adapterSize))).toBeCloseTo(0.01, 4);
  });

  it.each([
    ["alone", separate],
    ["with a student", taught],
  ])("continues exactly from saved weights, moments and step count, %s", async (_, network) => {
    const loss = everything;
    const theta = randomTheta(network);
    const batch = randomBatch(network, theta);
    const first = await create(network, loss);
    first.load({ theta });
    await first.update(batch, 1e-3);
    const saved = first.save();
    await first.update(batch, 1e-3);
    const second = await create(network, loss);
    second.load(saved);
    await second.update(batch, 1e-3);
    expect(second.save()).toEqual(first.save());
  });
});

describe("batched inference", () => {
  it.each([
    ["separate", separate],
    ["asymmetric", asymmetric],
    ["shared", shared],
    ["symmetric", { ...separate, symmetry }],
    ["teacher's", taught],
    ["teacher's, symmetric", taughtSymmetric],
  ])("gives the means and values of the f64 reference, %s critic", async (_, network) => {
    const networks = await create(network, silent);
    const theta = randomTheta(network);
    networks.load({ theta });
    const rng = new Rng(3);
    for (const input of [networks.observations, networks.criticObservations]) {
      for (let i = 0; i < input.length; i++) input[i] = rng.normal();
    }
    expect(networks.criticObservations.length).toBe(4 * network.privilegedObservationDim);
    networks.taught.set([1, 0, 0, 1].slice(0, networks.taught.length));
    await networks.infer();
    const batch = {
      ...randomBatch(network, theta),
      observations: networks.observations,
      criticObservations: networks.criticObservations,
      taught: networks.taught,
    };
    for (let b = 0; b < 4; b++) {
      const { mean, value } = referenceForward(network, Float64Array.from(theta), batch, b);
      mean.forEach((x, j) => {
        expect(networks.mean[b * network.actionDim + j]).toBeCloseTo(x, 4);
      });
      expect(networks.value[b]).toBeCloseTo(value, 4);
    }
  });
});
