/** `design TASK`: searches for a reward. */
import path from "node:path";
import { type Command, Option } from "commander";
import { quickSearch } from "../design/quick-search.js";
import { type SearchOptions, searchOptionsSchema } from "../design/search-options.js";
import { designSettingsSchema } from "../design/settings.js";
import { listPackNames } from "../llm/prompt-pack.js";
import { llmFlagsSchema } from "../llm/settings.js";
import { createRun } from "../run/run-folder.js";
import type { EngineName } from "../sim/simulator.js";
import { listTasks, loadTask } from "../task/node/load.js";
import { trainingSettingsSchema } from "../task/settings.js";
import type { CliContext } from "./context.js";
import { engineFlag } from "./engine-flag.js";
import { integer, number } from "./parse-number.js";
import { readRewardFile } from "./read-reward.js";
import { runSearch } from "./search.js";
import {
  addSettingFlags,
  assignmentHelp,
  givenSettings,
  parseAssignments,
  resolveSettings,
} from "./setting-flags.js";
import { addViewerFlags, type ViewerFlags } from "./viewer.js";

interface DesignFlags extends ViewerFlags {
  readonly prompts?: string;
  readonly note: readonly string[];
  readonly start?: string;
  readonly confirmOver: number;
  readonly prices?: string;
  readonly recording?: string;
  readonly name?: string;
  readonly slots?: number;
  readonly engine?: EngineName;
  readonly set: readonly string[];
  readonly quick?: true;
}

const collect = (value: string, before: readonly string[]) => [...before, value];

export function define(command: Command, cli: CliContext): void {
  command.argument("<task>", "a built-in task or a task folder");
  command.addOption(
    new Option("--quick", "a small search: two rounds of eight, three final seeds").helpGroup(
      "Search:",
    ),
  );
  addSettingFlags(command, designSettingsSchema, { group: "Search:" });
  command.addOption(
    new Option("--start <reward>", "human, sparse or a reward file to begin with").helpGroup(
      "Search:",
    ),
  );
  command.addOption(engineFlag().helpGroup("Search:"));
  command.addOption(
    new Option("--set <path=value>", "a training setting; may be given again")
      .argParser(collect)
      .default([], "the task's settings")
      .helpGroup("Search:"),
  );
  addModelFlags(command);
  addViewerFlags(command, { optional: true });
  command
    .option("--name <name>", "name of the run (default: task, date and a number)")
    .option("--slots <n>", "trainings at once (default: one a core)", integer(1))
    .addHelpText("after", assignmentHelp(trainingSettingsSchema));
  command.action(async (task: string, flags: DesignFlags) => {
    const { name, options } = await readFlags(command, task, flags);
    await runSearch(cli, {
      task: name,
      options,
      viewer: flags,
      open: () =>
        createRun(
          {
            runsRoot: cli.runsFolder,
            task: name,
            options: JSON.parse(JSON.stringify(options)),
            ...(flags.name ? { name: flags.name } : {}),
          },
          () => new Date(),
        ),
    });
  });
}

/** Flags of designers that talk to a language model. */
function addModelFlags(command: Command): void {
  const group = "Language model (--designer openai, recorded, manual):";
  addSettingFlags(command, llmFlagsSchema, { group, environment: false });
  const options = [
    new Option("--prompts <pack>", "prompt pack: a name or a folder that shadows it file by file"),
    new Option("--note <sentence>", "a sentence for the next prompt; may be given again")
      .argParser(collect)
      .default([], "none"),
    new Option("--confirm-over <usd>", "ask before an estimate above this many US dollars")
      .argParser(number(0))
      .default(1),
    new Option("--prices <file>", "JSON file with prices of models"),
    new Option("--recording <file>", "conversations that --designer recorded replays"),
  ];
  for (const option of options) command.addOption(option.helpGroup(group));
}

async function readFlags(command: Command, taskName: string, flags: DesignFlags) {
  const llm = givenSettings(command, llmFlagsSchema);
  resolveSettings(llmFlagsSchema, llm);
  const task = await loadTask(taskName);
  const design = resolveSettings(
    designSettingsSchema,
    flags.quick ? { ...quickSearch(task.definition) } : {},
    givenSettings(command, designSettingsSchema),
  );
  const training = resolveSettings(
    trainingSettingsSchema,
    { ...task.definition.training },
    parseAssignments(flags.set, trainingSettingsSchema),
  );
  const options: SearchOptions = searchOptionsSchema.parse({
    design,
    training,
    llm,
    prompts: flags.prompts === undefined ? null : await wholePath(flags.prompts),
    confirmOver: flags.confirmOver,
    prices: flags.prices === undefined ? null : path.resolve(flags.prices),
    recording: flags.recording === undefined ? null : path.resolve(flags.recording),
    start: flags.start === undefined ? null : await readStart(task.sources, flags.start),
    notes: [...flags.note],
    slots: flags.slots ?? null,
    engine: flags.engine ?? task.definition.engine,
  });
  // A folder is kept whole, so that the run can be taken up from anywhere.
  const name = listTasks().includes(taskName) ? taskName : task.folder;
  return { name, options };
}

/** A pack's name as it is; a folder whole. */
async function wholePath(pack: string): Promise<string> {
  return (await listPackNames()).includes(pack) ? pack : path.resolve(pack);
}

async function readStart(
  sources: { readonly human?: string; readonly sparse?: string },
  nameOrFile: string,
): Promise<{ source: string; from: string }> {
  if (nameOrFile === "human" || nameOrFile === "sparse") {
    const source = sources[nameOrFile];
    if (source !== undefined) return { source, from: `the ${nameOrFile} reward` };
  }
  return { source: await readRewardFile(nameOrFile), from: nameOrFile };
}
