/** From arguments to exit code: finds the command, parses its flags, prints any error once. */
import path from "node:path";
import { createInterface } from "node:readline/promises";
import { fileURLToPath } from "node:url";
import { Command, CommanderError, Option } from "commander";
import { formatError, RewardsmithError } from "../core/errors.js";
import { nearestName } from "../core/nearest-name.js";
import { diskError } from "../run/disk.js";
import { type CommandEntry, commandEntries } from "./commands.js";
import type { CliContext } from "./context.js";
import { exitCode, exitCodeMeanings, exitCodeOf, isAbort } from "./exit-codes.js";
import { type InterruptSource, listenForInterrupt } from "./interrupt.js";
import { type OutputStream, Terminal } from "./terminal.js";
import { version } from "./version.js";

/** The process, or a test's stand-in for it. */
export interface CliProcess extends InterruptSource {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Node and the script, then what was typed. */
  readonly argv: readonly string[];
}

export async function runCli(
  host: CliProcess,
  entries: readonly CommandEntry[] = commandEntries,
): Promise<number> {
  const args = helpAsFlag(host.argv.slice(2));
  const terminal = new Terminal({ ...streams(host), json: hasFlag(args, "--json") });
  const interrupt = listenForInterrupt(host, (text) => terminal.problem(`\n${text}`));
  const cli: CliContext = {
    terminal,
    env: host.env,
    invocation: invocation(host),
    runsFolder: "runs",
    signal: interrupt.signal,
    onStop: "",
    exitCode: exitCode.done,
    canAsk: host.stdin.isTTY === true && host.stderr.isTTY === true,
    ask: (question) => ask(host, question),
  };
  try {
    await dispatch(args, entries, cli, host);
    return cli.exitCode;
  } catch (error) {
    terminal.endShow();
    return explain(error, cli, hasFlag(args, "--debug"));
  } finally {
    interrupt.dispose();
  }
}

async function dispatch(
  args: readonly string[],
  entries: readonly CommandEntry[],
  cli: CliContext,
  host: CliProcess,
): Promise<void> {
  const at = args.findIndex((arg, i) => !arg.startsWith("-") && args[i - 1] !== "--runs");
  const name = args[at];
  if (name === undefined) {
    if (hasFlag(args, "--version") || args.includes("-V")) return cli.terminal.line(version());
    const unknown = args.find((arg) => !["--help", "-h", "--json", "--debug"].includes(arg));
    if (unknown)
      throw usageError(
        `unknown option ${unknown}`,
        cli,
        nearestName(unknown, ["--help", "--version"]),
      );
    return cli.terminal.line(overview(entries, cli.invocation));
  }
  const entry = entries.find((candidate) => candidate.name === name);
  if (!entry) {
    const meant = nearestName(
      name,
      entries.map((candidate) => candidate.name),
    );
    throw usageError(`unknown command "${name}"`, cli, meant);
  }
  const command = new Command(`${cli.invocation} ${entry.name}`)
    .description(entry.summary)
    .showHelpAfterError(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => host.stdout.write(text),
      writeErr: () => {},
      getOutHelpWidth: () => cli.terminal.columns,
      getOutHasColors: () => cli.terminal.live,
    })
    .addHelpText("after", `\nExample:\n  ${cli.invocation} ${entry.example}`);
  (await entry.load()).define(command, cli);
  for (const option of commonOptions()) command.addOption(option);
  prepareSubcommands(command);
  command.hook("preAction", (_, action) => {
    Object.assign(cli, { runsFolder: path.resolve(action.optsWithGlobals()["runs"]) });
  });
  try {
    await command.parseAsync([...args.slice(0, at), ...args.slice(at + 1)], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return;
    // A command of commands, given none: commander has written its help to the silenced stream.
    if (error.code === "commander.help") return command.outputHelp();
    const [, text, meant] =
      /^(?:error: )?([\s\S]*?)(?:\n\(Did you mean (?:one of )?(.*?)\?\))?$/.exec(error.message) ??
      [];
    throw usageError(text ?? error.message, cli, meant, entry.name);
  }
}

function commonOptions(): Option[] {
  const group = "Everywhere:";
  return [
    new Option("--runs <folder>", "where runs and trained jobs are kept")
      .default("runs")
      .env("REWARDSMITH_RUNS")
      .helpGroup(group),
    new Option("--json", "JSON lines on standard output, words on standard error").helpGroup(group),
    new Option("--debug", "print the stack of an error").helpGroup(group),
  ];
}

