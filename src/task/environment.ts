import type { WatchStatistics } from "../sim/watch-statistics.js";

/** What the learner sees of a vectorized environment. Arrays are `[env][dim]`, made once, refreshed in place. */
export interface VectorEnvironment {
  readonly numEnvs: number;
  readonly observationDim: number;
  /** Frames that an observation stacks, newest last. */
  readonly observationHistory: number;
  readonly privilegedObservationDim: number;
  readonly actionDim: number;
  /** Policy inputs, scaled and noisy, history included. */
  readonly observations: Float32Array;
  /** Critic inputs; the same array as `observations` when the task declares none. */
  readonly privilegedObservations: Float32Array;
  readonly rewards: Float32Array;
  /** 1 where the episode ended by the task's own terminations. */
  readonly terminated: Uint8Array;
  /** 1 where it ended by the time limit. */
  readonly timeOuts: Uint8Array;
  /** Starts every environment anew; with `stagger`, at random ages so that time-outs do not come together. */
  reset(stagger: boolean): void;
  /** Applies actions `[env][actionDim]` (clipped to ±1 inside) for one control step; ended episodes are reset. */
  step(actions: Float32Array): void;
  /** Sums since the last call, then starts counting anew. */
  takeStatistics(): EnvironmentStatistics;
  save(): EnvironmentSnapshot;
  load(snapshot: EnvironmentSnapshot): void;
  dispose(): void;
}

/** What happened since statistics were last taken. */
export interface EnvironmentStatistics {
  /** Control steps summed over environments. */
  readonly steps: number;
  /** Mean per control step of the reward's total and of every term, by name. */
  readonly reward: number;
  readonly terms: Readonly<Record<string, number>>;
  /** Mean per control step of the human reward where it is computed. */
  readonly humanReward?: number;
  /**
   * Over episodes that ended: count, and means of their return, length (steps) and fitness. NaN when
   * none ended. Episodes that a staggered reset began at a later age are left out.
   */
  readonly episodes: number;
  readonly episodeReturn: number;
  readonly episodeLength: number;
  readonly fitness: number;
  /** Episode sums of every term, mean over ended episodes. */
  readonly termSums: Readonly<Record<string, number>>;
  /**
   * Share of ended episodes per termination flag (the first raised), "timeOut" and "nonFinite" (the
   * engine lost its way: no numbers, or impossible speeds); they sum to 1.
   */
  readonly endings: Readonly<Record<string, number>>;
  /** Mean level that environments stand on, 0 the easiest; absent without a curriculum over terrain. */
  readonly terrainLevel?: number;
  /** How far the engine strayed from physics; absent where it is not watched. */
  readonly physics?: WatchStatistics;
}

/** One finished episode, for evaluation. */
export interface EpisodeSummary {
  readonly env: number;
  /** How many episodes this environment had finished before, since the last reset of all. */
  readonly index: number;
  /** Undiscounted sum of the reward's total. */
  readonly episodeReturn: number;
  /** Control steps. */
  readonly length: number;
  readonly fitness: number;
  /** A termination flag, "timeOut" or "nonFinite". */
  readonly ending: string;
}

/** Everything an environment needs to continue exactly. */
export interface EnvironmentSnapshot {
  readonly simulator: Uint8Array;
  readonly arrays: Readonly<Record<string, Float32Array | Float64Array | Int32Array | Uint8Array>>;
  readonly rngs: readonly (readonly number[])[];
}
