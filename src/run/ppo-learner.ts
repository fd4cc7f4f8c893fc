/** PPO as a learner: environment, trainer, checkpoint and evaluation put together. */
import {
  type Checkpoint,
  decodeCheckpoint,
  encodeCheckpoint,
  policyHash,
} from "../rl/checkpoint.js";
import { evaluatePolicy } from "../rl/evaluate.js";
import { alone } from "../rl/shard-group.js";
import type { TrainingJob } from "./job.js";
import type { Learner, Pulse, Training, TrainingStart } from "./learner.js";
import { createShardEnvironment, openShard, startsFine, watched } from "./shard.js";
import { ShardedTraining } from "./sharded-training.js";

export const ppoLearner: Learner = {
  async start(job: TrainingJob, from: TrainingStart, pulse: Pulse): Promise<Training> {
    const saved = (checkpoint: Checkpoint) => ({
      bytes: encodeCheckpoint({ ...checkpoint, engine: job.engine }),
      policyHash: policyHash(checkpoint),
    });
    if (job.settings.numShards > 1) {
      const entry = new URL("./shard-worker.js", import.meta.url);
      const training = await ShardedTraining.start(job, from, pulse, entry);
      return {
        iterate: () => training.iterate(),
        save: async () => saved(await training.save()),
        otherCpuSeconds: () => training.otherCpuSeconds,
        dispose: () => training.dispose(),
      };
    }
    const environment = await createShardEnvironment(job, 0, startsFine(job, from));
    const { iterate, save, dispose } = await openShard(job, environment, alone, from, pulse);
    return { iterate, save: async () => saved(save()), dispose };
  },

  async evaluate({ task, reward, engine }, checkpoint, request, pulse) {
    const evaluation = await evaluatePolicy({
      task,
      reward,
      checkpoint: decodeCheckpoint(checkpoint),
      ...request,
      engine: request.engine ?? engine,
      ...watched(pulse),
    });
    const { engine: other = engine } = request;
    return other === engine ? evaluation : { ...evaluation, engine: other };
  },
};
