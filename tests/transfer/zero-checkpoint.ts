import { type NetworkShape, parameterLayout } from "../../src/policy/network.js";
import type { Checkpoint } from "../../src/rl/checkpoint.js";

/** One number in, one action out. */
export const smallestNetwork: NetworkShape = {
  observationDim: 1,
  privilegedObservationDim: 0,
  actionDim: 1,
  actor: [1],
  critic: [1],
  activation: "elu",
  shared: false,
};

/** A whole checkpoint of a policy that knows nothing. */
export function zeroCheckpoint(network: NetworkShape): Checkpoint {
  const zeros = () => new Float32Array(parameterLayout(network).size);
  return {
    network,
    theta: zeros(),
    m: zeros(),
    v: zeros(),
    adamSteps: 0,
    lr: 1,
    observationStatistics: null,
    criticObservationStatistics: null,
    returnStatistics: null,
    engine: "rapier",
    seed: 1,
    iteration: 1,
    totalSteps: 1,
    wallSeconds: 0,
    cpuSeconds: 0,
    shuffle: [0, 0, 0, 1],
    shards: [{ noise: [], environment: { simulator: new Uint8Array(1), arrays: {}, rngs: [] } }],
  };
}
