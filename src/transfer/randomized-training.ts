/** One training with a randomization: its job, its run, the policy that came of it. */
import { RewardsmithError } from "../core/errors.js";
import type { PolicyParameters } from "../policy/inference.js";
import type { CompiledTask } from "../reward/compiled-task.js";
import type { Program } from "../reward/program.js";
import { decodeCheckpoint } from "../rl/checkpoint.js";
import type { Executor } from "../run/executor.js";
import { iterationSteps, type TrainingJob } from "../run/job.js";
import { loadResult } from "../run/job-store.js";
import type { EngineName } from "../sim/simulator.js";
import { type RandomizationConfiguration, withRandomization } from "./configuration.js";

export function randomizedJob(of: {
  readonly task: CompiledTask;
  readonly reward: Program;
  readonly engine: EngineName;
  readonly configuration: RandomizationConfiguration;
  readonly seed: number;
  /** Result it starts from, `id@steps`; null from scratch. */
  readonly parent: string | null;
}): TrainingJob {
  const { task, reward, engine, configuration, seed, parent } = of;
  const { training } = task.task.definition;
  return {
    task: withRandomization(task, configuration),
    reward,
    settings: { ...training, randomize: true, numShards: 1 },
    engine,
    seed,
    parent,
  };
}

/** Throws where it is asked to stop; everything else that may go wrong is an outcome. */
export async function trainRandomized(
  { executor, signal }: { readonly executor: Executor; readonly signal: AbortSignal },
  job: TrainingJob,
  steps: number,
  /** Told what share of the steps there is, and how many are new since it was last told. */
  onSteps: (share: number, steps: number) => void,
) {
  let before: number | undefined;
  const outcome = await executor.run(
    { job, steps, evaluations: [] },
    {
      signal,
      onProgress({ totalSteps }) {
        before ??= totalSteps - iterationSteps(job);
        onSteps(Math.min(1, totalSteps / steps), totalSteps - before);
        before = totalSteps;
      },
    },
  );
  if (outcome.status === "failed" && outcome.code === "E_CANCELLED") {
    signal.throwIfAborted();
    throw new RewardsmithError("E_CANCELLED", outcome.message);
  }
  return outcome;
}

/** The policy of a result, `id@steps`. */
export function storedPolicy(runsRoot: string, result: string): PolicyParameters {
  const policy = decodeCheckpoint(loadResult(runsRoot, result).checkpoint);
  const { network, theta, observationStatistics } = policy;
  return { network, theta, observationStatistics };
}
