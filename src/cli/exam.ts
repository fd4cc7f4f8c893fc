/** `exam`: a policy in the engine it was not trained in, world by world. */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type Command, Option } from "commander";
import { RewardsmithError } from "../core/errors.js";
import { openRun } from "../run/run-folder.js";
import { type EngineName, engineNames } from "../sim/simulator.js";
import { type Exam, otherEngine, sitExam } from "../transfer/exam.js";
import { examFigure, examMarkdown, examTable, examVerdict } from "../transfer/exam-page.js";
import { createMeasurer } from "../transfer/measurer.js";
import type { CliContext } from "./context.js";
import { knownPolicy } from "./known-policy.js";
import { integer, number } from "./parse-number.js";
import { Progress } from "./progress.js";
import { table } from "./terminal.js";

interface ExamFlags {
  readonly task?: string;
  readonly engine?: EngineName;
  readonly episodes: number;
  readonly seconds?: number;
  readonly suite: readonly string[];
  readonly seed: number;
  readonly threads?: number;
  readonly out?: string;
}

export function define(command: Command, cli: CliContext): void {
  command
    .argument("<policy>", "a run, a result as job@steps, a checkpoint or demo file, or a task")
    .option("--task <task>", "what a checkpoint file from elsewhere was trained for")
    .addOption(
      new Option("--engine <engine>", "where it is examined (default: the other one)").choices(
        engineNames,
      ),
    )
    .option("--episodes <n>", "episodes in each world", integer(1), 200)
    .option("--seconds <s>", "length of an episode (default: the task's)", number(0.1))
    .addOption(
      new Option("--suite <name>", "only this suite beside the nominal world; may be given again")
        .argParser((value: string, before: readonly string[]) => [...before, value])
        .default([], "all"),
    )
    .option("--seed <n>", "which beginnings are drawn", integer(0), 0)
    .option("--threads <n>", "cores to use (default: all)", integer(1))
    .option("--out <folder>", "where exam.json, exam.md and exam.svg go (default: a run's folder)");
  command.action((policy: string, flags: ExamFlags) => exam(cli, policy, flags));
}

async function exam(cli: CliContext, name: string, flags: ExamFlags): Promise<void> {
  const { terminal, signal } = cli;
  const { task, policy, scene, about } = await knownPolicy(cli, name, flags.task);
  const { engine = otherEngine(scene.engine), episodes, seed, suite } = flags;
  terminal.line(
    `Exam of ${about.label}: trained in ${scene.engine}, examined in ${engine}, ${episodes} episodes in each world`,
  );
  cli.onStop = "An exam begins anew; --suite NAME sits a part of it.";
  const measurer = createMeasurer(flags.threads);
  const progress = new Progress(terminal, { label: "exam", total: 100, unit: "%" });
  let sat: Exam;
  try {
    sat = await sitExam({
      task,
      policy,
      trainedIn: scene.engine,
      engine,
      episodes,
      seconds: flags.seconds,
      seed,
      suites: suite.length > 0 ? suite : undefined,
      measure: measurer.measure,
      signal,
      onProgress: (share) => progress.update(100 * share),
    });
  } finally {
    progress.end();
    await measurer.close();
  }
  const folder = flags.out ?? runFolderOf(cli, name);
  terminal.record({ type: "exam", label: about.label, ...sat });
  for (const line of table(examTable(sat))) terminal.line(line);
  terminal.line();
  const { green, red } = terminal.color;
  terminal.line((sat.passed ? green : red)(examVerdict(sat)));
  if (folder !== null) {
    writeExam(folder, sat);
    terminal.line(`written to ${path.relative(process.cwd(), path.join(folder, "exam.json"))}`);
  }
}

export function writeExam(folder: string, exam: Exam): void {
  const files = {
    "exam.json": `${JSON.stringify(exam, null, 1)}\n`,
    "exam.svg": examFigure(exam),
    "exam.md": examMarkdown(exam, "exam.svg"),
  };
  try {
    mkdirSync(folder, { recursive: true });
    for (const [file, text] of Object.entries(files)) writeFileSync(path.join(folder, file), text);
  } catch (cause) {
    throw new RewardsmithError("E_EXAM_OUTPUT", "the exam cannot be written", {
      where: folder,
      hint: "name a folder that may be written to: --out FOLDER",
      cause,
    });
  }
}

/** A run keeps its exam; nothing else has a place for it. */
function runFolderOf({ runsFolder }: CliContext, name: string): string | null {
  try {
    return openRun(runsFolder, name).folder;
  } catch {
    return null;
  }
}
