/** One shard of a job's training: its share of the environments, and its copy of the learner. */

import type { Symmetry } from "../policy/mirror.js";
import { type Checkpoint, decodeCheckpoint } from "../rl/checkpoint.js";
import type { MetricsRow } from "../rl/metrics.js";
import { type ShardGroup, shardBounds } from "../rl/shard-group.js";
import { createEnvironment } from "../rl/task-environment.js";
import { Trainer } from "../rl/trainer.js";
import { taskMirror } from "../task/mirror.js";
import type { TaskEnvironment } from "../task/task-environment.js";
import { iterationSteps, type TrainingJob } from "./job.js";
import type { Pulse, TrainingStart } from "./learner.js";

export interface Shard {
  iterate(): Promise<MetricsRow>;
  save(): Checkpoint;
  dispose(): Promise<void>;
}

/** Environments of shard `index`, told apart by their number among all of the job. */
export function createShardEnvironment(
  job: TrainingJob,
  index: number,
  fine: boolean,
): Promise<TaskEnvironment> {
  const { task, reward, settings, engine, seed } = job;
  const { maxEpisodeSteps } = settings;
  const { substeps, solverIterations } = settings.finePhase;
  const bounds = shardBounds(settings.numEnvs, settings.numShards);
  return createEnvironment({
    task,
    reward,
    numEnvs: bounds[index + 1] - bounds[index],
    firstEnv: bounds[index],
    totalEnvs: settings.numEnvs,
    engine,
    profile: fine ? "reference" : "train",
    ...(fine && {
      physics: {
        ...(substeps !== null && { substeps }),
        ...(solverIterations !== null && { solverIterations }),
      },
    }),
    seed,
    stream: "train",
    ...(maxEpisodeSteps !== undefined && { maxEpisodeSteps }),
    randomize: settings.randomize,
    withHuman: true,
  });
}

/** The task's left and right where the job's networks are to know none. */
export function symmetryOf({ task, settings }: TrainingJob): Symmetry | undefined {
  return settings.symmetry ? taskMirror(task.task) : undefined;
}

/** Whether the iteration that begins after `steps` belongs to the phase of finer physics. */
function isFine({ settings }: TrainingJob, steps: number): boolean {
  const { afterSteps } = settings.finePhase;
  return afterSteps !== null && steps >= afterSteps;
}

/** Whether a checkpoint's environments are in that phase: its last iteration was. */
export function startsFine(job: TrainingJob, from: TrainingStart): boolean {
  if (!from.checkpoint) return isFine(job, 0);
  const { totalSteps } = decodeCheckpoint(from.checkpoint);
  return isFine(job, Math.max(0, totalSteps - iterationSteps(job)));
}

/** Owns the environment from here on, which is fine where `startsFine`. */
export async function openShard(
  job: TrainingJob,
  environment: TaskEnvironment,
  group: ShardGroup,
  from: TrainingStart,
  pulse: Pulse,
): Promise<Shard> {
  const { settings, seed } = job;
  let fine = startsFine(job, from);
  let current = environment;
  let trainer: Trainer | undefined;
  const dispose = async () => {
    await trainer?.dispose();
    current.dispose();
  };
  const refine = async (own: Trainer) => {
    const finer = await createShardEnvironment(job, group.index, true);
    finer.takeOver(current.save());
    own.replaceEnvironment(finer);
    current.dispose();
    current = finer;
    fine = true;
  };
  try {
    const own = await Trainer.create({
      environment,
      settings,
      seed,
      group,
      symmetry: symmetryOf(job),
      ...watched(pulse),
    });
    trainer = own;
    if (from.checkpoint) own.load(decodeCheckpoint(from.checkpoint));
    else if (from.parent) own.warmStart(decodeCheckpoint(from.parent));
    return {
      async iterate() {
        if (!fine && isFine(job, own.totalSteps)) await refine(own);
        return own.iterate();
      },
      save: () => own.save(),
      dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

export function watched(pulse: Pulse) {
  return { beat: () => pulse.beat(), nativeCalls: pulse };
}
