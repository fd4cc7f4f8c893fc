/** `evaluate`: held-out episodes of a policy that was trained before. */
import { type Command, Option } from "commander";
import { interval95 } from "../core/statistics.js";
import type { WatchMark } from "../events/event.js";
import type { Evaluation } from "../rl/metrics.js";
import type { EvaluationRequest } from "../run/job.js";
import { loadResult } from "../run/job-store.js";
import { createLocalExecutor } from "../run/local-executor.js";
import type { CliContext } from "./context.js";
import { engineFlag } from "./engine-flag.js";
import {
  type EngineWatchMode,
  engineWatchFlag,
  rejectMarked,
  watchVerdict,
} from "./engine-watch-flag.js";
import { formatFitness, formatInterval } from "./numbers.js";
import { integer } from "./parse-number.js";
import { findPolicies } from "./stored-policy.js";
import { evaluationLines } from "./train.js";
import { showTraining } from "./training.js";

interface EvaluateFlags extends EvaluationRequest {
  readonly engineWatch: EngineWatchMode;
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
    .option("--episodes <n>", "number of episodes", integer(1), 64)
    .addOption(engineFlag("the one of the training"))
    .addOption(engineWatchFlag());
  command.action((policy: string, { engineWatch, set, profile, episodes, engine }: EvaluateFlags) =>
    evaluate(cli, policy, { set, profile, episodes, engine }, engineWatch),
  );
}

async function evaluate(
  cli: CliContext,
  name: string,
  request: EvaluationRequest,
  watch: EngineWatchMode,
): Promise<void> {
  const { terminal, runsFolder, signal } = cli;
  const policies = findPolicies(runsFolder, name);
  const executor = createLocalExecutor({ runsRoot: runsFolder });
  try {
    const evaluations: Evaluation[] = [];
    const allMarks: WatchMark[] = [];
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
      const { marks, lines } = watchVerdict(job.task.task, evaluation, [], watch);
      allMarks.push(...marks);
      terminal.record({
        type: "evaluation",
        policy: label,
        jobId,
        ...evaluation,
        engineWatch: marks,
      });
      terminal.line(terminal.color.bold(label));
      for (const line of [...evaluationLines(evaluation), ...lines]) terminal.line(`  ${line}`);
    }
    if (evaluations.length > 1) {
      const fitness = interval95(evaluations.map((evaluation) => evaluation.fitness));
      terminal.record({ type: "summary", fitness });
      terminal.line(
        `all: fitness ${formatFitness(fitness.mean)}, 95 % interval ${formatInterval(fitness)}, n = ${fitness.n} seeds`,
      );
    }
    rejectMarked(allMarks, watch);
  } finally {
    await executor.close();
  }
}