/** Subcommands throw and print as their parent does, and know its common options. */
function prepareSubcommands(command: Command): void {
  for (const child of command.commands) {
    child.copyInheritedSettings(command).configureHelp({ showGlobalOptions: true });
    prepareSubcommands(child);
  }
}

function usageError(
  message: string,
  cli: CliContext,
  meant: string | undefined,
  command?: string,
): RewardsmithError {
  const help = [cli.invocation, command, "--help"].filter(Boolean).join(" ");
  return new RewardsmithError("E_CLI_USAGE", message, {
    hint: meant ? `did you mean ${meant}? (${help} lists all)` : `${help} lists what there is`,
  });
}

/** Prints an error once, for people or as JSON, and says which exit code it is. */
function explain(thrown: unknown, cli: CliContext, debug: boolean): number {
  const { terminal } = cli;
  const error = ofDisk(thrown);
  const stopped = cli.signal.aborted && (isAbort(error) || exitCodeOf(error) === exitCode.stopped);
  if (stopped) {
    terminal.problem(["Stopped.", cli.onStop].filter(Boolean).join(" "));
    terminal.record({ error: { code: "E_STOPPED", message: "stopped", hint: cli.onStop } });
    return exitCode.stopped;
  }
  const red = terminal.color.red;
  terminal.problem(red(formatError(error)));
  if (debug && error instanceof Error) terminal.problem(stackOf(error));
  else if (!(error instanceof RewardsmithError)) {
    terminal.problem("  → this is a defect of rewardsmith; --debug prints where it happened");
  }
  terminal.record({ error: errorRecord(error) });
  return exitCodeOf(error);
}

/** Whatever was being read or written, a disk that refuses is no defect of ours. */
function ofDisk(error: unknown): unknown {
  const place = (error as NodeJS.ErrnoException | null)?.path;
  return place === undefined ? error : diskError(error, place);
}

function errorRecord(error: unknown): Record<string, unknown> {
  if (!(error instanceof RewardsmithError)) return { code: "E_INTERNAL", message: String(error) };
  const { code, message, where, hint } = error;
  return { code, message, where, hint };
}

function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by ${stackOf(error.cause)}` : "";
  return `${error.stack ?? error.message}${cause}`;
}

function overview(entries: readonly CommandEntry[], invocation: string): string {
  const lines = [
    `rewardsmith ${version()}: designs reward functions for robots and trains policies with them.`,
    "",
    `Usage: ${invocation} <command> [options]`,
  ];
  const width = Math.max(...entries.map((entry) => entry.usage.length));
  for (const group of new Set(entries.map((entry) => entry.group))) {
    lines.push("", `${group}:`);
    for (const entry of entries.filter((candidate) => candidate.group === group)) {
      lines.push(`  ${entry.usage.padEnd(width)}  ${entry.summary}`);
      lines.push(`  ${"".padEnd(width)}  $ ${invocation} ${entry.example}`);
    }
  }
  lines.push(
    "",
    "Exit codes:",
    ...exitCodeMeanings.map(([code, meaning]) => `  ${code}  ${meaning}`),
  );
  lines.push("", `${invocation} <command> --help explains a command and all its flags.`);
  return lines.join("\n");
}

/** `help design` means `design --help`. */
function helpAsFlag(args: readonly string[]): readonly string[] {
  return args[0] === "help" ? [...args.slice(1), "--help"] : args;
}

function hasFlag(args: readonly string[], flag: string): boolean {
  const end = args.indexOf("--");
  return (end < 0 ? args : args.slice(0, end)).includes(flag);
}

function streams(host: CliProcess) {
  return { stdout: host.stdout, stderr: host.stderr, env: host.env };
}

const packageFolder = fileURLToPath(new URL("../../", import.meta.url));

/**
 * The words that start this program again from where the user is: its name when installed, npx inside
 * the package's own folder (which finds its command), the script itself elsewhere.
 */
function invocation(host: CliProcess): string {
  const script = host.argv[1] ?? "";
  if (path.basename(script) === "rewardsmith") {
    return host.env["npm_command"] === "exec" ? "npx rewardsmith" : "rewardsmith";
  }
  const inside = !path.relative(packageFolder, process.cwd()).startsWith("..");
  return inside ? "npx rewardsmith" : `node ${path.relative(process.cwd(), script) || script}`;
}

async function ask(host: CliProcess, question: string): Promise<boolean> {
  const prompt = createInterface({ input: host.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await prompt.question(`${question} [y/N] `)).trim());
  } finally {
    prompt.close();
  }
}
