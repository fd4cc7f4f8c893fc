/** Trained policies by the names people give: a run, a result as job@steps, a checkpoint file. */
import { existsSync } from "node:fs";
import path from "node:path";
import { RewardsmithError } from "../core/errors.js";
import { policySteps, resultOf } from "../design/history.js";
import { reportedBest } from "../design/report.js";
import { eventFormat } from "../events/event.js";
import { foldAll } from "../events/fold.js";
import type { RunState } from "../events/run-state.js";
import type { CompiledTask } from "../reward/compiled-task.js";
import { readEventLog } from "../run/event-log.js";
import { jobId } from "../run/job.js";
import { storedJobs } from "../run/job-store.js";
import { artifacts, findRun, openRun, type RunFolder } from "../run/run-folder.js";

/** A policy in the job store. */
export interface StoredPolicy {
  readonly label: string;
  readonly jobId: string;
  readonly steps: number;
  /** Measured when it was trained, where it was. */
  readonly fitness?: number;
}

/** The policies a name stands for; a run with finals has one for each seed. */
export function findPolicies(runsFolder: string, name: string): StoredPolicy[] {
  const [, jobId, steps] = /^([0-9a-f]{16})@(\d+)$/.exec(name) ?? [];
  if (jobId !== undefined) return [{ label: name, jobId, steps: Number(steps) }];
  const isFile = /\.[a-z]+$/i.test(name) && findRun(runsFolder, name) === undefined;
  if (isFile) return [ofCheckpoint(runsFolder, path.resolve(name))];
  const run = openRun(runsFolder, name);
  return ofRun(run, stateOf(run));
}

/** A stored policy that was chosen among several. */
export interface TaskPolicy extends StoredPolicy {
  readonly among: number;
}

/** Of a run's policies the one in the middle: the typical seed, not the luckiest. */
export function typicalPolicy(policies: readonly StoredPolicy[]): StoredPolicy {
  const ranked = [...policies].sort((a, b) => (a.fitness ?? 0) - (b.fitness ?? 0));
  return ranked[Math.floor((ranked.length - 1) / 2)];
}

/**
 * The stored policy of a task as it now is, with the highest fitness measured on test episodes;
 * where none was measured, the longest trained. Null where there is none.
 */
export function findTaskPolicy(runsFolder: string, task: CompiledTask): TaskPolicy | null {
  const policies = storedJobs(runsFolder).flatMap(({ id, job, results }) => {
    if (jobId({ ...job, task }) !== id) return [];
    return results.map(({ steps, evaluations }) => ({
      jobId: id,
      steps,
      fitness: Math.max(
        Number.NEGATIVE_INFINITY,
        ...evaluations.filter(({ set }) => set === "test").map(({ fitness }) => fitness),
      ),
    }));
  });
  policies.sort((a, b) => (a.fitness === b.fitness ? b.steps - a.steps : b.fitness - a.fitness));
  const [best] = policies;
  if (best === undefined) return null;
  const { jobId: id, steps } = best;
  return { label: `${id}@${steps}`, jobId: id, steps, among: policies.length };
}

/** The final policies of the best reward; before there are any, the best candidate's. */
function ofRun(run: RunFolder, state: RunState): StoredPolicy[] {
  const finals = state.finals.flatMap(({ which, seed, result }) =>
    which === "best" && result
      ? [
          {
            label: `${run.info.name}, best reward, seed ${seed}`,
            jobId: result.jobId,
            steps: policySteps(result),
            fitness: result.evaluation.fitness,
          },
        ]
      : [],
  );
  if (finals.length > 0) return finals;
  const candidate = reportedBest(state);
  const result = candidate ? resultOf(state, candidate) : null;
  if (candidate && result) {
    const label = `${run.info.name}, candidate ${candidate.id}`;
    return [{ label, jobId: result.jobId, steps: policySteps(result) }];
  }
  throw new RewardsmithError("E_RUN_NO_POLICY", "the run has trained nothing yet", {
    where: run.folder,
    hint: `continue it: rewardsmith resume ${run.info.name}`,
  });
}

/** A checkpoint of the job store, or the copy that a run keeps. */
function ofCheckpoint(runsFolder: string, file: string): StoredPolicy {
  const [, jobId, steps] = /([0-9a-f]{16})[\\/]checkpoint-(\d+)\.bin$/.exec(file) ?? [];
  if (jobId !== undefined) return { label: `${jobId}@${steps}`, jobId, steps: Number(steps) };
  const inRun = path.relative(runsFolder, file).split(path.sep);
  if (!existsSync(file) || inRun[0] === "..") {
    const what = existsSync(file) ? "this is no checkpoint of a run here" : "there is no such file";
    throw new RewardsmithError("E_CHECKPOINT_UNKNOWN", what, {
      where: file,
      hint: `checkpoints lie under ${runsFolder}; name another folder with --runs`,
    });
  }
  const run = openRun(runsFolder, inRun[0]);
  const state = stateOf(run);
  const asked = inRun.slice(1).join("/");
  for (const candidate of state.candidates) {
    const result = resultOf(state, candidate);
    if (result && artifacts.checkpoint(candidate.id) === asked) {
      return {
        label: `candidate ${candidate.id}`,
        jobId: result.jobId,
        steps: policySteps(result),
      };
    }
  }
  for (const { which, seed, result } of state.finals) {
    if (result && artifacts.finalCheckpoint(which, seed) === asked) {
      return { label: `${which}, seed ${seed}`, jobId: result.jobId, steps: policySteps(result) };
    }
  }
  throw new RewardsmithError("E_CHECKPOINT_UNKNOWN", "the run's log names no such checkpoint", {
    where: file,
    hint: `evaluate the run as a whole: rewardsmith evaluate ${run.info.name}`,
  });
}

function stateOf(run: RunFolder): RunState {
  return foldAll(readEventLog(run.eventsFile, eventFormat).events);
}
