/** `view [RUN|FILE]`: finished runs and recordings in the viewer. */
import type { Command } from "commander";
import { listRuns, openRun } from "../run/run-folder.js";
import type { CliContext } from "./context.js";
import { addViewerFlags, keepServing, serveViewer, type ViewerFlags } from "./viewer.js";

export function define(command: Command, cli: CliContext): void {
  command.argument("[run]", "a run (default: the newest)");
  addViewerFlags(command, { optional: false });
  command.action((name: string | undefined, flags: ViewerFlags) => view(cli, name, flags));
}

async function view(cli: CliContext, name: string | undefined, flags: ViewerFlags): Promise<void> {
  const { terminal, runsFolder, invocation } = cli;
  const newest = listRuns(runsFolder)[0]?.name;
  const run = name === undefined ? newest : openRun(runsFolder, name).info.name;
  if (run === undefined) {
    terminal.line(`No runs yet. Start one: ${invocation} design cartpole-swingup`);
  }
  const server = await serveViewer(cli, flags, {
    focus: () => (run === undefined ? null : { kind: "run", run }),
    waiting: "There are no runs yet; choose a demo.",
  });
  terminal.line("Ctrl-C ends.");
  await keepServing(cli, server);
}
