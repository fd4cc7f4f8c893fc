/** `transfer TASK`: from a reward to a policy that was examined in another world. */
import { availableParallelism, cpus, platform } from "node:os";
import path from "node:path";
import { type Command, Option } from "commander";
import { formatIssue, RewardsmithError } from "../core/errors.js";
import { exportPolicy } from "../deploy/export.js";
import { reportedBest } from "../design/report.js";
import { eventFormat } from "../events/event.js";
import { foldAll } from "../events/fold.js";
import { transferFormat, transferLogFile } from "../events/transfer-event.js";
import {
  costsOf,
  foldTransfers,
  isOver,
  isPassing,
  type TransferState,
  trainingName,
} from "../events/transfer-state.js";
import { type LlmFlags, llmFlagsSchema } from "../llm/settings.js";
import type { CompiledTask } from "../reward/compiled-task.js";
import { compileTask } from "../reward/node/compile-task.js";
import { parseProgram } from "../reward/program.js";
import { readEventLog } from "../run/event-log.js";
import { createLocalExecutor } from "../run/local-executor.js";
import { createRun, openRun, type RunFolder } from "../run/run-folder.js";
import type { EngineName } from "../sim/simulator.js";
import { inEngine } from "../task/loaded-task.js";
import { loadTask } from "../task/node/load.js";
import { askForConfigurations } from "../transfer/ask-configurations.js";
import { runTransfer, transferSeeds } from "../transfer/chain.js";
import {
  type ConfigurationDesigner,
  offlineConfigurationDesigner,
} from "../transfer/configuration-designer.js";
import { examSchema, passMark } from "../transfer/exam.js";
import { examVerdict } from "../transfer/exam-page.js";
import { transferOf } from "../transfer/measure.js";
import { createMeasurer } from "../transfer/measurer.js";
import {
  type TransferSettings,
  transferSettingsSchema,
  transferSize,
} from "../transfer/settings.js";
import { transferFiles } from "../transfer/transfer-files.js";
import type { ChosenPolicy } from "../transfer/transfer-parts.js";
import { chatDesigners, chooseChat } from "./choose-chat.js";
import { type CliContext, runsFlag } from "./context.js";
import { engineFlag } from "./engine-flag.js";
import { integer, number } from "./parse-number.js";
import { formatCount } from "./progress.js";
import { readReward } from "./read-reward.js";
import {
  addSettingFlags,
  assignmentHelp,
  givenSettings,
  parseAssignments,
  resolveSettings,
} from "./setting-flags.js";
import { TransferView } from "./transfer-view.js";

interface TransferFlags {
  readonly quick?: true;
  readonly ablation?: true;
  readonly reward: string;
  readonly name?: string;
  readonly slots?: number;
  readonly engine?: EngineName;
  readonly set: readonly string[];
  readonly designer: TransferSettings["designer"];
  readonly prompts: string;
  readonly recording?: string;
  readonly confirmOver: number;
}

export function define(command: Command, cli: CliContext): void {
  command
    .argument("<task>", "a built-in task or a task folder")
    .option("--quick", "two seeds, four configurations, every row from one trained policy")
    .option("--ablation", "every row: none, human, full prior, random, designed, without prior")
    .option("--reward <reward>", "human, sparse, a reward file, or a run of `design`", "human")
    .addOption(engineFlag("the task's; the exam is in the other one"))
    .addOption(
      new Option("--set <path=value>", "a setting of the transfer; may be given again")
        .argParser((value: string, before: readonly string[]) => [...before, value])
        .default([], "by size"),
    )
    .option("--name <name>", "name of the run (default: task, date and a number)")
    .option("--slots <n>", "trainings at once (default: one a core)", integer(1))
    .addOption(
      new Option("--designer <name>", "who designs randomizations")
        .choices(["offline", ...chatDesigners])
        .default("offline"),
    )
    .option("--prompts <pack>", "prompt pack or folder", "dreureka")
    .option("--recording <file>", "conversations that --designer recorded answers from")
    .option(
      "--confirm-over <usd>",
      "ask before an estimate above this many US dollars",
      number(0),
      1,
    )
    .addHelpText("after", assignmentHelp(transferSettingsSchema));
  addSettingFlags(command, llmFlagsSchema, { group: "Language model:", environment: false });
  command.action((task: string, flags: TransferFlags) =>
    begin(cli, task, flags, givenSettings(command, llmFlagsSchema)),
  );
}

