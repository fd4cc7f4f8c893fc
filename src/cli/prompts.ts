/** `prompts`: what a language model is told: list, show, eject, check, diff, try. */
import path from "node:path";
import type { Command } from "commander";
import { formatIssue, RewardsmithError } from "../core/errors.js";
import { historyOf, memoryOf, notesFor } from "../design/history.js";
import { conversationInputs } from "../design/prompted-designer.js";
import { rewardChecker } from "../design/reward-checker.js";
import { searchOptionsOf } from "../design/search-options.js";
import { eventFormat } from "../events/event.js";
import { foldAll } from "../events/fold.js";
import { isLoopback } from "../llm/loopback.js";
import { createOpenAiClient } from "../llm/openai.js";
import { confirmSpending, estimateSearch, formatEstimate } from "../llm/preflight.js";
import { findPrice, loadPrices } from "../llm/price.js";
import {
  checkPack,
  diffPacks,
  ejectPack,
  exampleConversation,
  formatConversation,
  listPacks,
  promptCost,
} from "../llm/prompt-commands.js";
import { type ConversationInputs, initialInputs } from "../llm/prompt-inputs.js";
import { listPackNames, loadPack, type PromptPack } from "../llm/prompt-pack.js";
import { type RenderedPrompt, renderConversation, renderRandomization } from "../llm/render.js";
import { type LlmSettings, llmFlagsSchema, resolveLlmSettings } from "../llm/settings.js";
import { type PackTrial, tryPack } from "../llm/try-pack.js";
import { compileTask } from "../reward/node/compile-task.js";
import { readEventLog } from "../run/event-log.js";
import { openRun } from "../run/run-folder.js";
import type { LoadedTask } from "../task/loaded-task.js";
import { listTasks, loadTask } from "../task/node/load.js";
import { uninformedPrior } from "../transfer/made-configurations.js";
import { feasibleIntervals } from "../transfer/prior.js";
import { randomizationInputs } from "../transfer/randomization-prompt.js";
import { readPrior } from "../transfer/rapp-store.js";
import type { CliContext } from "./context.js";
import { exitCode } from "./exit-codes.js";
import { integer, number } from "./parse-number.js";
import { addSettingFlags, givenSettings } from "./setting-flags.js";
import { table } from "./terminal.js";

/** Which conversation is rendered: a task's first prompt, or that of a run's iteration. */
interface Which {
  readonly task?: string;
  readonly from?: string;
  readonly iteration?: number;
}

export function define(command: Command, cli: CliContext): void {
  command
    .command("list")
    .description("the built-in packs")
    .action(() => list(cli));
  withConversation(command.command("show <pack>").description("the prompt as a model gets it"))
    .option("--model <name>", "model whose price is shown")
    .option("--prices <file>", "JSON file with prices of models")
    .option("--randomization [prior]", "the request for randomizations, with a prior.json or none")
    .action((pack: string, flags: ShowFlags) => show(cli, pack, flags));
  command
    .command("eject <pack> <folder>")
    .description("copies a pack into a folder, to be edited")
    .action((pack: string, folder: string) => eject(cli, pack, folder));
  command
    .command("check [pack]")
    .description("renders every template for every task (default: all packs)")
    .option("--task <task>", "a task of your own to render for as well")
    .action((pack: string | undefined, { task }: { task?: string }) => check(cli, pack, task));
  withConversation(
    command.command("diff <a> <b>").description("compares two packs, rendered"),
  ).action((a: string, b: string, which: Which) => diff(cli, a, b, which));
  const trial = command
    .command("try <pack>")
    .description("asks a model for rewards and checks them, trains nothing")
    .requiredOption("--task <task>", "a task or its folder")
    .option("-n, --count <n>", "rewards asked for", integer(1), 4)
    .option(
      "--confirm-over <usd>",
      "ask before an estimate above this many US dollars",
      number(0),
      1,
    )
    .option("--prices <file>", "JSON file with prices of models");
  addSettingFlags(trial, llmFlagsSchema, { group: "Language model:", environment: false });
  trial.action((pack: string, flags: TryFlags) => tryOut(cli, trial, pack, flags));
}

function withConversation(command: Command): Command {
  return command
    .option("--task <task>", "a task or its folder")
    .option("--from <run>", "the prompt of this run, reflection included")
    .option(
      "--iteration <n>",
      "iteration of --from whose prompt is shown (default: the next)",
      integer(1),
    );
}

