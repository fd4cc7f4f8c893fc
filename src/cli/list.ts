/** `list`: runs with state, task, best fitness and time; and the tasks there are. */
import type { Command } from "commander";
import { formatError } from "../core/errors.js";
import { reportedBest } from "../design/report.js";
import { eventFormat } from "../events/event.js";
import { foldAll } from "../events/fold.js";
import type { RunState } from "../events/run-state.js";
import { type TransferState, trainingName } from "../events/transfer-state.js";
import { readEventLog } from "../run/event-log.js";
import { listRuns, openRun, type RunInfo } from "../run/run-folder.js";
import { summarizeTasks } from "../task/node/load.js";
import { transferSettingsOf } from "../transfer/settings.js";
import type { CliContext } from "./context.js";
import { formatFitness } from "./numbers.js";
import { formatDuration } from "./progress.js";
import { fitnessOf } from "./run-view.js";
import { cutToWidth, table } from "./terminal.js";
import { transferStateOf } from "./transfer.js";

interface ListedRun {
  readonly name: string;
  readonly task: string;
  readonly state: string;
  readonly designer: string;
  readonly iterations: number;
  readonly best: string | null;
  readonly fitness: number | null;
  readonly wallSeconds: number;
  readonly created: string;
}

export function define(command: Command, cli: CliContext): void {
  command.action(() => {
    const { terminal, runsFolder } = cli;
    const runs = listRuns(runsFolder).map((info) => listed(runsFolder, info));
    const tasks = summarizeTasks();
    terminal.record({ runs, tasks });
    if (runs.length === 0) {
      terminal.line(
        `No runs in ${runsFolder} yet. Start one: ${cli.invocation} design cartpole-swingup`,
      );
    } else {
      for (const line of table([headings, ...runs.map(row)], "")) terminal.line(line);
    }
    terminal.line();
    terminal.line("Tasks (any folder with a task.ts is one too):");
    const lines = table(tasks.map(({ name, summary }) => [name, summary]));
    for (const line of lines) terminal.line(cutToWidth(line, Math.max(80, terminal.columns)));
  });
}

const headings = ["run", "task", "designer", "state", "iterations", "best", "fitness", "time"];

function row(run: ListedRun): string[] {
  return [
    run.name,
    run.task,
    run.designer,
    run.state,
    String(run.iterations),
    run.best ?? "–",
    formatFitness(run.fitness),
    formatDuration(run.wallSeconds),
  ];
}

function listed(runsFolder: string, info: RunInfo): ListedRun {
  const common = { name: info.name, task: info.task, created: info.created };
  try {
    const run = openRun(runsFolder, info.name);
    if (transferSettingsOf(run)) return { ...common, ...listedTransfer(transferStateOf(run)) };
    const state = foldAll(readEventLog(run.eventsFile, eventFormat).events);
    const best = reportedBest(state);
    return {
      ...common,
      state: describeState(state),
      designer: state.start?.designer.name ?? "–",
      iterations: state.iterations.filter((it) => it.ended && it.iteration > 0).length,
      best: best?.id ?? null,
      fitness: best ? fitnessOf(best) : null,
      wallSeconds: state.spent.wallSeconds,
    };
  } catch (error) {
    const why = formatError(error).split("\n", 1)[0];
    const nothing = { designer: "–", iterations: 0, best: null, fitness: null, wallSeconds: 0 };
    return { ...common, ...nothing, state: `unreadable: ${why}` };
  }
}

function listedTransfer({ status, start, chosen, wallSeconds }: TransferState) {
  const [best] = chosen?.policies ?? [];
  return {
    state: `transfer, ${status === "finished" ? status : "unfinished"}`,
    designer: start?.designer.split(" ", 1)[0] ?? "–",
    iterations: 0,
    best: best ? trainingName(best) : null,
    fitness: null,
    wallSeconds,
  };
}

/** A run whose log says "running" may have been killed; only its writer knows. */
function describeState(state: RunState): string {
  if (state.status === "running" || state.status === "new") return "unfinished";
  if (state.status === "stopped") return `stopped (${state.stopped?.code ?? ""})`;
  return state.status;
}
