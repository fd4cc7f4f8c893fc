import { describe, expect, it } from "vitest";
import { Rng } from "../../src/core/rng.js";
import { createInference } from "../../src/policy/inference.js";
import { deployedModel } from "../../src/policy/inference-graph.js";
import type { Mirror, Symmetry } from "../../src/policy/mirror.js";
import { initialParameters, type NetworkShape, parameterLayout } from "../../src/policy/network.js";
import { createSession, tensor } from "../../src/policy/node/session.js";
import { packedPolicySchema, packPolicy, unpackPolicy } from "../../src/policy/packed-policy.js";
import { createPolicy } from "../../src/rl/policy.js";

const network: NetworkShape = {
  observationDim: 7,
  privilegedObservationDim: 0,
  actionDim: 3,
  actor: [64, 32],
  critic: [8],
  activation: "elu",
  shared: false,
};

const symmetry: Symmetry = {
  observation: { permutation: [0, 2, 1, 3, 5, 4, 6], sign: [1, 1, 1, -1, -1, -1, 1] },
  privilegedObservation: null,
  action: { permutation: [1, 0, 2], sign: [-1, -1, 1] },
};

/** Of seven frames of one number the last is the newest. */
const taught: NetworkShape = {
  ...network,
  privilegedObservationDim: 4,
  adaptation: { frames: 7, latent: 3, encoder: [6], adapter: [9, 5] },
};

describe("a policy in plain TypeScript", () => {
  it.each([
    ["elu, normalized", network, true],
    ["tanh, normalized", { ...network, activation: "tanh" as const }, true],
    ["relu, raw", { ...network, activation: "relu" as const }, false],
    ["shared with the critic", { ...network, shared: true }, true],
    ["symmetric", { ...network, symmetry }, true],
    ["a student", taught, true],
    [
      "a symmetric student",
      {
        ...taught,
        symmetry: {
          ...symmetry,
          observation: {
            permutation: [0, 1, 2, 3, 4, 5, 6],
            sign: [-1, -1, -1, -1, -1, -1, -1] as const,
          },
          privilegedObservation: { permutation: [0, 2, 1, 3], sign: [1, 1, 1, -1] as const },
        },
      } as unknown as NetworkShape,
      true,
    ],
  ])("gives what the exported ONNX model gives, to 1e-5: %s", async (_, shape, normalized) => {
    const rng = new Rng(9);
    const theta = initialParameters(shape, 0, rng).map((x) => x + 0.05 * rng.normal());
    const observationStatistics = normalized
      ? {
          count: 100,
          mean: Float64Array.from({ length: 7 }, () => rng.normal()),
          variance: Float64Array.from({ length: 7 }, () => rng.logUniform(0.01, 10)),
        }
      : null;
    const parameters = { network: shape, theta, observationStatistics };
    const rows = 50;
    const observations = Float32Array.from({ length: rows * 7 }, () => 3 * rng.normal());
    const policy = await createPolicy(parameters, rows);
    const expected = await policy.act(observations);
    const infer = createInference(parameters);
    const out = new Float32Array(3);
    for (let row = 0; row < rows; row++) {
      infer(observations.subarray(row * 7, (row + 1) * 7), out);
      for (let j = 0; j < 3; j++) {
        expect(Math.abs(out[j] - expected[row * 3 + j])).toBeLessThan(1e-5);
      }
    }
    await policy.dispose();
  });
});

describe("a symmetric policy", () => {
  it("answers the image of an observation with the image of its action", () => {
    const rng = new Rng(4);
    const shape = { ...network, symmetry };
    const theta = initialParameters(shape, 0, rng).map((x) => x + 0.2 * rng.normal());
    const infer = createInference({ network: shape, theta, observationStatistics: null });
    const observation = Float32Array.from({ length: 7 }, () => rng.normal());
    const image = ({ permutation, sign }: Mirror, of: Float32Array) =>
      Float32Array.from(sign, (s, i) => s * of[permutation[i]]);
    const [own, other] = [new Float32Array(3), new Float32Array(3)];
    infer(observation, own);
    infer(image(symmetry.observation, observation), other);
    image(symmetry.action, own).forEach((x, i) => {
      expect(other[i]).toBeCloseTo(x, 6);
    });
    expect(Math.abs(own[0] - other[0])).toBeGreaterThan(1e-3);
  });
});

describe("a student", () => {
  const rng = new Rng(6);
  const theta = initialParameters(taught, 0, rng).map((x) => x + 0.2 * rng.normal());
  const policy = { network: taught, theta, observationStatistics: null };
  const observation = Float32Array.from({ length: 7 }, () => rng.normal());
  const act = (of: typeof policy, seen = observation) => {
    const out = new Float32Array(3);
    createInference(of)(seen, out);
    return [...out];
  };

  it("acts by the older frames as well as by the newest", () => {
    for (const frame of [0, 6]) {
      const other = observation.slice();
      other[frame] += 1;
      expect(Math.abs(act(policy, other)[0] - act(policy)[0])).toBeGreaterThan(1e-3);
    }
  });

  it("needs neither the teacher's encoder nor the critic, and travels without them", () => {
    const { actingSize } = parameterLayout(taught);
    const alone = unpackPolicy(packedPolicySchema.parse(packPolicy(policy)));
    expect(alone.theta.subarray(actingSize).every((x) => x === 0)).toBe(true);
    expect(act({ ...policy, theta: alone.theta.slice() })).toEqual(act(policy));
  });

  it("is one model for a robot, fed a frame at a time", async () => {
    const history = 7;
    const session = await createSession(deployedModel(policy, { history, metadata: {} }));
    const [obs, older] = [tensor(new Float32Array(1), [1, 1]), tensor(new Float32Array(6), [1, 6])];
    const [actions, next] = [
      tensor(new Float32Array(3), [1, 3]),
      tensor(new Float32Array(6), [1, 6]),
    ];
    for (const frame of observation) {
      older.data.set(next.data);
      obs.data[0] = frame;
      await session.run({ obs, history: older }, { actions, next_history: next });
    }
    await session.dispose();
    act(policy).forEach((x, i) => {
      expect(actions.data[i]).toBeCloseTo(Math.max(-1, Math.min(1, x)), 5);
    });
  });
});

describe("the parameter layout", () => {
  it("gives every parameter exactly one place", () => {
    for (const shape of [
      network,
      { ...network, shared: true },
      { ...network, privilegedObservationDim: 11 },
      taught,
    ]) {
      const { adapter, actor, encoder, critic, logStdOffset, size } = parameterLayout(shape);
      const used = new Uint8Array(size);
      const take = (from: number, count: number) => {
        for (let i = from; i < from + count; i++) used[i]++;
      };
      for (const layer of [...adapter, ...actor, ...encoder, ...critic]) {
        take(layer.weightOffset, layer.inputs * layer.outputs);
        take(layer.biasOffset, layer.outputs);
      }
      take(logStdOffset, shape.actionDim);
      expect(used.every((count) => count === 1)).toBe(true);
    }
  });

  it("starts with small means and the given deviation", () => {
    const theta = initialParameters(network, -0.5, new Rng(1));
    const { actor, logStdOffset } = parameterLayout(network);
    const mean = actor[actor.length - 1];
    const largest = Math.max(...theta.subarray(mean.weightOffset, mean.biasOffset).map(Math.abs));
    expect(largest).toBeLessThanOrEqual(0.01 / Math.sqrt(32));
    expect([...theta.subarray(logStdOffset)]).toEqual([-0.5, -0.5, -0.5]);
  });
});
