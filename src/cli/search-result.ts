/** What a search ends with: the best reward's code, the comparison, and what to try next. */
import path from "node:path";
import { reportedBest } from "../design/report.js";
import { type Comparison, compareFinals, type FinalSummary } from "../design/score.js";
import type { RunState } from "../events/run-state.js";
import type { RunFolder } from "../run/run-folder.js";
import { type CliContext, runsFlag } from "./context.js";
import { formatFitness, formatInterval } from "./numbers.js";
import { formatCount, formatDuration } from "./progress.js";
import { table } from "./terminal.js";

export function printSearchResult(cli: CliContext, run: RunFolder, state: RunState): void {
  const { terminal } = cli;
  const { color } = terminal;
  const best = reportedBest(state);
  const source = best?.attempts[best.attempts.length - 1]?.source;
  const comparison = compareFinals(state);
  terminal.record({
    type: "result",
    run: run.info.name,
    status: state.status,
    best: best && source ? { id: best.id, file: run.path(source), source: run.read(source) } : null,
    ...comparison,
    report: state.report ? run.path(state.report) : null,
  });
  if (!best || !source) {
    terminal.line("No reward could be trained; the report says why each one failed.");
  } else {
    terminal.line();
    terminal.line(color.bold(`The best reward (${best.id}, ${relative(run.path(source))})`));
    terminal.line();
    for (const line of run.read(source).trimEnd().split("\n")) terminal.line(`  ${line}`);
  }
  if (comparison.summaries.length > 0) {
    terminal.line();
    const name = state.start?.designer.name ?? "search";
    const rows = comparison.summaries.map((summary) => resultRow(summary, name));
    for (const line of table([["reward", "fitness", "95 % interval", "n"], ...rows])) {
      terminal.line(line);
    }
    terminal.line(color.dim(`  ${about(state, comparison.summaries)}`));
    for (const line of normalizedScore(comparison)) terminal.line(line);
  }
  terminal.line();
  terminal.line(`${spending(state)} Report: ${relative(run.path("report.md"))}`);
  if (best && source) {
    terminal.line();
    terminal.line("Try next:");
    for (const line of nextCommands(cli, run, source)) terminal.line(`  ${line}`);
  }
}

function resultRow(summary: FinalSummary, designer: string): string[] {
  const { which, fitness, failed } = summary;
  return [
    which === "best" ? `${designer} best` : which,
    formatFitness(fitness.mean),
    formatInterval(fitness),
    `${fitness.n}${failed > 0 ? ` (${failed} failed)` : ""}`,
  ];
}

/** 0 is the sparse reward, 1 the human one. */
function normalizedScore({ normalized, distinguished }: Comparison): string[] {
  if (distinguished === false)
    return ["  human and sparse are not told apart, so there is no score"];
  if (!normalized) return [];
  const score = formatFitness(normalized.mean);
  return [
    `  human-normalized score ${score}, 95 % interval ${formatInterval(normalized)} (0: as sparse, 1: as human)`,
  ];
}

function about(state: RunState, summaries: readonly FinalSummary[]): string {
  const episodes = state.finals.find((final) => final.result)?.result?.evaluation.episodes ?? 0;
  const steps = formatCount(summaries[0].steps);
  return `trained anew for ${steps} steps with each of n seeds; ${episodes} test episodes a seed`;
}

function spending({ spent }: RunState): string {
  const money = spent.costUsd > 0 ? `, $${spent.costUsd.toFixed(2)}` : "";
  const steps = formatCount(spent.searchSteps + spent.finalSteps);
  return `${formatDuration(spent.wallSeconds)}, ${steps} environment steps${money}.`;
}

/** Each works as it is printed, from the folder this was started in. */
function nextCommands(cli: CliContext, run: RunFolder, source: string): string[] {
  const runs = runsFlag(cli);
  const { name, task } = run.info;
  const commands: [string, string][] = [
    [`evaluate ${name} --episodes 200${runs}`, "measure its policies on more episodes"],
    [
      `train ${task} --reward ${relative(run.path(source))} --seed 7${runs}`,
      "train the reward with another seed",
    ],
    [`new my-${path.basename(task)} --from ${task}`, "make a task of your own"],
  ];
  return commands.flatMap(([command, purpose]) => [
    cli.terminal.color.dim(purpose),
    `  ${cli.invocation} ${command}`,
  ]);
}

function relative(file: string): string {
  return path.relative(process.cwd(), file) || ".";
}