async function begin(
  cli: CliContext,
  name: string,
  flags: TransferFlags,
  llm: LlmFlags,
): Promise<void> {
  const task = compileTask(inEngine(await loadTask(name), flags.engine));
  passMark(task, transferOf(task));
  const { quick = false, ablation = false, designer, prompts, recording = null } = flags;
  const size = transferSize(task.task.definition, { quick, ablation });
  const settings = resolveSettings(
    transferSettingsSchema,
    {
      ...size,
      ...(flags.slots !== undefined && { slots: flags.slots }),
      ...JSON.parse(JSON.stringify({ designer, prompts, recording, llm })),
    },
    parseAssignments(flags.set, transferSettingsSchema),
  );
  const reward = await rewardOf(cli, task, flags.reward);
  // What can be wrong with it is found out before anything is made.
  if (designer !== "offline") {
    await chatOf(cli, settings, task, flags.recording ?? ".", flags.confirmOver);
  }
  const run = createRun(
    {
      runsRoot: cli.runsFolder,
      task: name,
      options: { transfer: JSON.parse(JSON.stringify(settings)), rewardLabel: reward.label },
      ...(flags.name !== undefined && { name: flags.name }),
    },
    () => new Date(),
  );
  run.write(transferFiles.reward, reward.source);
  run.write(transferFiles.rewardProgram, `${JSON.stringify(reward.program)}\n`);
  await goOn(cli, run, task, settings);
}

/** Goes on with a transfer that was stopped or killed. */
export async function resumeTransfer(
  cli: CliContext,
  run: RunFolder,
  settings: TransferSettings,
): Promise<void> {
  const state = transferStateOf(run);
  if (isOver(state)) {
    cli.terminal.line(`${run.info.name} is finished; nothing is left to do.`);
    return printEnd(cli, run, state);
  }
  const task = compileTask(inEngine(await loadTask(run.info.task), settings.engine));
  await goOn(cli, run, task, settings);
}

export function transferStateOf(run: RunFolder): TransferState {
  return foldTransfers(readEventLog(run.path(transferLogFile), transferFormat).events);
}

async function goOn(
  cli: CliContext,
  run: RunFolder,
  task: CompiledTask,
  settings: TransferSettings,
): Promise<void> {
  const { terminal, runsFolder, signal } = cli;
  const resume = `${cli.invocation} resume ${run.info.name}${runsFlag(cli)}`;
  cli.onStop = `Go on with: ${resume}`;
  const slots = settings.slots ?? availableParallelism();
  const view = new TransferView(terminal, task, settings, transferStateOf(run), slots);
  for (const line of view.announcement()) terminal.line(line);
  terminal.line(
    `run        ${path.relative(process.cwd(), run.folder)} (Ctrl-C stops; ${resume} goes on)`,
  );
  terminal.line();
  const executor = createLocalExecutor({ runsRoot: runsFolder, slots });
  const measurer = createMeasurer(slots);
  let state: TransferState;
  try {
    state = await runTransfer({
      run,
      runsRoot: runsFolder,
      task,
      reward: {
        program: parseProgram(JSON.parse(run.read(transferFiles.rewardProgram))),
        source: run.read(transferFiles.reward),
        label: String(run.info.options["rewardLabel"] ?? "a reward"),
      },
      settings,
      designer: await designerOf(cli, run, task, settings),
      executor,
      measurer,
      exportPolicy: (chosen) => exportChosen(run, chosen),
      machine: `${cpus()[0]?.model.trim() || "unknown processor"}, ${availableParallelism()} cores, ${platform()}, Node ${process.versions.node}`,
      signal,
      observer: view,
      now: () => new Date(),
      cpuSeconds: () => process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6,
    });
  } finally {
    view.end();
    await measurer.close();
    await executor.close();
  }
  printEnd(cli, run, state);
}

/** Configurations in one answer of a model: few enough to be thought about and not cut short. */
const perAnswer = 4;

function chatOf(
  cli: CliContext,
  { designer, prompts, configurations, llm, recording }: TransferSettings,
  { task }: CompiledTask,
  folder: string,
  confirmOver = Number.POSITIVE_INFINITY,
) {
  return chooseChat(cli, {
    designer,
    pack: prompts,
    task,
    count: configurations,
    perAnswer,
    llm: llm as LlmFlags,
    recording,
    confirmOver,
    folder,
  });
}

