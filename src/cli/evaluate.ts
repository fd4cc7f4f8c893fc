/** `evaluate`: held-out episodes of a policy that was trained before. */
import { existsSync } from "node:fs";
import path from "node:path";
import { type Command, Option } from "commander";
import { RewardsmithError } from "../core/errors.js";
import { interval95 } from "../core/statistics.js";
import { resultOf } from "../design/history.js";
import { reportedBest } from "../design/report.js";
import { eventFormat } from "../events/event.js";
import { foldAll, type RunState } from "../events/run-state.js";
import type { Evaluation } from "../rl/metrics.js";
import { readEventLog } from "../run/event-log.js";
import type { EvaluationRequest } from "../run/job.js";
import { loadResult } from "../run/job-store.js";
import { createLocalExecutor } from "../run/local-executor.js";
import { artifacts, openRun, type RunFolder } from "../run/run-folder.js";
import type { CliContext } from "./context.js";
import { formatFitness, formatInterval } from "./numbers.js";
import { integer } from "./parse-number.js";
import { evaluationLines } from "./train.js";
import { showTraining } from "./training.js";

/** A policy in the job store. */
interface StoredPolicy {
  readonly label: string;
  readonly jobId: string;
  readonly steps: number;
}

export function define(command: Command, cli: CliContext): void {
  command
    .argument("<policy>", "a run, a result as job@steps, or a checkpoint file")
    .addOption(
      new Option("--set <set>", "episodes that rank candidates, or those that are reported")
        .choices(["select", "test"])
        .default("test"),
    )
    .addOption(
      new Option("--profile <physics>", "physics as in training, or finer")
        .choices(["train", "reference"])
        .default("reference"),
    )
    .option("--episodes <n>", "number of episodes", integer(1), 64);
  command.action((policy: string, { set, profile, episodes }: EvaluationRequest) =>
    evaluate(cli, policy, { set, profile, episodes }),
  );
}

async function evaluate(cli: CliContext, name: string, request: EvaluationRequest): Promise<void> {
  const { terminal, runsFolder, signal } = cli;
  const policies = findPolicies(runsFolder, name);
  const executor = createLocalExecutor({ runsRoot: runsFolder });
  try {
    const evaluations: Evaluation[] = [];
    for (const { label, jobId, steps } of policies) {
      const { job } = loadResult(runsFolder, `${jobId}@${steps}`);
      const outcome = await showTraining(
        terminal,
        executor,
        { job, steps, evaluations: [request] },
        { label: `evaluating ${label}`, signal },
      );
      const [evaluation] = outcome.evaluations;
      evaluations.push(evaluation);
      terminal.record({ type: "evaluation", policy: label, jobId, ...evaluation });
      terminal.line(terminal.color.bold(label));
      for (const line of evaluationLines(evaluation)) terminal.line(`  ${line}`);
    }
    if (evaluations.length > 1) {
      const fitness = interval95(evaluations.map((evaluation) => evaluation.fitness));
      terminal.record({ type: "summary", fitness });
      terminal.line(
        `all: fitness ${formatFitness(fitness.mean)}, 95 % interval ${formatInterval(fitness)}, n = ${fitness.n} seeds`,
      );
    }
  } finally {
    await executor.close();
  }
}

function findPolicies(runsFolder: string, name: string): StoredPolicy[] {
  const [, jobId, steps] = /^([0-9a-f]{16})@(\d+)$/.exec(name) ?? [];
  if (jobId !== undefined) return [{ label: name, jobId, steps: Number(steps) }];
  if (/\.bin$/.test(name)) return [ofCheckpoint(runsFolder, path.resolve(name))];
  const run = openRun(runsFolder, name);
  return ofRun(run, stateOf(run));
}

/** The final policies of the best reward; before there are any, the best candidate's. */
function ofRun(run: RunFolder, state: RunState): StoredPolicy[] {
  const finals = state.finals.flatMap(({ which, seed, result }) =>
    which === "best" && result
      ? [
          {
            label: `${run.info.name}, best reward, seed ${seed}`,
            jobId: result.jobId,
            steps: result.steps,
          },
        ]
      : [],
  );
  if (finals.length > 0) return finals;
  const candidate = reportedBest(state);
  const result = candidate ? resultOf(state, candidate) : null;
  if (candidate && result) {
    const label = `${run.info.name}, candidate ${candidate.id}`;
    return [{ label, jobId: result.jobId, steps: result.steps }];
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
    throw new RewardsmithError("E_CHECKPOINT_UNKNOWN", "this is no checkpoint of a run here", {
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
      return { label: `candidate ${candidate.id}`, jobId: result.jobId, steps: result.steps };
    }
  }
  for (const { which, seed, result } of state.finals) {
    if (result && artifacts.finalCheckpoint(which, seed) === asked) {
      return { label: `${which}, seed ${seed}`, jobId: result.jobId, steps: result.steps };
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
