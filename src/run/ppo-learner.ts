/** PPO as a learner: environment, trainer, checkpoint and evaluation put together. */
import { decodeCheckpoint, encodeCheckpoint, policyHash } from "../rl/checkpoint.js";
import { evaluatePolicy } from "../rl/evaluate.js";
import { createEnvironment } from "../rl/task-environment.js";
import { Trainer } from "../rl/trainer.js";
import type { TrainingJob } from "./job.js";
import type { Learner, Pulse, Training, TrainingStart } from "./learner.js";

export const ppoLearner: Learner = {
  async start(job: TrainingJob, from: TrainingStart, pulse: Pulse): Promise<Training> {
    const { task, reward, settings, engine, seed } = job;
    const environment = await createEnvironment({
      task,
      reward,
      numEnvs: settings.numEnvs,
      engine,
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
          return {
            bytes: encodeCheckpoint({ ...checkpoint, engine }),
            policyHash: policyHash(checkpoint),
          };
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

function watched(pulse: Pulse) {
  return { beat: () => pulse.beat(), nativeCalls: pulse };
}
