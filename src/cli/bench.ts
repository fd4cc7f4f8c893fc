/** `bench`: prints tables of ratios, each measured in one interleaved run on this machine. */
import { writeFile } from "node:fs/promises";
import { availableParallelism, cpus } from "node:os";
import { Argument, type Command } from "commander";
import type { Benchmark, BenchmarkTable } from "./bench/benchmark.js";
import { benchLearn } from "./bench/learn.js";
import { benchReward } from "./bench/reward.js";
import { benchSearch } from "./bench/search.js";
import { benchSim } from "./bench/sim.js";
import { benchTrain } from "./bench/train.js";
import type { CliContext } from "./context.js";
import { formatDuration } from "./progress.js";
import { plainLineMs, table } from "./terminal.js";

const quick = ["sim", "learn", "reward", "train"] as const;

export function define(command: Command, cli: CliContext): void {
  command
    .addArgument(
      new Argument(
        "[table]",
        "which one (default: all but search, which takes half an hour)",
      ).choices([...quick, "search"]),
    )
    .option("--task <task>", "task of bench search", "cartpole-swingup")
    .option("--out <file>", "also write the tables as Markdown");
  command.action(async (name: string | undefined, flags: { task: string; out?: string }) => {
    const benchmarks: Record<string, () => Benchmark> = {
      sim: () => benchSim,
      learn: () => benchLearn,
      reward: () => benchReward,
      train: () => benchTrain(cli.runsFolder),
      search: () => benchSearch(cli, flags.task),
    };
    cli.onStop = "The same command goes on: what was trained is in the job store.";
    const tables: BenchmarkTable[] = [];
    for (const wanted of name === undefined ? quick : [name]) {
      const measured = await measure(cli, benchmarks[wanted]());
      tables.push(measured);
      cli.terminal.record({ benchmark: wanted, ...measured });
    }
    if (flags.out) await writeFile(flags.out, tables.map(markdown).join("\n"));
  });
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
