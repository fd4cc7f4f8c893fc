/** `resume [RUN]`: goes on with a run that was stopped or killed, redoing no finished work. */
import type { Command } from "commander";
import { Option } from "commander";
import { RewardsmithError } from "../core/errors.js";
import { searchOptionsOf } from "../design/search-options.js";
import { designSettingsSchema } from "../design/settings.js";
import { eventFormat } from "../events/event.js";
import { foldAll } from "../events/fold.js";
import { readEventLog } from "../run/event-log.js";
import { listRuns, openRun, type RunFolder } from "../run/run-folder.js";
import { transferSettingsOf } from "../transfer/settings.js";
import type { CliContext } from "./context.js";
import { integer, number } from "./parse-number.js";
import { runSearch } from "./search.js";
import { printSearchResult } from "./search-result.js";
import { addSettingFlags, givenSettings, resolveSettings } from "./setting-flags.js";
import { resumeTransfer, transferStateOf } from "./transfer.js";
import { addViewerFlags, type ViewerFlags } from "./viewer.js";

/** What may change when a run is taken up: how much it may spend, not what it searches. */
const budgets = designSettingsSchema.pick({
  maxMoneyUsd: true,
  maxTokens: true,
  maxSteps: true,
  maxMinutes: true,
});

interface ResumeFlags extends ViewerFlags {
  readonly note: readonly string[];
  readonly slots?: number;
  readonly confirmOver?: number;
}

export function define(command: Command, cli: CliContext): void {
  command.argument("[run]", "a run's name or folder (default: the newest unfinished one)");
  addSettingFlags(command, budgets, { group: "Other budgets:" });
  command
    .addOption(
      new Option("--note <sentence>", "a sentence for the next prompt; may be given again")
        .argParser((value: string, before: readonly string[]) => [...before, value])
        .default([], "none"),
    )
    .option("--confirm-over <usd>", "ask before an estimate above this many US dollars", number(0))
    .option("--slots <n>", "trainings at once (default: one a core)", integer(1));
  addViewerFlags(command, { optional: true });
  command.action(async (name: string | undefined, flags: ResumeFlags) => {
    const run = name === undefined ? newestUnfinished(cli) : openRun(cli.runsFolder, name);
    const transfer = transferSettingsOf(run);
    if (transfer)
      return await resumeTransfer(cli, run, { ...transfer, slots: flags.slots ?? transfer.slots });
    const options = searchOptionsOf(run);
    const given = givenSettings(command, budgets);
    const { events, badTail } = readEventLog(run.eventsFile, eventFormat);
    if (badTail) {
      cli.terminal.problem(
        `${run.eventsFile}:${badTail.line}: the last line is broken (${badTail.why})\n  → nothing to do: it is set aside in events.jsonl.bad, and what it told is done again`,
      );
    }
    const state = foldAll(events);
    if (state.status === "finished") {
      cli.terminal.line(`${run.info.name} is finished; nothing is left to do.`);
      printSearchResult(cli, run, state);
      return;
    }
    await runSearch(cli, {
      task: run.info.task,
      options: {
        ...options,
        design: resolveSettings(designSettingsSchema, { ...options.design }, given),
        notes: [...flags.note],
        slots: flags.slots ?? options.slots,
        confirmOver: flags.confirmOver ?? options.confirmOver,
      },
      open: () => run,
      viewer: flags,
    });
  });
}

function newestUnfinished({ runsFolder }: CliContext): RunFolder {
  for (const { name } of listRuns(runsFolder)) {
    const run = openRun(runsFolder, name);
    if (transferSettingsOf(run)) {
      if (transferStateOf(run).status !== "finished") return run;
      continue;
    }
    const state = foldAll(readEventLog(run.eventsFile, eventFormat).events);
    if (state.status !== "finished") return run;
  }
  throw new RewardsmithError("E_RUN_NONE", "there is no unfinished run", {
    where: runsFolder,
    hint: "rewardsmith list shows all runs; rewardsmith design starts one",
  });
}
