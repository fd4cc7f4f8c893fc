/** `bench`: prints tables of ratios, each measured in one interleaved run on this machine. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { Argument, type Command, Option } from "commander";
import { RewardsmithError } from "../core/errors.js";
import type { Benchmark, BenchmarkTable } from "./bench/benchmark.js";
import { benchLearn } from "./bench/learn.js";
import { benchReward } from "./bench/reward.js";
import { benchRun } from "./bench/run.js";
import { benchSearch } from "./bench/search.js";
import { benchSim } from "./bench/sim.js";
import { type BaselineName, baselineNames, benchTasks } from "./bench/tasks.js";
import { benchTrain } from "./bench/train.js";
import { benchView } from "./bench/view.js";
import { benchWatch } from "./bench/watch.js";
import type { CliContext } from "./context.js";
import { integer } from "./parse-number.js";
import { formatDuration } from "./progress.js";
import { plainLineMs, table } from "./terminal.js";

const quick = ["sim", "learn", "reward", "train", "view"] as const;

interface BenchFlags {
  readonly task: readonly string[];
  readonly seeds: number;
  readonly episodes: number;
  readonly seconds: number;
  readonly reward?: BaselineName;
  readonly out?: string;
}

export function define(command: Command, cli: CliContext): void {
  command
    .addArgument(
      new Argument(
        "[table]",
        "which one (default: all but watch, run, search and tasks, which take long)",
      ).choices([...quick, "watch", "run", "search", "tasks"]),
    )
    .addOption(
      new Option("--task <task>", "task of the benchmark; may be given again")
        .argParser((value: string, before: readonly string[]) => [...before, value])
        .default([], "those the table is about"),
    )
    .option("--seeds <n>", "bench tasks: seeds 1 to n", integer(1), 5)
    .addOption(new Option("--reward <reward>", "bench tasks: only this one").choices(baselineNames))
    .option("--episodes <n>", "bench tasks: test episodes of each policy", integer(1), 64)
    .option("--seconds <s>", "bench run: how long", integer(1), 60)
    .option(
      "--out <file>",
      "also write the tables as Markdown; a file that has <!-- bench NAME --> and <!-- end --> keeps the rest",
    );
  command.action(async (name: string | undefined, flags: BenchFlags) => {
    const [searched = "cartpole-swingup"] = flags.task;
    const written = new Map<string, BenchmarkTable>();
    const write = (wanted: string, table: BenchmarkTable) => {
      written.set(wanted, table);
      if (flags.out) writeTables(flags.out, written);
    };
    const benchmarks: Record<string, () => Benchmark> = {
      sim: () => benchSim(flags.task),
      learn: () => benchLearn,
      reward: () => benchReward,
      train: () => benchTrain(flags.task),
      view: () => benchView,
      run: () => benchRun({ seconds: flags.seconds }),
      watch: () => benchWatch(flags.task),
      search: () => benchSearch(cli, searched),
      tasks: () =>
        benchTasks({
          runsFolder: cli.runsFolder,
          tasks: flags.task,
          rewards: flags.reward ? [flags.reward] : baselineNames,
          seeds: Array.from({ length: flags.seeds }, (_, i) => i + 1),
          episodes: flags.episodes,
          onTable: (table) => write("tasks", table),
        }),
    };
    cli.onStop = "The same command goes on: what was trained is in the job store.";
    for (const wanted of name === undefined ? quick : [name]) {
      const measured = await measure(cli, benchmarks[wanted]());
      write(wanted, measured);
      cli.terminal.record({ benchmark: wanted, ...measured });
    }
  });
}

/** Writes all tables as a file of their own, or each between its markers in one that has them. */
function writeTables(file: string, tables: ReadonlyMap<string, BenchmarkTable>): void {
  let text = existsSync(file) ? readFileSync(file, "utf8") : "";
  let marked = false;
  for (const [name, table] of tables) {
    const begin = `<!-- bench ${name} -->`;
    const at = text.indexOf(begin);
    if (at < 0) continue;
    const end = text.indexOf("<!-- end -->", at);
    if (end < 0) {
      throw new RewardsmithError("E_BENCH_MARKERS", `"${begin}" has no "<!-- end -->" after it`, {
        where: file,
        hint: "add a line <!-- end --> where the table ends",
      });
    }
    marked = true;
    const body = markdown(table).split("\n").slice(2).join("\n");
    text = `${text.slice(0, at + begin.length)}\n${body}${text.slice(end)}`;
  }
  writeFileSync(file, marked ? text : [...tables.values()].map(markdown).join("\n"));
}

async function measure(cli: CliContext, benchmark: Benchmark): Promise<BenchmarkTable> {
  const { terminal, signal } = cli;
  const started = terminal.now();
  let lastLine = started;
  try {
    const measured = await benchmark((text) => {
      const elapsed = formatDuration((terminal.now() - started) / 1000);
      terminal.show(() => [`${terminal.color.dim(elapsed)}  ${text}`]);
      if (!terminal.live && terminal.now() - lastLine > plainLineMs) {
        lastLine = terminal.now();
        terminal.line(`${elapsed}  ${text}`);
      }
    }, signal);
    terminal.endShow();
    terminal.line(terminal.color.bold(measured.title));
    for (const line of table(measured.rows)) terminal.line(line);
    for (const note of [...measured.notes, machine()])
      terminal.line(terminal.color.dim(`  ${note}`));
    terminal.line();
    return measured;
  } finally {
    terminal.endShow();
  }
}

function markdown({ title, rows, notes }: BenchmarkTable): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const [head, ...body] = rows;
  return [
    `### ${title}`,
    "",
    line(head),
    line(head.map(() => "---")),
    ...body.map(line),
    "",
    ...[...notes, machine()].map((note) => `- ${note}`),
    "",
  ].join("\n");
}

function machine(): string {
  return `${cpus()[0]?.model.trim() || "unknown processor"}, ${availableParallelism()} cores, Node ${process.versions.node}`;
}
