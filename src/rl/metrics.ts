import type { EngineName } from "../sim/simulator.js";
import type { WatchStatistics } from "../sim/watch-statistics.js";
import type { EnvironmentStatistics } from "../task/environment.js";

/** What one PPO iteration left behind; a line of `metrics.jsonl`. */
export interface MetricsRow extends EnvironmentStatistics {
  readonly iteration: number;
  /** Environment steps since the job began. */
  readonly totalSteps: number;
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  readonly losses: {
    readonly surrogate: number;
    readonly value: number;
    readonly entropy: number;
    readonly bound: number;
    readonly approxKl: number;
    readonly clipFraction: number;
    readonly explainedVariance: number;
    readonly gradNorm: number;
    /** Mean square error of the student's latent; absent without one. */
    readonly adaptation?: number | undefined;
  };
  readonly lr: number;
  /** Mean standard deviation of the actions. */
  readonly actionStd: number;
}

/** Held-out episodes of a deterministic policy on a physics profile. */
export interface Evaluation {
  readonly set: "select" | "test";
  readonly profile: "train" | "reference";
  /** The engine it moved in, where that is not the one it was trained in. */
  readonly engine?: EngineName | undefined;
  /** Environment steps the policy had been trained for. */
  readonly totalSteps: number;
  readonly episodes: number;
  /** Mean over episodes, and each episode's own. */
  readonly fitness: number;
  readonly fitnessPerEpisode: readonly number[];
  readonly episodeLength: number;
  /** Mean undiscounted return of the trained reward. */
  readonly episodeReturn: number;
  /** Share of episodes per termination flag, and "timeOut". */
  readonly endings: Readonly<Record<string, number>>;
  /** How far the engine strayed from physics; absent where it was not watched. */
  readonly physics?: WatchStatistics;
}
