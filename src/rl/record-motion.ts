/** How robots moved in held-out episodes: the poses of every body, for pictures and films. */
import type { CompiledTask } from "../reward/compiled-task.js";
import type { Program } from "../reward/program.js";
import type { EngineName } from "../sim/simulator.js";
import type { EpisodeSummary } from "../task/environment.js";
import type { Checkpoint } from "./checkpoint.js";
import type { Evaluation } from "./metrics.js";
import { createPolicy } from "./policy.js";
import { createEnvironment } from "./task-environment.js";

/** The beginning of an episode, a pose per control step; the first is the one it starts from. */
export interface Motion {
  /** Time between poses, s. */
  readonly dtSeconds: number;
  readonly numSteps: number;
  /** [step][body][7] position, then w x y z of each body frame, relative to the env's origin. */
  readonly poses: Float32Array;
  /** Where the env's origin stands in the world, m; it matters on terrain. */
  readonly origin?: readonly [number, number, number];
}

export interface RecordedEpisode {
  readonly summary: EpisodeSummary;
  readonly motion: Motion;
}

export interface RecordMotionOptions {
  readonly task: CompiledTask;
  /** Its return is part of the summaries; it moves nothing. */
  readonly reward: Program;
  /** Null: a policy whose actions are all zero. */
  readonly checkpoint: Checkpoint | null;
  readonly engine: EngineName;
  readonly set: Evaluation["set"];
  readonly profile: Evaluation["profile"];
  readonly episodes: number;
  /** How much of each episode is kept, s. */
  readonly seconds: number;
  readonly seed?: number;
  readonly onStep?: (step: number) => void;
}

/**
 * The same episodes as `evaluatePolicy`, in their order. Each is played to its end, for its fitness;
 * its poses are kept for the first `seconds`.
 */
export async function recordMotion(options: RecordMotionOptions): Promise<RecordedEpisode[]> {
  const { task, reward, checkpoint, engine, set, profile, episodes, seed = 0 } = options;
  const { maxEpisodeSteps, controlDtSeconds, training } = task.task.definition;
  const summaries: EpisodeSummary[] = new Array(episodes);
  let finished = 0;
  const environment = await createEnvironment({
    task,
    reward,
    numEnvs: episodes,
    profile,
    engine,
    seed,
    stream: set,
    randomize: training.randomize,
    onEpisode(episode) {
      if (episode.index > 0) return;
      summaries[episode.env] = episode;
      finished++;
    },
  });
  const policy = checkpoint && (await createPolicy(checkpoint, episodes));
  const still = new Float32Array(episodes * environment.actionDim);
  try {
    environment.reset(false);
    const width = environment.bodyPoses.length / episodes;
    const kept = Math.min(maxEpisodeSteps, Math.floor(options.seconds / controlDtSeconds) + 1);
    const poses = Array.from({ length: episodes }, () => new Float32Array(kept * width));
    const keep = (step: number) => {
      if (step >= kept) return;
      for (let env = 0; env < episodes; env++) {
        const from = env * width;
        poses[env].set(environment.bodyPoses.subarray(from, from + width), step * width);
      }
    };
    const origins = environment.origins.slice();
    keep(0);
    for (let step = 1; step <= maxEpisodeSteps && finished < episodes; step++) {
      environment.step(policy ? await policy.act(environment.observations) : still);
      keep(step);
      options.onStep?.(step);
    }
    return summaries.map((summary) => {
      // After its last step an environment already shows the next episode.
      const numSteps = Math.min(kept, summary.length);
      const [x, y, z] = origins.subarray(3 * summary.env, 3 * summary.env + 3);
      const origin = [x, y, z] as const;
      const motion = { dtSeconds: controlDtSeconds, numSteps, origin };
      return {
        summary,
        motion: { ...motion, poses: poses[summary.env].subarray(0, numSteps * width) },
      };
    });
  } finally {
    await policy?.dispose();
    environment.dispose();
  }
}
