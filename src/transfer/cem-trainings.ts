/**
 * The cross-entropy method with real trainings: a randomization is worth what a policy trained with
 * it covers in the worst tenth of the worlds for choosing. No exam world is seen.
 */
import pLimit from "p-limit";
import { RewardsmithError } from "../core/errors.js";
import { Rng } from "../core/rng.js";
import type { CompiledTask } from "../reward/compiled-task.js";
import type { Program } from "../reward/program.js";
import type { Executor } from "../run/executor.js";
import type { EngineName } from "../sim/simulator.js";
import { worldParameters } from "../task/world-parameters.js";
import { searchByCem } from "./cem.js";
import type { FeasibleIntervals } from "./check-configuration.js";
import type { RandomizationConfiguration } from "./configuration.js";
import { priorParameters } from "./drawn-configurations.js";
import { worstTenth } from "./exam.js";
import { possibleTogether } from "./made-configurations.js";
import { type Measure, transferOf } from "./measure.js";
import { randomizedJob, storedPolicy, trainRandomized } from "./randomized-training.js";
import { choosingWorlds } from "./suite.js";

export interface CemSettings {
  readonly generations: number;
  /** Trainings in each of them. */
  readonly population: number;
  /** Environment steps of each. */
  readonly steps: number;
  readonly worlds: number;
  readonly seed: number;
}

export interface CemOptions extends CemSettings {
  readonly task: CompiledTask;
  readonly reward: Program;
  readonly engine: EngineName;
  /** Result that every training starts from, `id@steps`; null from scratch. */
  readonly parent: string | null;
  readonly prior: FeasibleIntervals;
  readonly runsRoot: string;
  readonly executor: Executor;
  readonly measure: Measure;
  readonly signal: AbortSignal;
  /** Share of all trainings that is done. */
  readonly onProgress?: (share: number, generation: number) => void;
}

export interface ScoredConfiguration {
  readonly configuration: RandomizationConfiguration;
  /** Mean of the headline over the worst tenth; −Infinity where the training failed. */
  readonly score: number;
}

/** Share of a generation that the next one follows. */
const eliteShare = 0.25;

/** Every configuration that was tried, the best first. Trainings that the store has are not repeated. */
export async function designByTraining(options: CemOptions): Promise<ScoredConfiguration[]> {
  const { task, prior, generations, population, seed } = options;
  const parameters = priorParameters(prior, worldParameters(task.task));
  if (parameters.length === 0) {
    throw new RewardsmithError("E_PRIOR_EMPTY", "no parameter of the prior has a range that works");
  }
  const { generations: tried } = await searchByCem({
    prior: parameters,
    generations,
    population,
    elites: Math.max(1, Math.round(eliteShare * population)),
    rng: Rng.stream(seed, "randomization", "cem"),
    possible: possibleTogether(task.task),
    score: (configurations, generation) => scoresOf(options, configurations, generation),
  });
  return tried.flat().sort((a, b) => b.score - a.score);
}

async function scoresOf(
  options: CemOptions,
  configurations: readonly RandomizationConfiguration[],
  generation: number,
): Promise<number[]> {
  const { executor, generations, onProgress } = options;
  const limit = pLimit(executor.slots);
  const shares = configurations.map(() => 0);
  const settled = await Promise.allSettled(
    configurations.map((configuration, i) =>
      limit(() =>
        scoreOf(options, configuration, (share) => {
          shares[i] = share;
          const own = shares.reduce((a, b) => a + b, 0) / shares.length;
          onProgress?.((generation + own) / generations, generation);
        }),
      ),
    ),
  );
  return settled.map((one) => {
    if (one.status === "rejected") throw one.reason;
    return one.value;
  });
}

async function scoreOf(
  options: CemOptions,
  configuration: RandomizationConfiguration,
  onShare: (share: number) => void,
): Promise<number> {
  const { task, engine, runsRoot, signal, seed, steps, worlds, measure } = options;
  const { headline, exam } = transferOf(task);
  signal.throwIfAborted();
  const job = randomizedJob({ ...options, configuration });
  const outcome = await trainRandomized(options, job, steps, (share) => onShare(0.9 * share));
  if (outcome.status === "failed") return Number.NEGATIVE_INFINITY;
  const episodes = await measure({
    task,
    policy: storedPolicy(runsRoot, `${outcome.jobId}@${outcome.totalSteps}`),
    engine,
    profile: "reference",
    worlds: choosingWorlds(task.task, worlds, seed),
    seconds: exam.seconds,
    seed,
    stream: "select",
    signal,
  });
  onShare(1);
  return worstTenth(episodes.map(({ measures }) => measures[headline]));
}
