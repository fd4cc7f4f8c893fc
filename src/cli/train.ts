/** `train TASK`: one policy with one reward, and how good it is. */
import path from "node:path";
import { type Command, Option } from "commander";
import { compileTask } from "../reward/node/compile-task.js";
import type { Evaluation } from "../rl/metrics.js";
import { createLocalExecutor } from "../run/local-executor.js";
import type { EngineName } from "../sim/simulator.js";
import { inEngine } from "../task/loaded-task.js";
import { loadTask } from "../task/node/load.js";
import { trainingSettingsSchema } from "../task/settings.js";
import { type CliContext, runsFlag } from "./context.js";
import { engineFlag } from "./engine-flag.js";
import {
  type EngineWatchMode,
  engineWatchFlag,
  rejectMarked,
  type WatchVerdict,
  watchVerdict,
} from "./engine-watch-flag.js";
import { formatFitness } from "./numbers.js";
import { integer } from "./parse-number.js";
import { formatCount, formatDuration } from "./progress.js";
import { readReward } from "./read-reward.js";
import { assignmentHelp, parseAssignments, resolveSettings } from "./setting-flags.js";
import { type FinishedTraining, showTraining } from "./training.js";

interface TrainFlags {
  readonly reward: string;
  readonly steps?: number;
  readonly seed: number;
  readonly episodes: number;
  readonly set: readonly string[];
  readonly fresh?: boolean;
  readonly engine?: EngineName;
  readonly engineWatch: EngineWatchMode;
}

export function define(command: Command, cli: CliContext): void {
  command
    .argument("<task>", "a built-in task or a task folder")
    .option("--reward <reward>", "human, sparse, or a reward file", "human")
    .option("--steps <n>", "environment steps (default: the task's)", integer(1))
    .option("--seed <n>", "seed of the training", integer(0), 1)
    .option("--episodes <n>", "test episodes that the policy is measured on", integer(1), 64)
    .addOption(
      new Option("--set <path=value>", "a training setting; may be given again")
        .argParser((value: string, before: readonly string[]) => [...before, value])
        .default([], "the task's settings"),
    )
    .addOption(engineFlag())
    .addOption(engineWatchFlag())
    .option("--fresh", "train anew though the job store has it")
    .addHelpText("after", assignmentHelp(trainingSettingsSchema));
  command.action((task: string, flags: TrainFlags) => train(cli, task, flags));
}

async function train(cli: CliContext, taskName: string, flags: TrainFlags): Promise<void> {
  const { terminal, runsFolder, signal } = cli;
  const task = compileTask(inEngine(await loadTask(taskName), flags.engine));
  const { definition } = task.task;
  const reward = await readReward(task, flags.reward, signal);
  for (const warning of reward.warnings) terminal.problem(warning);
  const settings = resolveSettings(
    trainingSettingsSchema,
    { ...definition.training },
    parseAssignments(flags.set, trainingSettingsSchema),
  );
  const steps = flags.steps ?? definition.steps;
  terminal.line(
    `Training ${definition.name} with ${reward.label}: ${formatCount(steps)} environment steps in ${definition.engine}, seed ${flags.seed}`,
  );
  cli.onStop = "The same command goes on from the last checkpoint.";
  const started = terminal.now();
  const executor = createLocalExecutor({ runsRoot: runsFolder, slots: 1 });
  try {
    const outcome = await showTraining(
      terminal,
      executor,
      {
        job: {
          task,
          reward: reward.program,
          settings,
          engine: definition.engine,
          seed: flags.seed,
          parent: null,
        },
        steps,
        evaluations: [{ set: "test", profile: "reference", episodes: flags.episodes }],
        fresh: flags.fresh ?? false,
      },
      { label: definition.name, signal },
    );
    const [evaluation] = outcome.evaluations;
    const verdict = watchVerdict(task.task, evaluation, outcome.metrics, flags.engineWatch);
    printOutcome(cli, outcome, verdict, (terminal.now() - started) / 1000);
    rejectMarked(verdict.marks, flags.engineWatch);
  } finally {
    await executor.close();
  }
}

function printOutcome(
  cli: CliContext,
  outcome: FinishedTraining,
  { marks, lines }: WatchVerdict,
  seconds: number,
): void {
  const { terminal, invocation } = cli;
  const [evaluation] = outcome.evaluations;
  const result = `${outcome.jobId}@${outcome.totalSteps}`;
  const { jobId, totalSteps, policyHash, checkpoint, newSteps } = outcome;
  terminal.record({
    type: "trained",
    jobId,
    totalSteps,
    policyHash,
    checkpoint,
    newSteps,
    seconds,
    evaluation,
    engineWatch: marks,
  });
  for (const line of [...evaluationLines(evaluation), ...lines]) terminal.line(line);
  terminal.line(
    newSteps === 0
      ? "trained   before: the result was in the job store (--fresh trains anew)"
      : `trained   ${formatCount(newSteps)} steps in ${formatDuration(seconds)} (${formatCount(newSteps / seconds)}/s)`,
  );
  terminal.line(`policy    ${path.relative(process.cwd(), checkpoint)}`);
  terminal.line();
  terminal.line(
    `Measure it again: ${invocation} evaluate ${result} --episodes 200${runsFlag(cli)}`,
  );
}

/** What held-out episodes of a policy showed. */
export function evaluationLines(evaluation: Evaluation): string[] {
  const { set, profile, episodes, episodeLength, endings, fitness, engine } = evaluation;
  const shares = Object.entries(endings)
    .filter(([, share]) => share > 0)
    .map(
      ([name, share]) => `${name === "timeOut" ? "time limit" : name} ${Math.round(share * 100)} %`,
    );
  return [
    `fitness   ${formatFitness(fitness)} over ${episodes} ${set} episodes (${profile} physics${engine ? ` in ${engine}` : ""}, no noise on actions)`,
    `episodes  ${Math.round(episodeLength)} steps on average; ended by ${shares.join(", ") || "nothing"}`,
  ];
}
