/** From flags to whoever is asked for randomizations: a model, a recording, or a person. */
import { mkdirSync } from "node:fs";
import path from "node:path";
import { RewardsmithError } from "../core/errors.js";
import type { ChatClient } from "../llm/chat.js";
import { isLoopback } from "../llm/loopback.js";
import { createManualClient } from "../llm/manual.js";
import { createOpenAiClient } from "../llm/openai.js";
import { confirmSpending, estimateSearch, formatEstimate } from "../llm/preflight.js";
import { findPrice, loadPrices } from "../llm/price.js";
import { loadPack, type PromptPack } from "../llm/prompt-pack.js";
import { createRecordedClient, recordingClient } from "../llm/recording.js";
import { renderRandomization } from "../llm/render.js";
import { type LlmFlags, resolveLlmSettings } from "../llm/settings.js";
import { diskError } from "../run/disk.js";
import type { LoadedTask } from "../task/loaded-task.js";
import type { FeasibleIntervals } from "../transfer/check-configuration.js";
import { randomizationInputs } from "../transfer/randomization-prompt.js";
import type { CliContext } from "./context.js";

export const chatDesigners = ["openai", "manual", "recorded"] as const;

export interface ChatChoice {
  readonly designer: string;
  readonly pack: string;
  readonly task: LoadedTask;
  readonly prior?: FeasibleIntervals | undefined;
  readonly count: number;
  readonly perAnswer: number;
  readonly llm: LlmFlags;
  readonly recording: string | null;
  readonly prices?: string | undefined;
  readonly confirmOver: number;
  /** Where conversations are kept, and prompts for a person. */
  readonly folder: string;
}

export interface ChosenChat {
  readonly client: ChatClient;
  readonly pack: PromptPack;
  readonly concurrency: number;
}

export async function chooseChat(cli: CliContext, choice: ChatChoice): Promise<ChosenChat> {
  const { designer, folder, recording, task, prior, perAnswer, count } = choice;
  const pack = await loadPack(choice.pack);
  const file = path.join(folder, "randomization-conversations.jsonl");
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw diskError(error, folder);
  }
  const first = await renderRandomization(pack, randomizationInputs(task, perAnswer, prior));
  if (designer === "recorded") {
    if (recording !== null) {
      return { client: createRecordedClient(recording), pack, concurrency: 1 };
    }
    throw new RewardsmithError("E_CLI_RECORDING", "--designer recorded needs a recording", {
      hint: `add --recording ${path.relative(process.cwd(), file)}`,
    });
  }
  if (designer === "manual") {
    const client = createManualClient({
      folder: path.join(folder, "manual"),
      onWaiting: ({ prompt, answer }) => {
        const [from, to] = [prompt, answer].map((one) => path.relative(process.cwd(), one));
        cli.terminal.line(`  paste ${from} into a chat, save its answer as ${to}`);
      },
    });
    return { client: recordingClient(client, file), pack, concurrency: 1 };
  }
  const settings = resolveLlmSettings(choice.llm, cli.env, first);
  const prices = await loadPrices(choice.prices);
  const price = findPrice(settings.model, prices, settings.baseUrl);
  const estimate = await estimateSearch({
    firstPrompt: first.messages,
    iterations: 1,
    candidates: Math.ceil(count / perAnswer),
    price,
  });
  const about = { model: settings.model, baseUrl: settings.baseUrl, caps: {}, price };
  cli.terminal.line(formatEstimate(estimate, about));
  if (!isLoopback(settings.baseUrl)) {
    const ask = cli.canAsk ? (question: string) => cli.ask(question) : null;
    await confirmSpending(estimate, { overUsd: choice.confirmOver, ask });
  }
  const client = createOpenAiClient(settings, {
    prices,
    onRetry: ({ error, waitSeconds }) => {
      cli.terminal.line(`  ${error.message}; asking again in ${Math.ceil(waitSeconds)} s`);
    },
  });
  return { client: recordingClient(client, file), pack, concurrency: settings.concurrency };
}
