/** The trainings of a transfer: the policy without randomization, and one for each of a table's. */
import pLimit from "p-limit";
import { RewardsmithError } from "../core/errors.js";
import { sameTraining, type TrainingKey, trainingName } from "../events/transfer-state.js";
import type { TrainingJob } from "../run/job.js";
import type { RandomizationConfiguration } from "./configuration.js";
import { type ConfigurationTable, configurationNamed, trainingsOf } from "./configuration-table.js";
import { noConfiguration } from "./plain-configurations.js";
import { randomizedJob, trainRandomized } from "./randomized-training.js";
import { settleAll } from "./settle-all.js";
import type { TransferLog } from "./transfer-log.js";
import type { TransferParts } from "./transfer-parts.js";

export async function trainBase(parts: TransferParts, log: TransferLog): Promise<void> {
  if (log.state.base) return;
  const { settings } = parts;
  const job = jobOf(parts, noConfiguration(), settings.seeds[0], null);
  const outcome = await trainRandomized(parts, job, settings.baseSteps, (share, steps) => {
    log.stepped(steps);
    log.progress("base", share, "without randomization");
  });
  if (outcome.status === "failed") {
    throw new RewardsmithError(outcome.code, outcome.message, { where: `job ${outcome.jobId}` });
  }
  log.record({ type: "baseTrained", jobId: outcome.jobId, steps: outcome.totalSteps });
}

export async function trainAll(
  parts: TransferParts,
  log: TransferLog,
  table: ConfigurationTable,
): Promise<void> {
  const { executor, signal } = parts;
  const all = trainingsOf(table, parts.settings);
  const limit = pLimit(executor.slots);
  const report = log.progressOf("trainings", all.length, 0);
  await settleAll(
    all.map((key, i) =>
      limit(async () => {
        const { trained, failed } = log.state;
        const done = [...trained, ...failed].some((one) => sameTraining(one, key));
        if (!done) {
          signal.throwIfAborted();
          await trainOne(parts, log, table, key, (share) => report(i, share, trainingName(key)));
        }
        report(i, 1, trainingName(key));
      }),
    ),
  );
}

async function trainOne(
  parts: TransferParts,
  log: TransferLog,
  table: ConfigurationTable,
  key: TrainingKey,
  onShare: (share: number) => void,
): Promise<void> {
  const { settings } = parts;
  const { row, configuration, seed } = key;
  const parent = settings.warm ? baseResult(log) : null;
  const job = jobOf(parts, configurationNamed(table, key), seed, parent);
  const outcome = await trainRandomized(parts, job, settings.steps, (share, steps) => {
    log.stepped(steps);
    onShare(share);
  });
  if (outcome.status === "failed") {
    const { code, message } = outcome;
    log.record({ type: "trainingFailed", row, configuration, seed, code, message });
    return;
  }
  const { jobId, totalSteps: steps, newSteps, cpuSeconds } = outcome;
  log.record({ type: "trained", row, configuration, seed, jobId, steps, newSteps, cpuSeconds });
}

function jobOf(
  { task, reward, settings }: TransferParts,
  configuration: RandomizationConfiguration,
  seed: number,
  parent: string | null,
): TrainingJob {
  const { engine } = settings;
  return randomizedJob({ task, reward: reward.program, engine, configuration, seed, parent });
}

/** The policy without randomization, as `id@steps`. */
export function baseResult({ state: { base } }: TransferLog): string {
  if (!base) throw new Error("no policy has been trained yet");
  return `${base.jobId}@${base.steps}`;
}

/** A trained policy, as `id@steps`. */
export function resultOf({ state }: TransferLog, key: TrainingKey): string {
  const trained = state.trained.find((one) => sameTraining(one, key));
  if (!trained) throw new Error(`${trainingName(key)} was not trained`);
  return `${trained.jobId}@${trained.steps}`;
}
