/** What a search will ask of a model and about what that costs, said before the first paid request. */
import { RewardsmithError } from "../core/errors.js";
import type { LlmCaps } from "./budget.js";
import { capsFor } from "./budget.js";
import type { ChatMessage } from "./chat.js";
import { costUsd } from "./price.js";
import type { Price } from "./price-table.js";
import { countMessageTokens } from "./tokens.js";

export interface SearchEstimate {
  readonly requests: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** US dollars; null where the price is not known. */
  readonly usd: number | null;
}

/** Code and reflection that later prompts carry beside the first one. */
const FEEDBACK_TOKENS = 1_500;
/** A reward with its reasons. Models that think first use several times as much. */
const ANSWER_TOKENS = 1_200;
/** Share of answers that go back once for repair. */
const REPAIR_SHARE = 0.25;

export async function estimateSearch(search: {
  readonly firstPrompt: readonly ChatMessage[];
  readonly iterations: number;
  /** Candidates per iteration. */
  readonly candidates: number;
  readonly price: Price | null;
}): Promise<SearchEstimate> {
  const first = await countMessageTokens(search.firstPrompt);
  const asked = search.iterations * search.candidates;
  const repairs = Math.ceil(asked * REPAIR_SHARE);
  const promptTokens =
    asked * first +
    (search.iterations - 1) * search.candidates * FEEDBACK_TOKENS +
    repairs * (first + FEEDBACK_TOKENS + ANSWER_TOKENS);
  const completionTokens = (asked + repairs) * ANSWER_TOKENS;
  const usd = costUsd(search.price, { promptTokens, completionTokens });
  return { requests: asked + repairs, promptTokens, completionTokens, usd };
}

/** The lines printed before the first request. */
export function formatEstimate(
  estimate: SearchEstimate,
  about: {
    readonly model: string;
    readonly baseUrl: string;
    readonly caps: LlmCaps;
    readonly price: Price | null;
  },
): string {
  const { price } = about;
  const caps = capsFor(price, about.caps);
  const money =
    estimate.usd === null || price === null
      ? "price not known (give one with --prices FILE), so tokens are capped"
      : price.input === 0 && price.output === 0
        ? "nothing: the model runs on this computer"
        : `about ${dollars(estimate.usd)} ($${price.input} in, $${price.output} out, a million tokens)`;
  const limits = [
    ...(caps.usd === undefined ? [] : [dollars(caps.usd)]),
    ...(caps.tokens === undefined ? [] : [`${caps.tokens.toLocaleString("en-US")} tokens`]),
  ];
  return [
    `model     ${about.model} at ${about.baseUrl}`,
    `requests  about ${estimate.requests}, repairs included`,
    `tokens    about ${thousands(estimate.promptTokens)} in, ${thousands(estimate.completionTokens)} out (more if the model thinks first)`,
    `money     ${money}`,
    `stops at  ${limits.length > 0 ? limits.join(" or ") : "no cap set (--max-money-usd, --max-tokens)"}`,
  ].join("\n");
}

/** Asks a person where the estimate is above `overUsd` or cannot be made; without one it refuses. */
export async function confirmSpending(
  estimate: SearchEstimate,
  options: {
    readonly overUsd: number;
    /** Null without a terminal. */
    readonly ask: ((question: string) => Promise<boolean>) | null;
  },
): Promise<void> {
  if (estimate.usd !== null && estimate.usd <= options.overUsd) return;
  const amount = estimate.usd === null ? "an unknown amount" : `about ${dollars(estimate.usd)}`;
  if (options.ask === null) {
    throw new RewardsmithError(
      "E_LLM_CONFIRM",
      `the search would cost ${amount}, and there is no terminal to confirm it`,
      {
        hint:
          estimate.usd === null
            ? "name the model's price in a file given with --prices"
            : `allow it with --confirm-over ${Math.ceil(estimate.usd * 100) / 100}`,
      },
    );
  }
  if (await options.ask(`Spend ${amount}?`)) return;
  throw new RewardsmithError("E_LLM_CONFIRM", "not confirmed; nothing was asked or spent");
}

function dollars(usd: number): string {
  return usd > 0 && usd < 0.01 ? `$${usd.toPrecision(1)}` : `$${usd.toFixed(2)}`;
}

function thousands(tokens: number): string {
  return tokens < 10_000 ? String(tokens) : `${Math.round(tokens / 1000)}k`;
}
