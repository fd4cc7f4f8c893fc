import type { Minibatch } from "../policy/node/actor-critic.js";

/** One iteration's transitions, `[step][env][dim]`, allocated once. */
export interface Rollout {
  readonly numSteps: number;
  readonly numEnvs: number;
  /** Normalized with the statistics that were frozen while collecting. */
  readonly observations: Float32Array;
  /** Empty where the critic reads the observation. */
  readonly criticObservations: Float32Array;
  readonly actions: Float32Array;
  /** `actions` by step, `[env][dim]` each. */
  readonly actionsOfStep: readonly Float32Array[];
  readonly logProbs: Float32Array;
  readonly rewards: Float32Array;
  /** In units of the reward. */
  readonly values: Float32Array;
  readonly terminated: Uint8Array;
  readonly timeOuts: Uint8Array;
  readonly lastValues: Float32Array;
  readonly advantages: Float32Array;
  /** Value targets, in units of the reward. */
  readonly returns: Float32Array;
}

export interface RolloutDims {
  readonly observationDim: number;
  /** 0: none. */
  readonly criticObservationDim: number;
  readonly actionDim: number;
}

export function createRollout(numSteps: number, numEnvs: number, dims: RolloutDims): Rollout {
  const n = numSteps * numEnvs;
  const actions = new Float32Array(n * dims.actionDim);
  const stride = numEnvs * dims.actionDim;
  return {
    numSteps,
    numEnvs,
    observations: new Float32Array(n * dims.observationDim),
    criticObservations: new Float32Array(n * dims.criticObservationDim),
    actions,
    actionsOfStep: Array.from({ length: numSteps }, (_, t) =>
      actions.subarray(t * stride, (t + 1) * stride),
    ),
    logProbs: new Float32Array(n),
    rewards: new Float32Array(n),
    values: new Float32Array(n),
    terminated: new Uint8Array(n),
    timeOuts: new Uint8Array(n),
    lastValues: new Float32Array(numEnvs),
    advantages: new Float32Array(n),
    returns: new Float32Array(n),
  };
}

export function createMinibatch(size: number, dims: RolloutDims): Minibatch {
  return {
    size,
    observations: new Float32Array(size * dims.observationDim),
    criticObservations: new Float32Array(size * dims.criticObservationDim),
    actions: new Float32Array(size * dims.actionDim),
    oldLogProb: new Float32Array(size),
    advantage: new Float32Array(size),
    return: new Float32Array(size),
    oldValue: new Float32Array(size),
  };
}

/**
 * Cuts `total` samples into equal parts of about `minibatchSize`, at most one apart, so that no
 * small remainder takes a full optimizer step. Returns the boundaries.
 */
export function minibatchBounds(total: number, minibatchSize: number): number[] {
  const count = Math.max(1, Math.round(total / minibatchSize));
  return Array.from({ length: count + 1 }, (_, i) => Math.floor((i * total) / count));
}

/** Copies rows `indices[from..to)` of `source` into `target`, `dim` numbers each. */
export function gatherRows(
  source: Float32Array,
  dim: number,
  indices: Uint32Array,
  from: number,
  target: Float32Array,
): void {
  const rows = target.length / (dim || 1);
  for (let row = 0; row < rows; row++) {
    const start = indices[from + row] * dim;
    for (let j = 0; j < dim; j++) target[row * dim + j] = source[start + j];
  }
}