async function designerOf(
  cli: CliContext,
  run: RunFolder,
  task: CompiledTask,
  settings: TransferSettings,
): Promise<ConfigurationDesigner> {
  if (settings.designer === "offline") {
    return offlineConfigurationDesigner(transferSeeds.configurations);
  }
  const chat = await chatOf(cli, settings, task, run.folder);
  return {
    description:
      settings.designer === "openai" ? `language model ${chat.client.model}` : settings.designer,
    async design(loaded, prior, count, signal) {
      const { configurations, refused } = await askForConfigurations({
        ...chat,
        task: loaded,
        prior,
        count,
        perAnswer,
        // Told apart in recordings.
        run: prior ? "with prior" : "without prior",
        signal,
      });
      for (const issue of refused.flat()) cli.terminal.problem(formatIssue(issue, "answer"));
      return configurations;
    },
  };
}

async function exportChosen(run: RunFolder, chosen: ChosenPolicy): Promise<string> {
  const { key, job, policy, steps, exam, configuration } = chosen;
  await exportPolicy({
    folder: run.path(transferFiles.robot),
    task: job.task,
    reward: job.reward,
    rewardCode: run.read(transferFiles.reward),
    policy,
    engine: job.engine,
    randomize: true,
    about: {
      label: trainingName(key),
      run: run.info.name,
      seed: key.seed,
      steps,
      fitness: null,
    },
    exam,
    randomizationDesign: configuration,
  });
  return transferFiles.robot;
}

/** The report as it was written at the end; a transfer has none before. */
export function printTransferReport({ terminal, invocation }: CliContext, run: RunFolder): void {
  const state = transferStateOf(run);
  if (state.report === null) {
    throw new RewardsmithError("E_RUN_NO_REPORT", "the transfer has not come to its end", {
      where: run.folder,
      hint: `continue it: ${invocation} resume ${run.info.name}`,
    });
  }
  const markdown = run.read(state.report);
  terminal.record({ run: run.info.name, state, markdown });
  terminal.line(markdown.trimEnd());
}

function printEnd(cli: CliContext, run: RunFolder, state: TransferState): void {
  const { terminal, invocation } = cli;
  const shown = (file: string) => path.relative(process.cwd(), run.path(file));
  terminal.record({ type: "transfer", run: run.info.name, state });
  const [best] = state.chosen?.policies ?? [];
  if (best && run.has("exam.json")) {
    const exam = examSchema.parse(JSON.parse(run.read("exam.json")));
    terminal.line(`chosen     ${trainingName(best)}: ${state.chosen?.why}`);
    terminal.line(`exam       ${examVerdict(exam)}`);
  }
  terminal.line(`trained    ${formatCount(costsOf(state).steps)} environment steps`);
  const again = state.failed.filter(isPassing).length;
  if (again > 0) {
    terminal.line(
      `failed     ${again} of the trainings by a fault of this machine; try again: ${invocation} resume ${run.info.name}${runsFlag(cli)}`,
    );
  }
  if (state.report) terminal.line(`report     ${shown(state.report)}`);
  if (state.exported) {
    terminal.line(
      `robot      ${shown(state.exported)} (${invocation} run ${shown(state.exported)})`,
    );
  }
}

/** The task's own reward, a file's, or the best that a search has found for the same task. */
async function rewardOf(cli: CliContext, task: CompiledTask, name: string) {
  if (name === "human" || name === "sparse" || /\.ts$/.test(name)) {
    const reward = await readReward(task, name, cli.signal);
    for (const warning of reward.warnings) cli.terminal.problem(warning);
    return reward;
  }
  const run = openRun(cli.runsFolder, name);
  const state = foldAll(readEventLog(run.eventsFile, eventFormat).events);
  const best = reportedBest(state);
  const attempt = best?.attempts.at(-1);
  if (!best || !attempt?.source) {
    throw new RewardsmithError("E_RUN_NO_REWARD", "the run has found no reward yet", {
      where: run.folder,
      hint: `continue it: ${cli.invocation} resume ${run.info.name}`,
    });
  }
  const reward = await readReward(task, run.path(attempt.source), cli.signal);
  return { ...reward, label: `the reward of ${run.info.name}, candidate ${best.id}` };
}