async function list({ terminal }: CliContext): Promise<void> {
  const packs = await listPacks();
  terminal.record({ packs });
  for (const { name, description, files } of packs) {
    terminal.line(`${terminal.color.bold(name)}  ${description}`);
    terminal.line(terminal.color.dim(`  ${files.map((file) => file.name).join(", ")}`));
  }
}

interface ShowFlags extends Which {
  readonly model?: string;
  readonly prices?: string;
  readonly randomization?: string | true;
}

async function show(cli: CliContext, packName: string, flags: ShowFlags): Promise<void> {
  const { terminal } = cli;
  const pack = await loadPack(packName);
  const prompt =
    flags.randomization === undefined
      ? await renderConversation(pack, await inputsFor(cli, flags))
      : await randomizationPrompt(pack, flags.task, flags.randomization);
  const model = modelSettings(cli, flags.model === undefined ? {} : { model: flags.model });
  const price = findPrice(model.model, await loadPrices(flags.prices), model.baseUrl);
  const cost = await promptCost(prompt, price);
  terminal.record({ pack: pack.name, model: model.model, ...cost, ...prompt });
  terminal.line(formatConversation(prompt.messages).trimEnd());
  terminal.line();
  const usd = cost.usd === null ? "price not known" : `$${cost.usd.toFixed(4)}`;
  terminal.line(terminal.color.dim(`${cost.tokens} tokens; sending it to ${model.model}: ${usd}`));
}

/** The request as `randomize` sends it: for one answer with four configurations. */
async function randomizationPrompt(
  pack: PromptPack,
  task: string | undefined,
  prior: string | true,
): Promise<RenderedPrompt> {
  if (task === undefined) {
    throw new RewardsmithError("E_CLI_USAGE", "--randomization is given without --task", {
      hint: "name a task, e.g. --task go1-walk",
    });
  }
  const known = prior === true ? undefined : feasibleIntervals(readPrior(prior));
  return renderRandomization(pack, randomizationInputs(await loadTask(task), 4, known));
}

async function eject({ terminal, invocation }: CliContext, pack: string, folder: string) {
  const files = await ejectPack(pack, folder);
  terminal.record({ pack, folder, files });
  terminal.line(
    `${files.length} files of ${pack} are in ${folder}. Remove those you keep as they are.`,
  );
  terminal.line(`Edit them, then: ${invocation} prompts check ${folder}`);
  terminal.line(
    `and search with them: ${invocation} design TASK --designer openai --prompts ${folder}`,
  );
}

async function check(cli: CliContext, packName: string | undefined, own: string | undefined) {
  const { terminal } = cli;
  const names = [...listTasks(), ...(own === undefined ? [] : [own])];
  const tasks = await Promise.all(
    names.map(async (name) => {
      const task = await loadTask(name);
      return {
        name,
        inputs: { initial: initialInputs(task), ...exampleConversation },
        randomization: randomizationInputs(task, 4, uninformedPrior(task)),
      };
    }),
  );
  for (const name of packName === undefined ? await listPackNames() : [packName]) {
    const issues = await checkPack(await loadPack(name), tasks);
    const ok = issues.every((issue) => issue.severity !== "error");
    terminal.record({ pack: name, ok, issues });
    for (const issue of issues) terminal.problem(formatIssue(issue, name));
    if (ok) terminal.line(`${name}: every template renders for ${names.join(", ")}`);
    else cli.exitCode = exitCode.failed;
  }
}

async function diff(cli: CliContext, a: string, b: string, which: Which): Promise<void> {
  const { terminal } = cli;
  const known = await inputsFor(cli, which);
  // Without a run, the later prompts are compared with made-up results.
  const inputs = which.from === undefined ? { ...known, ...exampleConversation } : known;
  const patch = await diffPacks(await loadPack(a), await loadPack(b), inputs);
  terminal.record({ a, b, patch });
  const { color } = terminal;
  for (const line of patch.trimEnd().split("\n")) {
    const paint = line.startsWith("+") ? color.green : line.startsWith("-") ? color.red : String;
    terminal.line(paint(line));
  }
  if (patch === "") terminal.line(`${a} and ${b} say the same`);
}

