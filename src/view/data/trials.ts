/** Asks a model for a few rewards with a draft of prompts and checks them; trains nothing. */
import { RewardsmithError } from "../../core/errors.js";
import { isLoopback } from "../../llm/loopback.js";
import { createOpenAiClient } from "../../llm/openai.js";
import { estimateSearch, formatEstimate } from "../../llm/preflight.js";
import { findPrice, loadPrices } from "../../llm/price.js";
import { initialInputs } from "../../llm/prompt-inputs.js";
import { renderConversation } from "../../llm/render.js";
import { resolveLlmSettings } from "../../llm/settings.js";
import { tryPack } from "../../llm/try-pack.js";
import type { PackDraft, Trial } from "./answers.js";
import type { LoadedTasks } from "./loaded-tasks.js";
import type { Packs } from "./packs.js";

export interface TrialRequest {
  readonly draft: PackDraft;
  readonly task: string;
  /** Rewards asked for. */
  readonly count: number;
  readonly model?: string | undefined;
  /** False: only what it would cost. True is the person's word that it may be spent. */
  readonly spend: boolean;
  readonly signal: AbortSignal;
}

export async function tryDraft(
  { draft, task: name, count, model, spend, signal }: TrialRequest,
  { packs, tasks }: { packs: Packs; tasks: LoadedTasks },
  env: Readonly<Record<string, string | undefined>>,
): Promise<Trial> {
  const inputs = initialInputs(await tasks.task(name));
  return packs.drafted(draft, async (pack) => {
    const first = await renderConversation(pack, { initial: inputs });
    const settings = resolveLlmSettings(model ? { model } : {}, env, first);
    const prices = await loadPrices();
    const price = findPrice(settings.model, prices, settings.baseUrl);
    const sizes = { firstPrompt: first.messages, iterations: 1, candidates: count, price };
    const estimate = await estimateSearch(sizes);
    const about = { model: settings.model, baseUrl: settings.baseUrl, caps: {}, price };
    const said = formatEstimate(estimate, about);
    if (!spend) return { estimate: said, candidates: null, spentUsd: 0 };
    if (price === null && !isLoopback(settings.baseUrl)) {
      throw new RewardsmithError("E_LLM_PRICE", `the price of ${settings.model} is not known`, {
        hint: "try it in a terminal, where a budget of tokens can be given: rewardsmith prompts try",
      });
    }
    const { candidates, spent } = await tryPack({
      pack,
      inputs,
      client: createOpenAiClient(settings, { prices }),
      check: (code) => tasks.check(name, code, signal),
      count,
      concurrency: settings.concurrency,
      signal,
    });
    const plain = candidates.map((one) => ({
      ...one,
      codes: [...one.codes],
      terms: [...one.terms],
    }));
    return { estimate: said, candidates: plain, spentUsd: spent.usd };
  });
}
