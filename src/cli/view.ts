/** `view [RUN|FILE]`: runs and recordings in the viewer. */
import { existsSync } from "node:fs";
import path from "node:path";
import type { Command } from "commander";
import { RewardsmithError } from "../core/errors.js";
import { listRuns, openRun } from "../run/run-folder.js";
import { recordingRoutes } from "../view/recording-route.js";
import type { CliContext } from "./context.js";
import {
  addViewerFlags,
  keepServing,
  serveViewer,
  type ViewerFlags,
  type ViewerSubject,
} from "./viewer.js";

export function define(command: Command, cli: CliContext): void {
  command.argument("[what]", "a run (default: the newest) or a .rollout file");
  addViewerFlags(command, { optional: false });
  command.action(async (name: string | undefined, flags: ViewerFlags) => {
    const isFile = name !== undefined && /\.rollout$/i.test(name);
    const server = await serveViewer(cli, flags, isFile ? ofFile(name) : ofRun(cli, name));
    cli.terminal.line("Ctrl-C ends.");
    await keepServing(cli, server);
  });
}

function ofFile(file: string): ViewerSubject {
  if (!existsSync(file)) {
    throw new RewardsmithError("E_RECORDING_MISSING", "there is no such recording", {
      where: file,
      hint: "recordings are exported from the viewer and end in .rollout",
    });
  }
  const name = encodeURIComponent(path.basename(file));
  return {
    focus: () => null,
    waiting: "A recording is open in Replay.",
    page: `#/replay?file=${name}`,
    routes: recordingRoutes(file),
  };
}

function ofRun(
  { terminal, runsFolder, invocation }: CliContext,
  name: string | undefined,
): ViewerSubject {
  const newest = listRuns(runsFolder)[0]?.name;
  const run = name === undefined ? newest : nameOf(runsFolder, name);
  if (run === undefined) {
    terminal.line(`No runs yet. Start one: ${invocation} design cartpole-swingup`);
  }
  return {
    focus: () => (run === undefined ? null : { kind: "run", run }),
    waiting: "There are no runs yet; choose a demo.",
    page: name === undefined ? "#/runs" : `#/lab?run=${encodeURIComponent(run ?? "")}`,
  };
}

/** The viewer shows the runs of one folder, under the names of theirs. */
function nameOf(runsFolder: string, run: string): string {
  const { dir, base } = path.parse(openRun(runsFolder, run).folder);
  if (path.resolve(dir) === path.resolve(runsFolder)) return base;
  throw new RewardsmithError("E_RUN_UNKNOWN", "the run is not in the folder of runs", {
    where: path.resolve(dir, base),
    hint: `rewardsmith view ${base} --runs ${dir}`,
  });
}
