import type { NativeCalls } from "../policy/session.js";
import type { CompiledTask } from "../reward/compiled-task.js";
import type { Program } from "../reward/program.js";
import type { EngineName } from "../sim/simulator.js";
import type { EpisodeSummary } from "../task/environment.js";
import type { Checkpoint } from "./checkpoint.js";
import type { Evaluation } from "./metrics.js";
import { createPolicy } from "./policy.js";
import { createEnvironment } from "./task-environment.js";

export interface EvaluateOptions {
  readonly task: CompiledTask;
  /** Its return is reported; fitness is the task's own. */
  readonly reward: Program;
  readonly checkpoint: Checkpoint;
  readonly set: Evaluation["set"];
  readonly profile: Evaluation["profile"];
  /** Default: the task's. */
  readonly engine?: EngineName | undefined;
  readonly episodes: number;
  /** Which episodes the set holds; the default is the same for every job of a task. */
  readonly seed?: number;
  /** Called after every control step. */
  readonly beat?: () => void;
  readonly nativeCalls?: NativeCalls;
}

/**
 * Held-out episodes of the policy without exploration noise: one environment per episode, of which
 * the first episode counts. Sensor noise and randomization are the task's own.
 */
export async function evaluatePolicy(options: EvaluateOptions): Promise<Evaluation> {
  const { task, reward, checkpoint, set, profile, episodes, seed = 0, beat, nativeCalls } = options;
  const { maxEpisodeSteps, training } = task.task.definition;
  const { engine = task.task.definition.engine } = options;
  const firsts: EpisodeSummary[] = new Array(episodes);
  let finished = 0;
  const environment = await createEnvironment({
    task,
    reward,
    numEnvs: episodes,
    engine,
    profile,
    seed,
    stream: set,
    randomize: training.randomize,
    onEpisode(episode) {
      if (episode.index > 0) return;
      firsts[episode.env] = episode;
      finished++;
    },
  });
  const policy = await createPolicy(checkpoint, episodes, nativeCalls && { nativeCalls });
  let physics: Evaluation["physics"];
  try {
    environment.reset(false);
    for (let step = 0; step < maxEpisodeSteps && finished < episodes; step++) {
      environment.step(await policy.act(environment.observations));
      beat?.();
    }
    physics = environment.takeStatistics().physics;
  } finally {
    await policy.dispose();
    environment.dispose();
  }
  return {
    set,
    profile,
    totalSteps: checkpoint.totalSteps,
    ...summarize(firsts),
    ...(physics && { physics }),
  };
}

function summarize(episodes: readonly EpisodeSummary[]) {
  const n = episodes.length;
  const meanOf = (value: (episode: EpisodeSummary) => number) =>
    episodes.reduce((sum, episode) => sum + value(episode), 0) / n;
  const endings: Record<string, number> = {};
  for (const { ending } of episodes) endings[ending] = (endings[ending] ?? 0) + 1 / n;
  return {
    episodes: n,
    fitness: meanOf((episode) => episode.fitness),
    fitnessPerEpisode: episodes.map((episode) => episode.fitness),
    episodeLength: meanOf((episode) => episode.length),
    episodeReturn: meanOf((episode) => episode.episodeReturn),
    endings,
  };
}
