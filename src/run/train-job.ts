/** Trains one job to the steps asked for, from whatever the store already has of it. */
import { RewardsmithError } from "../core/errors.js";
import { cpuSeconds } from "../rl/cpu-time.js";
import type { MetricsRow } from "../rl/metrics.js";
import type { EvaluationRequest, TrainingOutcome, TrainingRequest } from "./job.js";
import { iterationSteps, resultSteps } from "./job.js";
import { loadResult, StoredJob } from "./job-store.js";
import type { Learner, Pulse, TrainingStart } from "./learner.js";

export interface TrainJobOptions {
  readonly runsRoot: string;
  readonly learner: Learner;
  /** Called after each iteration with its row. */
  readonly onRow?: (row: MetricsRow) => void;
  readonly pulse?: Pulse;
  /** Asked after each iteration; true saves a checkpoint and ends with E_CANCELLED. */
  readonly stopAsked?: () => boolean;
  /** Wall seconds between checkpoints made for crashes. */
  readonly checkpointSeconds?: number;
}

/** The pulse of a training that nobody watches. */
export const unwatched: Pulse = { beat() {}, enter() {}, leave() {} };

/**
 * What the store has of a request, without training; null when anything is missing. Safe beside
 * another writer: every file it reads is replaced as a whole.
 */
export function storedOutcome(request: TrainingRequest, runsRoot: string): TrainingOutcome | null {
  const store = new StoredJob(runsRoot, request.job);
  const steps = resultSteps(request.job, request.steps);
  const policies = askedSteps(request).map((asked) => keptAt(store, asked));
  if (!isWhole(policies)) return null;
  const choices = choicesOf(request, store, policies);
  if (!isWhole(choices)) return null;
  const policy = bestOf(policies, choices).stored;
  const evaluations = request.evaluations.map((asked) =>
    store.evaluation(policy.policyHash, asked),
  );
  if (!isWhole(evaluations)) return null;
  return {
    status: "finished",
    jobId: store.id,
    totalSteps: steps,
    metrics: store.rows(steps),
    evaluations,
    choices,
    policyHash: policy.policyHash,
    checkpoint: store.checkpointFile(policy.steps),
    newSteps: 0,
    cpuSeconds: 0,
  };
}

/**
 * The caller holds the job's lock. A reward that fails is a failed outcome; what is wrong with the
 * machine (a full disk) is thrown.
 */
export async function trainJob(
  request: TrainingRequest,
  options: TrainJobOptions,
): Promise<TrainingOutcome> {
  const { runsRoot, learner, pulse = unwatched, stopAsked = () => false } = options;
  const { job } = request;
  const cpuStart = cpuSeconds();
  const store = new StoredJob(runsRoot, job);
  const progress = { steps: 0, newSteps: 0, otherCpuSeconds: 0 };
  try {
    store.prepare(job);
    if (request.fresh) store.clear();
    await trainTo(request, store, options, progress);
    const policies = askedSteps(request).map((steps) => keptAt(store, steps));
    if (!isWhole(policies)) {
      throw new RewardsmithError("E_STORE_BROKEN", "a checkpoint just written cannot be read", {
        where: store.folder,
        hint: "check the disk; `rewardsmith doctor` tests it",
      });
    }
    const evaluate = async ({ stored, bytes }: KeptPolicy, asked: EvaluationRequest) => {
      if (store.evaluation(stored.policyHash, asked)) return;
      if (stopAsked()) throw cancelled();
      const evaluation = await learner.evaluate(job, bytes, asked, pulse);
      store.addEvaluation(stored.policyHash, evaluation);
    };
    if (request.choose) for (const policy of policies) await evaluate(policy, request.choose.by);
    const choices = choicesOf(request, store, policies);
    if (!isWhole(choices)) throw new Error(`no result in ${store.folder}`);
    const policy = bestOf(policies, choices);
    for (const asked of request.evaluations) await evaluate(policy, asked);
    const outcome = storedOutcome(request, runsRoot);
    if (outcome?.status !== "finished") throw new Error(`no result in ${store.folder}`);
    return {
      ...outcome,
      newSteps: progress.newSteps,
      cpuSeconds: cpuSeconds() - cpuStart + progress.otherCpuSeconds,
    };
  } catch (error) {
    if (error instanceof RewardsmithError && isMachineFault(error)) throw error;
    return {
      status: "failed",
      jobId: store.id,
      code: error instanceof RewardsmithError ? error.code : "E_WORKER_CRASHED",
      message: error instanceof Error ? error.message : String(error),
      totalSteps: progress.steps,
    };
  }
}

