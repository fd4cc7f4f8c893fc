import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type NetworkShape, parameterLayout } from "../../src/policy/network.js";
import {
  type Checkpoint,
  decodeCheckpoint,
  encodeCheckpoint,
  policyHash,
} from "../../src/rl/checkpoint.js";

const network: NetworkShape = {
  observationDim: 3,
  privilegedObservationDim: 0,
  actionDim: 1,
  actor: [4],
  critic: [4],
  activation: "elu",
  shared: false,
};

function checkpoint(change: Partial<Checkpoint> = {}): Checkpoint {
  const { size } = parameterLayout(network);
  const ramp = (scale: number) => Float32Array.from({ length: size }, (_, i) => scale * i);
  return {
    network,
    theta: ramp(0.1),
    m: ramp(1e-20),
    v: ramp(1e-30),
    adamSteps: 12,
    lr: 0.1 + 0.2,
    observationStatistics: {
      count: 64,
      mean: Float64Array.of(1 / 3, -2, 1e300),
      variance: Float64Array.of(1, 2, 3),
    },
    criticObservationStatistics: null,
    returnStatistics: { count: 64, mean: Float64Array.of(5), variance: Float64Array.of(7) },
    seed: 4,
    iteration: 3,
    totalSteps: 6144,
    wallSeconds: 1.5,
    cpuSeconds: 1.25,
    shuffle: [5, 6, 7, 8, 0, 0],
    shards: [
      {
        noise: [[1, 2, 3, 4294967295, 1, -0.1234567890123]],
        environment: {
          simulator: Uint8Array.of(1, 2, 3, 4, 5),
          arrays: {
            age: Int32Array.of(-1, 2),
            state: Float64Array.of(Math.PI),
            empty: new Uint8Array(0),
          },
          rngs: [[9, 8, 7, 6, 0, 0]],
        },
      },
      {
        noise: [],
        environment: { simulator: Uint8Array.of(6), arrays: { age: Int32Array.of(3) }, rngs: [] },
      },
    ],
    ...change,
  };
}

describe("checkpoint bytes", () => {
  it("read back as what was written, bit for bit", () => {
    expect(decodeCheckpoint(encodeCheckpoint(checkpoint()))).toEqual(checkpoint());
  });

  it("may lie anywhere in a larger buffer", () => {
    const bytes = encodeCheckpoint(checkpoint());
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    expect(decodeCheckpoint(shifted.subarray(3))).toEqual(checkpoint());
  });

  it("are refused when cut off anywhere", () => {
    const bytes = encodeCheckpoint(checkpoint());
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), (length) => {
        expect(() => decodeCheckpoint(bytes.subarray(0, length))).toThrow(
          expect.objectContaining({ code: "E_CHECKPOINT_CORRUPT" }),
        );
      }),
    );
  });

  it("are refused when a byte of the data changed", () => {
    const bytes = encodeCheckpoint(checkpoint());
    bytes[bytes.length - 20] ^= 1;
    expect(() => decodeCheckpoint(bytes)).toThrow(
      expect.objectContaining({ code: "E_CHECKPOINT_CORRUPT" }),
    );
  });

  it("of another format name both versions", () => {
    const text = Buffer.from(encodeCheckpoint(checkpoint())).toString("latin1");
    const other = Buffer.from(text.replace('"format":2', '"format":3'), "latin1");
    expect(() => decodeCheckpoint(other)).toThrow(
      expect.objectContaining({
        code: "E_CHECKPOINT_VERSION",
        message: expect.stringMatching(/3.*2/),
      }),
    );
  });
});

describe("the policy hash", () => {
  it("changes with any weight and any normalizer, and with nothing else", () => {
    const hash = policyHash(checkpoint());
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(policyHash(checkpoint({ lr: 1, iteration: 9, wallSeconds: 0 }))).toBe(hash);
    const theta = checkpoint().theta;
    theta[7] += 1e-3;
    expect(policyHash(checkpoint({ theta }))).not.toBe(hash);
    expect(policyHash(checkpoint({ observationStatistics: null }))).not.toBe(hash);
    const returnStatistics = { count: 65, mean: Float64Array.of(5), variance: Float64Array.of(7) };
    expect(policyHash(checkpoint({ returnStatistics }))).not.toBe(hash);
  });
});
