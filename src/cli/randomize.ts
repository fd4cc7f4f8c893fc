/** `randomize`: domain randomizations for a policy's successors, from a model or without one. */
import { mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { type Command, Option } from "commander";
import { formatIssue, RewardsmithError } from "../core/errors.js";
import { llmFlagsSchema } from "../llm/settings.js";
import { diskError, writeAtomic } from "../run/disk.js";
import { boundsOf } from "../task/distribution.js";
import type { LoadedTask } from "../task/loaded-task.js";
import { askForConfigurations } from "../transfer/ask-configurations.js";
import { type FeasibleIntervals, parseConfiguration } from "../transfer/check-configuration.js";
import type { RandomizationConfiguration } from "../transfer/configuration.js";
import { short } from "../transfer/figures.js";
import {
  makeConfigurations,
  type PlainDesigner,
  plainDesigners,
  uninformedPrior,
} from "../transfer/made-configurations.js";
import { feasibleIntervals } from "../transfer/prior.js";
import { policyName } from "../transfer/rapp.js";
import { readPrior } from "../transfer/rapp-store.js";
import { chatDesigners, chooseChat } from "./choose-chat.js";
import type { CliContext } from "./context.js";
import { exitCode } from "./exit-codes.js";
import { type KnownPolicy, knownPolicy } from "./known-policy.js";
import { integer, number } from "./parse-number.js";
import { priorFolder } from "./prior-folder.js";
import { cemDefaults, configurationsByCem } from "./randomize-cem.js";
import { addSettingFlags, givenSettings } from "./setting-flags.js";
import { table } from "./terminal.js";

interface RandomizeFlags {
  readonly task?: string;
  readonly designer: string;
  readonly configurations: number;
  readonly perAnswer?: number;
  readonly prior?: string;
  readonly withoutPrior?: boolean;
  readonly check?: string;
  readonly prompts: string;
  readonly recording?: string;
  readonly confirmOver: number;
  readonly prices?: string;
  readonly seed: number;
  readonly generations: number;
  readonly population: number;
  readonly steps?: number;
  readonly out?: string;
}

const defaultPack = "dreureka";
/** Configurations in one answer of a model: few enough to be thought about and not cut short. */
const usualPerAnswer = 4;

export function define(command: Command, cli: CliContext): void {
  command
    .argument("<policy>", "a run, a result as job@steps, a checkpoint or demo file, or a task")
    .option("--task <task>", "what a checkpoint file from elsewhere was trained for")
    .addOption(
      new Option("--designer <name>", "who chooses")
        .choices([...plainDesigners, "cem", ...chatDesigners])
        .default("offline"),
    )
    .option("-n, --configurations <n>", "how many are wanted", integer(1), 16)
    .option(
      "--per-answer <n>",
      `how many one answer is asked for (default: ${usualPerAnswer}, of a person all)`,
      integer(1),
    )
    .addOption(
      new Option("--prior <file>", "a prior.json (default: the policy's own)").conflicts(
        "withoutPrior",
      ),
    )
    .option("--without-prior", "tell and hold the designer to no prior, for comparison")
    .option("--check <file>", "takes configurations from a file instead, where they pass")
    .option("--prompts <pack>", "prompt pack or folder", defaultPack)
    .option("--recording <file>", "conversations that --designer recorded answers from")
    .option(
      "--confirm-over <usd>",
      "ask before an estimate above this many US dollars",
      number(0),
      1,
    )
    .option("--prices <file>", "JSON file with prices of models")
    .option("--seed <n>", "of what is drawn", integer(0), 0)
    .option("--generations <n>", "of --designer cem", integer(1), cemDefaults.generations)
    .option("--population <n>", "trainings in each generation", integer(2), cemDefaults.population)
    .option(
      "--steps <n>",
      "environment steps of each (default: the task's for searching)",
      integer(1),
    )
    .option("--out <folder>", "where configurations.json goes (default: beside the prior)");
  addSettingFlags(command, llmFlagsSchema, { group: "Language model:", environment: false });
  command.action((policy: string, flags: RandomizeFlags) => randomize(cli, command, policy, flags));
}

async function randomize(
  cli: CliContext,
  command: Command,
  name: string,
  flags: RandomizeFlags,
): Promise<void> {
  const { terminal } = cli;
  const known = await knownPolicy(cli, name, flags.task);
  const { policy } = known;
  const folder = flags.out ?? priorFolder(cli, name, policy);
  const prior = priorFor(cli, name, flags, policyName(policy), priorFolder(cli, name, policy));
  const made = await configurationsFrom(cli, command, name, flags, known, prior, folder);
  const file = path.join(folder, "configurations.json");
  try {
    mkdirSync(folder, { recursive: true });
    writeAtomic(file, `${JSON.stringify(made, null, 1)}\n`);
  } catch (error) {
    throw diskError(error, folder);
  }
  terminal.record({ type: "configurations", file, configurations: made });
  for (const configuration of made) printConfiguration(cli, configuration);
  if (made.length < wantedOf(flags)) cli.exitCode = exitCode.failed;
  terminal.line(`${made.length} written to ${path.relative(process.cwd(), file)}`);
}

/** Fewer than these is a failure; some designers have only one. */
function wantedOf({ designer, configurations, check }: RandomizeFlags): number {
  return check === undefined && (chatDesigners as readonly string[]).includes(designer)
    ? configurations
    : 1;
}

async function configurationsFrom(
  cli: CliContext,
  command: Command,
  name: string,
  flags: RandomizeFlags,
  policy: KnownPolicy,
  prior: FeasibleIntervals | null,
  folder: string,
): Promise<readonly RandomizationConfiguration[]> {
  const { designer, configurations: count, check, prompts, seed } = flags;
  const { task } = policy.task;
  if (check !== undefined) return checkedFile(check, task, prior ?? undefined);
  if ((plainDesigners as readonly string[]).includes(designer)) {
    const known = prior ?? uninformedPrior(task);
    return makeConfigurations(designer as PlainDesigner, task, known, count, seed);
  }
  if (designer === "cem") {
    const { definition } = task;
    const { generations, population, steps = definition.searchSteps ?? definition.steps } = flags;
    const settings = { ...cemDefaults, generations, population, steps, seed };
    return configurationsByCem(cli, policy, prior ?? uninformedPrior(task), count, settings);
  }
  const perAnswer = flags.perAnswer ?? (designer === "manual" ? count : usualPerAnswer);
  const chat = await chooseChat(cli, {
    designer,
    pack: prompts,
    task,
    prior: prior ?? undefined,
    count,
    perAnswer,
    llm: givenSettings(command, llmFlagsSchema),
    recording: flags.recording ?? null,
    prices: flags.prices,
    confirmOver: flags.confirmOver,
    folder,
  });
  const { configurations, refused } = await askForConfigurations({
    ...chat,
    task,
    prior: prior ?? undefined,
    count,
    perAnswer,
    run: `randomize ${path.basename(name)}`,
    signal: cli.signal,
  });
  for (const issues of refused) {
    for (const issue of issues) cli.terminal.problem(formatIssue(issue, "answer"));
  }
  return configurations;
}

/** Null where none is to be told. */
function priorFor(
  { invocation }: CliContext,
  name: string,
  { prior, withoutPrior, designer }: RandomizeFlags,
  policy: string,
  own: string,
): FeasibleIntervals | null {
  if (withoutPrior) return null;
  if (prior === undefined && (designer === "human" || designer === "none")) return null;
  const read = readPrior(prior ?? own);
  if (read.policy !== policy && prior === undefined) {
    throw new RewardsmithError("E_PRIOR_POLICY", "the prior was measured for another policy", {
      where: own,
      hint: `measure it again (${invocation} rapp ${name}), or name it if that is meant: --prior FILE`,
    });
  }
  return feasibleIntervals(read);
}

function checkedFile(
  file: string,
  task: LoadedTask,
  prior: FeasibleIntervals | undefined,
): RandomizationConfiguration[] {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, "utf8"));
  } catch (cause) {
    throw new RewardsmithError("E_CONFIGURATION_INVALID", `no JSON: ${(cause as Error).message}`, {
      where: file,
      hint: "give a configuration, or a list of them",
      cause,
    });
  }
  return [value].flat().map((one) => parseConfiguration(one, task, file, prior));
}

function printConfiguration({ terminal }: CliContext, one: RandomizationConfiguration): void {
  terminal.line(`${terminal.color.bold(one.name)}  ${terminal.color.dim(`by ${one.designer}`)}`);
  const rows = Object.entries(one.ranges).map(([name, { distribution }]) => {
    const [low, high] = boundsOf(distribution);
    return [name, short(low), short(high), one.reasons[name] ?? ""];
  });
  if (rows.length === 0) terminal.line("  nothing is randomized");
  else for (const line of table([["parameter", "from", "to", "why"], ...rows])) terminal.line(line);
  terminal.line();
}
