/** PPO as a learner: environment, trainer, checkpoint and evaluation put together. */
import { decodeCheckpoint, encodeCheckpoint, policyHash } from "../rl/checkpoint.js";
import { evaluatePolicy } from "../rl/evaluate.js";
import { createEnvironment } from "../rl/task-environment.js";
import { Trainer } from "../rl/trainer.js";
import type { TrainingJob } from "./job.js";
import type { Learner, Pulse, Training, TrainingStart } from "./learner.js";

export const ppoLearner: Learner = {
  async start(job: TrainingJob, from: TrainingStart, pulse: Pulse): Promise<Training> {
    const { task, reward, settings, seed } = job;
    const environment = await createEnvironment({
      task,
      reward,
      numEnvs: settings.numEnvs,
      profile: "train",
      seed,
      stream: "train",
      randomize: settings.randomize,
      withHuman: true,
    });
    try {
      const trainer = await Trainer.create({ environment, settings, seed, ...watched(pulse) });
      if (from.checkpoint) trainer.load(decodeCheckpoint(from.checkpoint));
      else if (from.parent) trainer.warmStart(decodeCheckpoint(from.parent));
      return {
        iterate: () => trainer.iterate(),
        save() {
          const checkpoint = trainer.save();
          return { bytes: encodeCheckpoint(checkpoint), policyHash: policyHash(checkpoint) };
        },
        async dispose() {
          await trainer.dispose();
          environment.dispose();
        },
      };
    } catch (error) {
      environment.dispose();
      throw error;
    }
  },

  evaluate({ task, reward }, checkpoint, request, pulse) {
    return evaluatePolicy({
      task,
      reward,
      checkpoint: decodeCheckpoint(checkpoint),
      ...request,
      ...watched(pulse),
    });
  },
};

function watched(pulse: Pulse) {
  return { beat: () => pulse.beat(), nativeCalls: pulse };
}
