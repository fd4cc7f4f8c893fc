/** One shard of a job's training: its share of the environments, and its copy of the learner. */
import { decodeCheckpoint } from "../rl/checkpoint.js";
import { type ShardGroup, shardBounds } from "../rl/shard-group.js";
import { createEnvironment } from "../rl/task-environment.js";
import { Trainer } from "../rl/trainer.js";
import type { TaskEnvironment } from "../task/task-environment.js";
import type { TrainingJob } from "./job.js";
import type { Pulse, TrainingStart } from "./learner.js";

export interface Shard {
  readonly trainer: Trainer;
  dispose(): Promise<void>;
}

/** Environments of shard `index`, told apart by their number among all of the job. */
export function createShardEnvironment(job: TrainingJob, index: number): Promise<TaskEnvironment> {
  const { task, reward, settings, engine, seed } = job;
  const bounds = shardBounds(settings.numEnvs, settings.numShards);
  return createEnvironment({
    task,
    reward,
    numEnvs: bounds[index + 1] - bounds[index],
    firstEnv: bounds[index],
    engine,
    profile: "train",
    seed,
    stream: "train",
    randomize: settings.randomize,
    withHuman: true,
  });
}

/** Owns the environment from here on. */
export async function openShard(
  { settings, seed }: TrainingJob,
  environment: TaskEnvironment,
  group: ShardGroup,
  from: TrainingStart,
  pulse: Pulse,
): Promise<Shard> {
  let trainer: Trainer | undefined;
  const dispose = async () => {
    await trainer?.dispose();
    environment.dispose();
  };
  try {
    trainer = await Trainer.create({ environment, settings, seed, group, ...watched(pulse) });
    if (from.checkpoint) trainer.load(decodeCheckpoint(from.checkpoint));
    else if (from.parent) trainer.warmStart(decodeCheckpoint(from.parent));
    return { trainer, dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

export function watched(pulse: Pulse) {
  return { beat: () => pulse.beat(), nativeCalls: pulse };
}
