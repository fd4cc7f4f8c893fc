/** The books of the episodes: age, return, term sums and fitness of each, and what ended since last asked. */
import type { EnvironmentStatistics, EpisodeSummary } from "./environment.js";
import type { Remembering } from "./memory.js";
import type { TaskDefinition } from "./task.js";

export interface EpisodesOptions {
  readonly definition: Pick<TaskDefinition, "fitness" | "maxEpisodeSteps">;
  readonly numEnvs: number;
  /** Reward columns but for "total". */
  readonly terms: readonly string[];
  /** How an episode may end. */
  readonly endings: readonly string[];
  /** Whether a human reward is computed beside. */
  readonly human: boolean;
  readonly onEpisode?: ((episode: EpisodeSummary) => void) | undefined;
}

/** Indices into the sums over control steps and over ended episodes. */
const step = { count: 0, reward: 1, human: 2, size: 3 };
const ended = { count: 0, episodeReturn: 1, length: 2, fitness: 3, size: 4 };

export class Episodes implements Remembering {
  /** [env] control steps since the episode began. */
  readonly steps: Int32Array;
  readonly memory: Remembering["memory"];
  readonly rngs = [];
  private readonly options: EpisodesOptions;
  /** First step that counts for fitness, and how many there are in a full episode. */
  private readonly windowStart: number;
  private readonly windowSteps: number;

  private readonly returns: Float64Array;
  /** [env][term] */
  private readonly termSums: Float64Array;
  /** [env] sum of the window so far, or its greatest. */
  private readonly fitnessSoFar: Float64Array;
  private readonly greatest: boolean;
  /** [env] episodes booked since the last reset of all. */
  private readonly index: Int32Array;
  /** [env] 1 during an episode that began at a later age and will not be booked. */
  private readonly staggered: Uint8Array;

  private readonly stepSums = new Float64Array(step.size);
  private readonly stepTerms: Float64Array;
  private readonly endedSums = new Float64Array(ended.size);
  private readonly endedTerms: Float64Array;
  private readonly endedBy: Float64Array;

  constructor(options: EpisodesOptions) {
    const { numEnvs, terms, endings } = options;
    const { maxEpisodeSteps, fitness } = options.definition;
    this.options = options;
    this.windowStart = fitness.over === "lastHalf" ? Math.floor(maxEpisodeSteps / 2) : 0;
    this.windowSteps = maxEpisodeSteps - this.windowStart;
    this.steps = new Int32Array(numEnvs);
    this.returns = new Float64Array(numEnvs);
    this.termSums = new Float64Array(numEnvs * terms.length);
    this.fitnessSoFar = new Float64Array(numEnvs);
    this.greatest = fitness.aggregate === "max";
    this.index = new Int32Array(numEnvs);
    this.staggered = new Uint8Array(numEnvs);
    this.stepTerms = new Float64Array(terms.length);
    this.endedTerms = new Float64Array(terms.length);
    this.endedBy = new Float64Array(endings.length);
    this.memory = {
      episodeSteps: this.steps,
      episodeReturns: this.returns,
      episodeTermSums: this.termSums,
      episodeFitness: this.fitnessSoFar,
      episodeIndex: this.index,
      episodeStaggered: this.staggered,
      stepSums: this.stepSums,
      stepTerms: this.stepTerms,
      endedSums: this.endedSums,
      endedTerms: this.endedTerms,
      endedBy: this.endedBy,
    };
  }

  /** All environments start anew; what was under way counts for nothing. */
  restartAll(): void {
    this.index.fill(0);
  }

  /** An episode begins, at an age above 0 when staggered. */
  begin(env: number, age: number): void {
    const terms = this.options.terms.length;
    this.steps[env] = age;
    this.returns[env] = 0;
    this.fitnessSoFar[env] = this.greatest ? Number.NEGATIVE_INFINITY : 0;
    this.termSums.fill(0, env * terms, (env + 1) * terms);
    this.staggered[env] = age > 0 ? 1 : 0;
  }

  /** Books one control step of one environment; `steps[env]` already counts it. */
  add(env: number, reward: number, fitness: number, human: number): void {
    this.stepSums[step.count]++;
    this.stepSums[step.reward] += reward;
    this.stepSums[step.human] += human;
    this.returns[env] += reward;
    if (this.steps[env] <= this.windowStart) return;
    const soFar = this.fitnessSoFar[env];
    this.fitnessSoFar[env] = this.greatest ? Math.max(soFar, fitness) : soFar + fitness;
  }

  /** Books one reward term of that step. */
  addTerm(env: number, term: number, value: number): void {
    this.stepTerms[term] += value;
    this.termSums[env * this.options.terms.length + term] += value;
  }

  /** Fitness of an episode that ends now; NaN where it began at a later age. */
  finalFitness(env: number): number {
    return this.staggered[env] === 1 ? Number.NaN : this.fitnessOf(env);
  }

  /** Books the end of an episode, unless it began at a later age. */
  end(env: number, ending: number): void {
    if (this.staggered[env] === 1) return;
    const length = this.steps[env];
    const fitness = this.fitnessOf(env);
    const terms = this.options.terms.length;
    this.endedSums[ended.count]++;
    this.endedSums[ended.episodeReturn] += this.returns[env];
    this.endedSums[ended.length] += length;
    this.endedSums[ended.fitness] += fitness;
    for (let t = 0; t < terms; t++) this.endedTerms[t] += this.termSums[env * terms + t];
    this.endedBy[ending]++;
    const index = this.index[env]++;
    this.options.onEpisode?.({
      env,
      index,
      episodeReturn: this.returns[env],
      length,
      fitness,
      ending: this.options.endings[ending],
    });
  }

  takeStatistics(): EnvironmentStatistics {
    const { terms, endings, human } = this.options;
    const steps = this.stepSums[step.count];
    const episodes = this.endedSums[ended.count];
    const perEpisode = (sum: number) => (episodes > 0 ? sum / episodes : Number.NaN);
    const byName = (names: readonly string[], value: (i: number) => number) =>
      Object.fromEntries(names.map((name, i) => [name, value(i)]));
    const statistics: EnvironmentStatistics = {
      steps,
      reward: this.stepSums[step.reward] / steps,
      terms: byName(terms, (i) => this.stepTerms[i] / steps),
      ...(human ? { humanReward: this.stepSums[step.human] / steps } : {}),
      episodes,
      episodeReturn: perEpisode(this.endedSums[ended.episodeReturn]),
      episodeLength: perEpisode(this.endedSums[ended.length]),
      fitness: perEpisode(this.endedSums[ended.fitness]),
      termSums: byName(terms, (i) => perEpisode(this.endedTerms[i])),
      endings: byName(endings, (i) => perEpisode(this.endedBy[i])),
    };
    for (const sums of [
      this.stepSums,
      this.stepTerms,
      this.endedSums,
      this.endedTerms,
      this.endedBy,
    ]) {
      sums.fill(0);
    }
    return statistics;
  }

  /** Sum or mean over the window, with `missing` for every step that an early end cut off; or the greatest. */
  private fitnessOf(env: number): number {
    const { aggregate, missing } = this.options.definition.fitness;
    const soFar = this.fitnessSoFar[env];
    const seen = Math.max(0, this.steps[env] - this.windowStart);
    if (aggregate === "max") return seen > 0 ? soFar : missing;
    const sum = soFar + missing * (this.windowSteps - seen);
    return aggregate === "sum" ? sum : sum / this.windowSteps;
  }
}