/** The first prompt of a task; with `from`, the prompt of an iteration as the run's memory stands. */
async function inputsFor(
  cli: CliContext,
  { task, from, iteration }: Which,
): Promise<ConversationInputs> {
  if (from === undefined) {
    if (task === undefined) {
      throw new RewardsmithError("E_CLI_USAGE", "neither --task nor --from is given", {
        hint: "name a task, e.g. --task cartpole",
      });
    }
    if (iteration !== undefined) {
      throw new RewardsmithError("E_CLI_USAGE", "--iteration is given without --from", {
        hint: "name the run whose iteration is meant: --from RUN",
      });
    }
    return { initial: initialInputs(await loadTask(task)) };
  }
  const run = openRun(cli.runsFolder, from);
  const { design } = searchOptionsOf(run);
  if (task !== undefined && ![task, path.resolve(task)].includes(run.info.task)) {
    throw new RewardsmithError("E_CLI_USAGE", `the run is about ${run.info.task}, not ${task}`, {
      where: from,
      hint: "leave --task out",
    });
  }
  const state = foldAll(readEventLog(run.eventsFile, eventFormat).events);
  const next = state.iterations.filter((it) => it.ended && it.iteration > 0).length + 1;
  const wanted = iteration ?? next;
  if (wanted > next) {
    throw new RewardsmithError("E_CLI_USAGE", `there is no iteration ${wanted} yet`, {
      where: from,
      hint: `--iteration ${next} is the next one`,
    });
  }
  const known = state.iterations.find((it) => it.iteration === wanted);
  const restart = known?.restart ?? 0;
  const history = historyOf({ state, read: (file) => run.read(file) }, design, restart, wanted);
  const memory = memoryOf(history, design, wanted);
  const loaded = await loadTask(run.info.task);
  return conversationInputs(loaded, {
    ...memory,
    notes: notesFor(state, wanted, history, memory),
    iteration: wanted,
  });
}

interface TryFlags {
  readonly task: string;
  readonly count: number;
  readonly confirmOver: number;
  readonly prices?: string;
}

async function tryOut(
  cli: CliContext,
  command: Command,
  packName: string,
  flags: TryFlags,
): Promise<void> {
  const { terminal, signal } = cli;
  const pack = await loadPack(packName);
  const settings = resolveLlmSettings(givenSettings(command, llmFlagsSchema), cli.env);
  const task: LoadedTask = await loadTask(flags.task);
  const inputs = initialInputs(task);
  const prices = await loadPrices(flags.prices);
  const price = findPrice(settings.model, prices, settings.baseUrl);
  const { messages } = await renderConversation(pack, { initial: inputs });
  const estimate = await estimateSearch({
    firstPrompt: messages,
    iterations: 1,
    candidates: flags.count,
    price,
  });
  const about = { model: settings.model, baseUrl: settings.baseUrl, caps: {}, price };
  terminal.line(formatEstimate(estimate, about));
  if (!isLoopback(settings.baseUrl)) {
    const ask = cli.canAsk ? (question: string) => cli.ask(question) : null;
    await confirmSpending(estimate, { overUsd: flags.confirmOver, ask });
  }
  const checker = await rewardChecker(compileTask(task));
  const trial = await tryPack({
    pack,
    inputs,
    client: createOpenAiClient(settings, { prices }),
    check: (code) => checker.check(code, signal),
    count: flags.count,
    concurrency: settings.concurrency,
    signal,
  });
  terminal.record({ pack: pack.name, model: settings.model, ...trial });
  printTrial(cli, trial);
}

function printTrial({ terminal }: CliContext, { candidates, spent }: PackTrial): void {
  const rows = candidates.map(({ outcome, tries, codes, terms }, i) => [
    String(i + 1),
    outcome,
    String(tries),
    codes.join(" ") || terms.join(", "),
  ]);
  terminal.line();
  for (const line of table([["", "outcome", "tries", "terms, or what was wrong"], ...rows])) {
    terminal.line(line);
  }
  const count = (outcome: string) => candidates.filter((one) => one.outcome === outcome).length;
  terminal.line();
  terminal.line(
    `${count("accepted")} accepted, ${count("repaired")} repaired, ${count("refused")} refused; ` +
      `${spent.requests} requests, ${spent.promptTokens} tokens in, ${spent.completionTokens} out, $${spent.usd.toFixed(4)}`,
  );
}

/** For prices alone no key is needed. */
function modelSettings({ env }: CliContext, flags: { model?: string }): LlmSettings {
  return resolveLlmSettings(flags, {
    ...env,
    OPENAI_API_KEY: env["OPENAI_API_KEY"] || "none",
    AZURE_OPENAI_API_KEY: env["AZURE_OPENAI_API_KEY"] || "none",
  });
}