type KeptPolicy = NonNullable<ReturnType<StoredJob["newest"]>>;

/** Environment steps of the policies that a request needs, oldest first; the last are the training's. */
function askedSteps({ job, steps, choose }: TrainingRequest): number[] {
  const target = resultSteps(job, steps);
  const before = (choose?.after ?? []).map((after) => resultSteps(job, after));
  return [...new Set([...before.filter((after) => after < target), target])].sort((a, b) => a - b);
}

function keptAt(store: StoredJob, steps: number): KeptPolicy | null {
  const newest = store.newest(steps);
  return newest?.stored.steps === steps && newest.stored.kept ? newest : null;
}

/** Fitness of each policy to choose from; undefined where it is not measured yet. */
function choicesOf({ choose }: TrainingRequest, store: StoredJob, policies: readonly KeptPolicy[]) {
  if (!choose) return [];
  return policies.map(({ stored }) => store.evaluation(stored.policyHash, choose.by)?.fitness);
}

function bestOf(policies: readonly KeptPolicy[], choices: readonly number[]): KeptPolicy {
  const best = choices.lastIndexOf(Math.max(...choices));
  return policies[best] ?? policies[policies.length - 1];
}

function isWhole<T>(list: readonly (T | null | undefined)[]): list is readonly T[] {
  return list.every((one) => one !== null && one !== undefined);
}

async function trainTo(
  request: TrainingRequest,
  store: StoredJob,
  options: TrainJobOptions,
  progress: { steps: number; newSteps: number; otherCpuSeconds: number },
): Promise<void> {
  const { learner, onRow, pulse = unwatched, stopAsked = () => false } = options;
  const { checkpointSeconds = 10 } = options;
  const { job } = request;
  const asked = askedSteps(request);
  const target = asked[asked.length - 1];
  const missing = asked.find((steps) => store.newest(steps)?.stored.steps !== steps);
  for (const steps of asked) if (steps < (missing ?? Number.POSITIVE_INFINITY)) store.keep(steps);
  const newest = store.newest(missing ?? target);
  progress.steps = newest?.stored.steps ?? 0;
  if (missing === undefined) return;
  if (stopAsked()) throw cancelled();
  const training = await learner.start(job, startFrom(request, newest?.bytes, options), pulse);
  try {
    let storedRows = store.cutRows(progress.steps);
    let savedAt = performance.now();
    for (;;) {
      const row = await training.iterate();
      progress.steps += iterationSteps(job);
      progress.newSteps += iterationSteps(job);
      // Rows of a longer result are there already, and are the same.
      if (progress.steps > storedRows * iterationSteps(job)) {
        store.appendRow(row);
        storedRows++;
      }
      onRow?.(row);
      if (progress.steps >= target) break;
      const stop = stopAsked();
      if (asked.includes(progress.steps)) {
        store.addCheckpoint(progress.steps, await training.save(), true);
      } else if (stop || performance.now() - savedAt > checkpointSeconds * 1000) {
        store.addCheckpoint(progress.steps, await training.save(), false);
        savedAt = performance.now();
      }
      if (stop) throw cancelled();
    }
    store.addCheckpoint(target, await training.save(), true);
    progress.otherCpuSeconds = training.otherCpuSeconds?.() ?? 0;
  } finally {
    await training.dispose();
  }
}

function startFrom(
  { job }: TrainingRequest,
  checkpoint: Uint8Array | undefined,
  { runsRoot }: TrainJobOptions,
): TrainingStart {
  if (checkpoint) return { checkpoint };
  return job.parent === null ? {} : { parent: loadResult(runsRoot, job.parent).checkpoint };
}

export function cancelled(): RewardsmithError {
  return new RewardsmithError("E_CANCELLED", "stopped; a resume continues from the checkpoint");
}

/** Faults of the machine must stop a run, not count against a candidate. */
function isMachineFault({ code }: RewardsmithError): boolean {
  return code.startsWith("E_DISK_") || code.startsWith("E_STORE_");
}
