/** `report [RUN]`: what a run found, as it now stands. */
import type { Command } from "commander";
import { RewardsmithError } from "../core/errors.js";
import { report } from "../design/report.js";
import { compareFinals } from "../design/score.js";
import { eventFormat } from "../events/event.js";
import { foldAll } from "../events/fold.js";
import { readEventLog } from "../run/event-log.js";
import { listRuns, openRun } from "../run/run-folder.js";
import { transferSettingsOf } from "../transfer/settings.js";
import type { CliContext } from "./context.js";
import { printTransferReport } from "./transfer.js";

export function define(command: Command, cli: CliContext): void {
  command.argument("[run]", "a run's name or folder (default: the newest)");
  command.action((name: string | undefined) => {
    const { terminal, runsFolder } = cli;
    const newest = name ?? listRuns(runsFolder)[0]?.name;
    if (newest === undefined) {
      throw new RewardsmithError("E_RUN_NONE", "there are no runs yet", {
        where: runsFolder,
        hint: "rewardsmith design starts one",
      });
    }
    const run = openRun(runsFolder, newest);
    if (transferSettingsOf(run)) return printTransferReport(cli, run);
    const state = foldAll(readEventLog(run.eventsFile, eventFormat).events);
    const read = (file: string) => run.read(file);
    const text = state.report === null ? report(state, read) : read(state.report);
    terminal.record({ run: run.info.name, ...compareFinals(state), state, markdown: text });
    terminal.line(text.trimEnd());
  });
}
