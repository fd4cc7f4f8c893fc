/**
 * From flags to the designer that proposes rewards. What can be wrong (no key, no such pack, a price
 * nobody confirmed) is found out before a run is made.
 */
import path from "node:path";
import { RewardsmithError } from "../core/errors.js";
import type { Designer } from "../design/designer.js";
import { offlineDescriptions, offlineDesigner } from "../design/offline/designer.js";
import { signalFacts } from "../design/offline/signal-facts.js";
import { promptedDesigner } from "../design/prompted-designer.js";
import type { RewardChecker } from "../design/reward-checker.js";
import type { SearchOptions } from "../design/search-options.js";
import { budgetedClient, LlmBudget, type LlmCaps } from "../llm/budget.js";
import type { ChatClient } from "../llm/chat.js";
import { isLoopback } from "../llm/loopback.js";
import { createManualClient } from "../llm/manual.js";
import { createOpenAiClient } from "../llm/openai.js";
import { confirmSpending, estimateSearch, formatEstimate } from "../llm/preflight.js";
import { findPrice, loadPrices } from "../llm/price.js";
import { initialInputs } from "../llm/prompt-inputs.js";
import { defaultPack, loadPack } from "../llm/prompt-pack.js";
import { createRecordedClient, recordingClient, spentInRecording } from "../llm/recording.js";
import { renderConversation } from "../llm/render.js";
import { type LlmFlags, resolveLlmSettings } from "../llm/settings.js";
import type { RunFolder } from "../run/run-folder.js";
import type { LoadedTask } from "../task/loaded-task.js";
import type { CliContext } from "./context.js";

export interface ChosenDesigner {
  readonly description: string;
  /** Lines about model and money, said before the first request. */
  readonly costs: readonly string[];
  /** Asks a person where the estimate is above what they allowed. */
  confirm(): Promise<void>;
  /** The designer of one run, whose folder keeps its conversations. */
  in(run: RunFolder, checker: RewardChecker): Designer;
}

export async function chooseDesigner(
  cli: CliContext,
  task: LoadedTask,
  options: SearchOptions,
): Promise<ChosenDesigner> {
  const { designer } = options.design;
  if (designer === "offline" || designer === "random" || designer === "shuffled") {
    refuseUnread(designer, options);
    const { seed, tieTolerance } = options.design;
    return {
      description: offlineDescriptions[designer],
      costs: [],
      confirm,
      in: (_, checker) =>
        offlineDesigner({
          mode: designer,
          facts: signalFacts(task.signals, checker.states),
          maxEpisodeSteps: task.definition.maxEpisodeSteps,
          seed,
          tieTolerance,
        }),
    };
  }
  const pack = options.prompts ?? defaultPack;
  await loadPack(pack);
  const prompted = (client: ChatClient, concurrency: number) =>
    promptedDesigner({ client, loadPack: () => loadPack(pack), task, concurrency });
  if (designer === "openai") return asksModel(cli, task, options, pack, prompted);
  const { candidates } = options.design;
  if (designer === "recorded") {
    const client = createRecordedClient(recordingOf(options));
    const description = `recorded answers of ${client.model}`;
    return { description, costs: [], confirm, in: () => prompted(client, candidates) };
  }
  return {
    description: "a person with any chat window",
    costs: [],
    confirm,
    in: (run) => {
      const client = createManualClient({
        folder: run.path("manual"),
        onWaiting: ({ prompt, answer }) => {
          cli.terminal.line(
            `  paste ${shown(prompt)} into a chat, save its answer as ${shown(answer)}`,
          );
        },
      });
      return prompted(recordingClient(client, run.path(conversations)), candidates);
    },
  };
}

const conversations = "conversations.jsonl";

async function confirm(): Promise<void> {}

async function asksModel(
  cli: CliContext,
  task: LoadedTask,
  options: SearchOptions,
  pack: string,
  prompted: (client: ChatClient, concurrency: number) => Designer,
): Promise<ChosenDesigner> {
  const { design, notes } = options;
  const inputs = { initial: initialInputs(task, { notes }) };
  const first = await renderConversation(await loadPack(pack), inputs);
  const settings = resolveLlmSettings(options.llm as LlmFlags, cli.env, first);
  const prices = await loadPrices(options.prices ?? undefined);
  const price = findPrice(settings.model, prices, settings.baseUrl);
  const caps: LlmCaps = {
    ...(design.maxMoneyUsd === null ? {} : { usd: design.maxMoneyUsd }),
    ...(design.maxTokens === null ? {} : { tokens: design.maxTokens }),
  };
  const estimate = await estimateSearch({
    firstPrompt: first.messages,
    iterations: design.iterations * design.restarts,
    candidates: design.candidates,
    price,
  });
  const about = { model: settings.model, baseUrl: settings.baseUrl, caps, price };
  return {
    description: `language model ${settings.model}`,
    costs: formatEstimate(estimate, about).split("\n"),
    confirm: async () => {
      if (isLoopback(settings.baseUrl)) return;
      await confirmSpending(estimate, {
        overUsd: options.confirmOver,
        ask: cli.canAsk ? (question) => cli.ask(question) : null,
      });
    },
    in: (run) => {
      const file = run.path(conversations);
      const budget = new LlmBudget(caps, price, spentInRecording(file));
      const client = createOpenAiClient(settings, {
        prices,
        onRetry: ({ error, waitSeconds }) => {
          cli.terminal.line(`  ${error.message}; asking again in ${Math.ceil(waitSeconds)} s`);
        },
      });
      const budgeted = budgetedClient(client, budget, settings.maxAnswerTokens);
      return prompted(recordingClient(budgeted, file), settings.concurrency);
    },
  };
}

/** What is said to a language model is not dropped in silence where none is asked. */
function refuseUnread(designer: string, { prompts, llm, notes, recording }: SearchOptions): void {
  const given = [
    ["--prompts", prompts],
    ["--model", llm.model],
    ["--base-url", llm.baseUrl],
    ["--temperature", llm.temperature],
    ["--note", notes[0]],
    ["--recording", recording],
  ] as const;
  for (const [flag, value] of given) {
    if (value === undefined || value === null) continue;
    throw new RewardsmithError("E_CLI_PROMPTS", `the designer ${designer} reads no prompts`, {
      where: `${flag} ${value}`,
      hint: `leave ${flag} out, or name a designer that asks a model: --designer openai, recorded or manual`,
    });
  }
}

function recordingOf({ recording }: SearchOptions): string {
  if (recording !== null) return recording;
  throw new RewardsmithError("E_CLI_RECORDING", "--designer recorded needs a recording", {
    hint: `add --recording runs/<name>/${conversations}`,
  });
}

function shown(file: string): string {
  return path.relative(process.cwd(), file);
}
