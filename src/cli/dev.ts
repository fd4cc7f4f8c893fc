/** `dev TASK`: a reward is retrained and scored whenever its file is saved. */
import path from "node:path";
import type { Command } from "commander";
import { formatError, formatIssue } from "../core/errors.js";
import { hashJson } from "../core/node/hash.js";
import { rewardChecker } from "../design/reward-checker.js";
import type { CompiledTask } from "../reward/compiled-task.js";
import { stateDeclaration } from "../reward/declaration.js";
import { compileTask } from "../reward/node/compile-task.js";
import type { Executor } from "../run/executor.js";
import { jobId } from "../run/job.js";
import { createLocalExecutor } from "../run/local-executor.js";
import type { EngineName } from "../sim/simulator.js";
import { inEngine } from "../task/loaded-task.js";
import { loadTask } from "../task/node/load.js";
import { refreshDeclarations } from "../task/node/scaffold.js";
import type { Focus } from "../view/live/policy-offers.js";
import type { CliContext } from "./context.js";
import { engineFlag } from "./engine-flag.js";
import { exitCode, exitCodeOf } from "./exit-codes.js";
import { formatFitness } from "./numbers.js";
import { integer } from "./parse-number.js";
import { formatCount } from "./progress.js";
import { showTraining } from "./training.js";
import { addViewerFlags, serveViewer, type ViewerFlags } from "./viewer.js";
import { fileContents } from "./watch-file.js";

interface DevFlags extends ViewerFlags {
  readonly reward?: string;
  readonly steps?: number;
  readonly seed: number;
  readonly episodes: number;
  readonly scratch?: boolean;
  readonly engine?: EngineName;
}

/** What the training before left: where the next one starts from, and the score to beat. */
interface Before {
  /** Everything that decides the shape of the policy. */
  readonly taskHash: string;
  readonly parent: string;
  readonly fitness: number;
}

export function define(command: Command, cli: CliContext): void {
  command
    .argument("<task>", "a task or its folder")
    .option("--reward <file>", "file to watch (default: the task's reward.ts)")
    .option(
      "--steps <n>",
      "environment steps after each save (default: a quarter of the task's)",
      integer(1),
    )
    .option("--seed <n>", "seed of the trainings", integer(0), 1)
    .option("--episodes <n>", "episodes that a policy is scored on", integer(1), 32)
    .addOption(engineFlag())
    .option("--scratch", "start every training from scratch rather than from the policy before");
  addViewerFlags(command, { optional: true });
  command.action((task: string, flags: DevFlags) => dev(cli, task, flags));
}

async function dev(cli: CliContext, taskName: string, flags: DevFlags): Promise<void> {
  const { terminal, signal, runsFolder } = cli;
  const { folder } = await loadTask(taskName);
  const file = path.resolve(flags.reward ?? path.join(folder, "reward.ts"));
  const executor = createLocalExecutor({ runsRoot: runsFolder, slots: 1 });
  let shown: Focus | null = null;
  const viewer = await serveViewer(cli, flags, {
    focus: () => shown,
    waiting: "Save the reward: its training is shown from its first checkpoint on.",
  });
  terminal.line(`Watching ${path.relative(process.cwd(), file)}; save it to train. Ctrl-C ends.`);
  let before: Before | null = null;
  let current: Promise<void> = Promise.resolve();
  let stopCurrent = () => {};
  try {
    for await (const source of fileContents(file, signal)) {
      stopCurrent();
      await current;
      const stop = new AbortController();
      stopCurrent = () => stop.abort();
      const ends = AbortSignal.any([signal, stop.signal]);
      const show = (jobId: string) => {
        shown = { kind: "job", jobId, label: path.basename(file), rewardCode: source };
      };
      current = retrain(cli, executor, taskName, source, file, flags, before, show, ends)
        .then((after) => {
          before = after ?? before;
        })
        .catch((error) => {
          // A save during a training stops it; anything else is said, and the next save tries again.
          if (!ends.aborted || exitCodeOf(error) !== exitCode.stopped) {
            terminal.problem(formatError(error));
          }
        });
    }
    await current;
  } finally {
    await viewer?.stop();
    await executor.close();
  }
  terminal.line("Ended.");
}

/** Checks, trains and scores one version of the reward. Null where it may not be trained. */
async function retrain(
  cli: CliContext,
  executor: Executor,
  taskName: string,
  source: string,
  file: string,
  flags: DevFlags,
  before: Before | null,
  show: (jobId: string) => void,
  signal: AbortSignal,
): Promise<Before | null> {
  const { terminal } = cli;
  const started = terminal.now();
  const loaded = inEngine(await loadTask(taskName), flags.engine);
  await refreshDeclarations(loaded, stateDeclaration);
  // The human reward is the file being edited: its errors are the check's to tell.
  const { human: _edited, ...sources } = loaded.sources;
  const task = compileTask({ ...loaded, sources });
  const checked = await (await rewardChecker(task)).check(source, signal);
  const { accepted, issues, terms, nsPerCall, program } = checked;
  terminal.record({ type: "check", accepted, issues, terms, nsPerCall });
  for (const issue of issues) terminal.problem(formatIssue(issue, path.basename(file)));
  if (!accepted || !program) {
    terminal.problem(terminal.color.red("not trained; correct it and save again"));
    return null;
  }
  const { definition } = task.task;
  const taskHash = shapeHash(task);
  const warm = before && !flags.scratch && before.taskHash === taskHash ? before : null;
  const steps = flags.steps ?? Math.ceil((definition.searchSteps ?? definition.steps) / 4);
  const job = {
    task,
    reward: program,
    settings: definition.training,
    engine: definition.engine,
    seed: flags.seed,
    parent: warm?.parent ?? null,
  };
  show(jobId(job));
  const outcome = await showTraining(
    terminal,
    executor,
    {
      job,
      steps,
      evaluations: [{ set: "select", profile: "reference", episodes: flags.episodes }],
    },
    { label: warm ? "retraining" : "training", signal },
  );
  const [{ fitness, episodeLength }] = outcome.evaluations;
  const change = warm ? ` (${formatFitness(warm.fitness)} before)` : "";
  const seconds = ((terminal.now() - started) / 1000).toFixed(1);
  const last = outcome.metrics[outcome.metrics.length - 1];
  terminal.record({
    type: "score",
    fitness,
    episodeLength,
    terms: last.terms,
    jobId: outcome.jobId,
  });
  terminal.line(
    `fitness ${terminal.color.bold(formatFitness(fitness))}${change}, ${Math.round(episodeLength)} steps an episode; ${formatCount(outcome.totalSteps)} steps in ${seconds} s`,
  );
  const sums = Object.entries(last.terms).map(
    ([name, value]) => `${name} ${Number(value.toPrecision(3))}`,
  );
  terminal.line(terminal.color.dim(`  terms a step: ${sums.join("  ")}`));
  return { taskHash, parent: `${outcome.jobId}@${outcome.totalSteps}`, fitness };
}

/** A policy fits another task only where observation, actions and network are the same. */
function shapeHash({ task }: CompiledTask): string {
  const { observation, observationHistory, privilegedObservation, actions, training } =
    task.definition;
  return hashJson([
    observation,
    observationHistory,
    privilegedObservation,
    actions,
    training.network,
  ]);
}
