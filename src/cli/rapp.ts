/** `rapp`: which physics a policy copes with, parameter by parameter. */
import path from "node:path";
import { type Command, Option } from "commander";
import { RewardsmithError } from "../core/errors.js";
import { type EngineName, engineNames } from "../sim/simulator.js";
import { createMeasurer } from "../transfer/measurer.js";
import type { PhysicsPrior } from "../transfer/prior.js";
import { mapTable, priorTable } from "../transfer/prior-page.js";
import { faithfulSettings, measurePrior, rappDefaults } from "../transfer/rapp.js";
import { storedLots, writePrior } from "../transfer/rapp-store.js";
import type { CliContext } from "./context.js";
import { knownPolicy } from "./known-policy.js";
import { integer, number } from "./parse-number.js";
import { priorFolder } from "./prior-folder.js";
import { Progress } from "./progress.js";
import { cutToWidth, table } from "./terminal.js";

interface RappFlags {
  readonly task?: string;
  readonly engine?: EngineName;
  readonly parameter: readonly string[];
  readonly map: readonly (readonly [string, string])[];
  readonly repeats: number;
  readonly seconds: number;
  readonly share: number;
  readonly refinements: number;
  readonly faithful?: boolean;
  readonly seed: number;
  readonly threads?: number;
  readonly out?: string;
}

export function define(command: Command, cli: CliContext): void {
  const { repeats, seconds, share, refinements, seed } = rappDefaults;
  command
    .argument("<policy>", "a run, a result as job@steps, a checkpoint or demo file, or a task")
    .option("--task <task>", "what a checkpoint file from elsewhere was trained for")
    .addOption(
      new Option("--engine <engine>", "what it moves in (default: as in training)").choices(
        engineNames,
      ),
    )
    .addOption(
      new Option("--parameter <name>", "only this parameter; may be given again")
        .argParser((value: string, before: readonly string[]) => [...before, value])
        .default([], "all that the robot has"),
    )
    .addOption(
      new Option("--map <a,b>", "two parameters varied together as well; may be given again")
        .argParser((value: string, before: RappFlags["map"]) => [...before, pair(value)])
        .default([], "none"),
    )
    .option("--repeats <n>", "episodes at each value", integer(1), repeats)
    .option("--seconds <s>", "length of an episode", number(0.1), seconds)
    .option("--share <s>", "of the episodes that must succeed, 0 to 1", number(0), share)
    .option("--refinements <n>", "halvings at each edge", integer(0), refinements)
    .option("--faithful", "DrEureka's rule: one roll-out a value, gaps filled, no edges")
    .option("--seed <n>", "which beginnings are drawn", integer(0), seed)
    .option("--threads <n>", "cores to use (default: all)", integer(1))
    .option("--out <folder>", "where prior.json, prior.md and prior.svg go");
  command.action((policy: string, flags: RappFlags) => rapp(cli, policy, flags));
}

async function rapp(cli: CliContext, name: string, flags: RappFlags): Promise<void> {
  const { terminal, signal } = cli;
  const { task, policy, scene, about } = await knownPolicy(cli, name, flags.task);
  const { repeats, seconds, share, refinements, seed, parameter } = flags;
  const { engine = scene.engine } = flags;
  terminal.line(`Physics prior of ${about.label} in ${engine}`);
  cli.onStop = "What was measured is kept: the same command goes on there.";
  const measurer = createMeasurer(flags.threads);
  const progress = new Progress(terminal, { label: "rapp", total: 1, unit: "values" });
  const started = performance.now();
  let prior: PhysicsPrior;
  try {
    prior = await measurePrior({
      ...{ repeats, seconds, share, refinements, seed, faithful: false },
      ...(flags.faithful && faithfulSettings),
      maps: flags.map,
      only: parameter.length > 0 ? parameter : undefined,
      task,
      policy,
      engine,
      measure: measurer.measure,
      memory: storedLots(cli.runsFolder),
      signal,
      onProgress: ({ stage, parameters, done, total }) =>
        progress.update(
          Math.floor(done),
          [stage, parameters.join(", ")].filter(Boolean).join(": "),
          total,
        ),
    });
  } finally {
    progress.end();
    await measurer.close();
  }
  const wallSeconds = (performance.now() - started) / 1000;
  const folder = flags.out ?? priorFolder(cli, name, policy);
  const file = writePrior(folder, prior);
  terminal.record({ type: "prior", label: about.label, file, wallSeconds, ...prior });
  for (const line of table(priorTable(prior))) terminal.line(cutToWidth(line, terminal.columns));
  for (const map of prior.maps) {
    terminal.line();
    for (const line of table(mapTable(map))) terminal.line(line);
  }
  terminal.line();
  terminal.line(`${Math.round(wallSeconds)} s; written to ${path.relative(process.cwd(), file)}`);
}

function pair(text: string): [string, string] {
  const names = text.split(",").map((name) => name.trim());
  if (names.length === 2 && names[0] !== names[1]) return [names[0], names[1]];
  throw new RewardsmithError("E_CLI_USAGE", `--map ${text} does not name two parameters`, {
    hint: "write --map friction,payloadKg",
  });
}
