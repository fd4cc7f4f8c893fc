import type { Minibatch } from "../policy/node/actor-critic.js";
import type { ShardGroup } from "./shard-group.js";

/** One iteration's transitions of all environments, `[step][env][dim]`, allocated once. */
export interface Rollout {
  readonly numSteps: number;
  readonly numEnvs: number;
  /** Normalized with the statistics that were frozen while collecting. */
  readonly observations: Float32Array;
  /** Empty where the critic reads the observation. */
  readonly criticObservations: Float32Array;
  readonly actions: Float32Array;
  /** `actions` by step of this shard's own environments, `[env][dim]` each. */
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
  /** Whether there are a teacher and a student. */
  readonly adapts?: boolean;
}

export interface RolloutOptions extends RolloutDims {
  readonly numSteps: number;
  /** Environments of all shards. */
  readonly numEnvs: number;
  /** This shard's own are `firstEnv` to `endEnv` − 1. */
  readonly firstEnv: number;
  readonly endEnv: number;
  /** Where the shards' transitions come together. */
  readonly group: ShardGroup;
}

/** Bytes of the memory the shards share, by name. */
export function rolloutBytes(options: Omit<RolloutOptions, "group" | "firstEnv" | "endEnv">) {
  const n = options.numSteps * options.numEnvs;
  return {
    observations: 4 * n * options.observationDim,
    criticObservations: 4 * n * options.criticObservationDim,
    actions: 4 * n * options.actionDim,
    logProbs: 4 * n,
    rewards: 4 * n,
    values: 4 * n,
    terminated: n,
    timeOuts: n,
    lastValues: 4 * options.numEnvs,
  };
}

export function createRollout(options: RolloutOptions): Rollout {
  const { numSteps, numEnvs, firstEnv, endEnv, actionDim, group } = options;
  const bytes = rolloutBytes(options);
  const block = (name: keyof typeof bytes) => group.shared(name, bytes[name]);
  const actions = new Float32Array(block("actions"));
  return {
    numSteps,
    numEnvs,
    observations: new Float32Array(block("observations")),
    criticObservations: new Float32Array(block("criticObservations")),
    actions,
    actionsOfStep: Array.from({ length: numSteps }, (_, t) =>
      actions.subarray((t * numEnvs + firstEnv) * actionDim, (t * numEnvs + endEnv) * actionDim),
    ),
    logProbs: new Float32Array(block("logProbs")),
    rewards: new Float32Array(block("rewards")),
    values: new Float32Array(block("values")),
    terminated: new Uint8Array(block("terminated")),
    timeOuts: new Uint8Array(block("timeOuts")),
    lastValues: new Float32Array(block("lastValues")),
    advantages: new Float32Array(numSteps * numEnvs),
    returns: new Float32Array(numSteps * numEnvs),
  };
}

export function createMinibatch(size: number, dims: RolloutDims): Minibatch {
  return {
    size,
    observations: new Float32Array(size * dims.observationDim),
    criticObservations: new Float32Array(size * dims.criticObservationDim),
    taught: new Float32Array(dims.adapts ? size : 0),
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
  let at = 0;
  for (let row = from; at < target.length; row++) {
    const start = indices[row] * dim;
    for (let i = start; i < start + dim; i++) target[at++] = source[i];
  }
}
