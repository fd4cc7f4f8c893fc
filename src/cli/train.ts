/** `train TASK`: one policy with one reward, and how good it is. */
import { availableParallelism } from "node:os";
import path from "node:path";
import { type Command, Option } from "commander";
import { RewardsmithError } from "../core/errors.js";
import { compileTask } from "../reward/node/compile-task.js";
import type { Evaluation } from "../rl/metrics.js";
import { jobId } from "../run/job.js";
import { createLocalExecutor } from "../run/local-executor.js";
import type { EngineName } from "../sim/simulator.js";
import { inEngine } from "../task/loaded-task.js";
import { loadTask } from "../task/node/load.js";
import { type TrainingSettings, trainingSettingsSchema } from "../task/settings.js";
import type { TaskDefinition } from "../task/task.js";
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
import {
  assignmentHelp,
  parseAssignments,
  resolveSettings,
  type SettingValues,
} from "./setting-flags.js";
import { findPolicies, typicalPolicy } from "./stored-policy.js";
import { type FinishedTraining, showTraining } from "./training.js";
import { addViewerFlags, serveViewer, type ViewerFlags } from "./viewer.js";

interface TrainFlags extends ViewerFlags {
  readonly reward: string;
  readonly steps?: number;
  readonly seed: number;
  readonly episodes: number;
  readonly set: readonly string[];
  readonly preset?: string;
  readonly from?: string;
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
    .option(
      "--preset <name>",
      "the task's settings of that name, e.g. isaac: those of the original",
    )
    .option(
      "--from <policy>",
      "start from this policy: a run, a result as job@steps, or a checkpoint file",
    )
    .option("--fresh", "train anew though the job store has it")
    .addHelpText("after", assignmentHelp(trainingSettingsSchema));
  addViewerFlags(command, { optional: true });
  command.action((task: string, flags: TrainFlags) => train(cli, task, flags));
}

async function train(cli: CliContext, taskName: string, flags: TrainFlags): Promise<void> {
  const { terminal, runsFolder, signal } = cli;
  const task = compileTask(inEngine(await loadTask(taskName), flags.engine));
  const { definition } = task.task;
  const reward = await readReward(task, flags.reward, signal);
  for (const warning of reward.warnings) terminal.problem(warning);
  const preset = presetOf(definition, flags.preset);
  const given = parseAssignments(flags.set, trainingSettingsSchema);
  const layers = [{ ...definition.training }, { ...preset?.training }, given] as const;
  const settings = withAllCores(resolveSettings(trainingSettingsSchema, ...layers), given);
  const steps = flags.steps ?? preset?.steps ?? definition.steps;
  const parent = flags.from === undefined ? null : parentOf(cli, flags.from);
  terminal.line(
    `Training ${definition.name} with ${reward.label}: ${formatCount(steps)} environment steps in ${definition.engine}, seed ${flags.seed}, ${settings.numShards === 1 ? "one core" : `${settings.numShards} cores`}`,
  );
  if (parent) terminal.line(`starting from the policy ${parent}`);
  const job = {
    task,
    reward: reward.program,
    settings,
    engine: definition.engine,
    seed: flags.seed,
    parent,
  };
  const viewer = await serveViewer(cli, flags, {
    focus: () => ({
      kind: "job",
      jobId: jobId(job),
      label: `${definition.name}, ${reward.label}`,
      rewardCode: reward.source,
    }),
  });
  cli.onStop = "The same command goes on from the last checkpoint.";
  const started = terminal.now();
  const executor = createLocalExecutor({ runsRoot: runsFolder, slots: 1 });
  try {
    const outcome = await showTraining(
      terminal,
      executor,
      {
        job,
        steps,
        evaluations: [
          { set: "test", profile: "reference", episodes: flags.episodes },
          { set: "test", profile: "train", episodes: flags.episodes },
        ],
        fresh: flags.fresh ?? false,
      },
      { label: definition.name, signal },
    );
    const [evaluation] = outcome.evaluations;
    const verdict = watchVerdict(task.task, evaluation, outcome.metrics, flags.engineWatch);
    printOutcome(cli, outcome, verdict, (terminal.now() - started) / 1000);
    rejectMarked(verdict.marks, flags.engineWatch);
  } finally {
    await viewer?.stop();
    await executor.close();
  }
}

/** A task's preset by name; undefined without a name. */
function presetOf({ name: task, presets }: TaskDefinition, name: string | undefined) {
  if (name === undefined) return undefined;
  const preset = presets[name];
  if (preset) return preset;
  const names = Object.keys(presets);
  throw new RewardsmithError("E_PRESET_UNKNOWN", `task ${task} has no preset "${name}"`, {
    hint:
      names.length > 0
        ? `there are: ${names.join(", ")}`
        : "a task declares its presets in task.ts; --set changes single settings",
  });
}

/** The result that a training starts from; of several policies the typical one. */
function parentOf({ runsFolder }: CliContext, name: string): string {
  const { jobId, steps } = typicalPolicy(findPolicies(runsFolder, name));
  return `${jobId}@${steps}`;
}

/** Fewer environments are not worth a thread. */
const leastEnvsPerShard = 16;

/**
 * A single training uses every core, unless told otherwise. Resolved here, as the number of shards is
 * part of what is trained: the job says it, whatever machine it runs on.
 */
function withAllCores(settings: TrainingSettings, given: SettingValues): TrainingSettings {
  if (given["numShards"] !== undefined) return settings;
  const most = Math.max(1, Math.floor(settings.numEnvs / leastEnvsPerShard));
  return { ...settings, numShards: Math.min(availableParallelism(), most) };
}

function printOutcome(
  cli: CliContext,
  outcome: FinishedTraining,
  { marks, lines }: WatchVerdict,
  seconds: number,
): void {
  const { terminal, invocation } = cli;
  const [evaluation, onTrainPhysics] = outcome.evaluations;
  const result = `${outcome.jobId}@${outcome.totalSteps}`;
  const { jobId, totalSteps, policyHash, checkpoint, newSteps, metrics } = outcome;
  const cpuSeconds = metrics[metrics.length - 1]?.cpuSeconds ?? 0;
  terminal.record({
    type: "trained",
    jobId,
    totalSteps,
    policyHash,
    checkpoint,
    newSteps,
    seconds,
    cpuSeconds,
    evaluation,
    onTrainPhysics,
    engineWatch: marks,
  });
  const [fitness, episodes] = evaluationLines(evaluation);
  // A gait that lives off the coarse solver shows as a loss on the finer one.
  const coarse = `on train  ${formatFitness(onTrainPhysics.fitness)} over the same episodes (train physics)`;
  for (const line of [fitness, coarse, episodes, ...lines]) terminal.line(line);
  terminal.line(
    newSteps === 0
      ? "trained   before: the result was in the job store (--fresh trains anew)"
      : `trained   ${formatCount(newSteps)} steps in ${formatDuration(seconds)} (${formatCount(newSteps / seconds)}/s)`,
  );
  terminal.line(
    `cpu       ${formatDuration(cpuSeconds)} for all ${formatCount(totalSteps)} steps, every thread of the training, evaluation left out`,
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
