/** Caps on tokens and money that hold before a request is sent, not after its bill. */
import { RewardsmithError } from "../core/errors.js";
import { AnswerError } from "./answer-error.js";
import type { ChatAnswer, ChatClient } from "./chat.js";
import type { Price } from "./price-table.js";
import { countMessageTokens } from "./tokens.js";

export interface LlmCaps {
  readonly usd?: number;
  readonly tokens?: number;
}

export interface LlmSpend {
  readonly requests: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** US dollars of the requests whose price is known. */
  readonly usd: number;
}

export const nothingSpent: LlmSpend = { requests: 0, promptTokens: 0, completionTokens: 0, usd: 0 };

export function addAnswer(spent: LlmSpend, { usage, costUsd }: ChatAnswer): LlmSpend {
  return {
    requests: spent.requests + 1,
    promptTokens: spent.promptTokens + usage.promptTokens,
    completionTokens: spent.completionTokens + usage.completionTokens,
    usd: spent.usd + (costUsd ?? 0),
  };
}

/** Tokens a search may use where money cannot be counted because the price is not known. */
const TOKEN_CAP_WITHOUT_PRICE = 1_000_000;
/** Room kept for an answer where the server is given no limit. */
const USUAL_LONGEST_ANSWER = 8_192;
/** A reward with its reasons fits in this; a request with less room is not worth sending. */
const SHORTEST_ANSWER = 1_500;

/** The caps that apply: a money cap cannot hold without a price, so a token cap stands in. */
export function capsFor(price: Price | null, caps: LlmCaps): LlmCaps {
  if (price !== null || caps.tokens !== undefined) return caps;
  return { ...caps, tokens: TOKEN_CAP_WITHOUT_PRICE };
}

/** Counts what is spent and what open requests may still spend. */
export class LlmBudget {
  readonly caps: LlmCaps;
  private readonly price: Price | null;
  private total: LlmSpend;
  /** Tokens and money that open requests hold. */
  private held = { requests: 0, tokens: 0, usd: 0 };
  private waiting: (() => void)[] = [];

  /** `spent` is what a resumed run has used before. */
  constructor(caps: LlmCaps, price: Price | null, spent: LlmSpend = nothingSpent) {
    this.caps = capsFor(price, caps);
    this.price = price;
    this.total = spent;
  }

  get spent(): LlmSpend {
    return this.total;
  }

  /**
   * Takes room for a prompt and an answer of up to `wanted` tokens. Near a cap it waits for open
   * requests to end, then takes what is left; throws when that is too little for an answer.
   */
  async take(promptTokens: number, wanted: number): Promise<Hold> {
    for (;;) {
      const room = this.answerRoom(promptTokens);
      const least = Math.min(wanted, SHORTEST_ANSWER);
      const fits = room.tokens >= wanted;
      if (fits || (this.held.requests === 0 && room.tokens >= least)) {
        const answerTokens = Math.floor(Math.min(wanted, room.tokens));
        return this.hold(promptTokens, answerTokens);
      }
      if (this.held.requests === 0) throw this.refusal(room.cap, promptTokens + least);
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  /** Counts what an answer used. */
  add(answer: ChatAnswer): void {
    this.total = addAnswer(this.total, answer);
  }

  private hold(promptTokens: number, answerTokens: number): Hold {
    const tokens = promptTokens + answerTokens;
    const usd = this.usd(promptTokens, answerTokens);
    this.held.requests++;
    this.held.tokens += tokens;
    this.held.usd += usd;
    return {
      answerTokens,
      release: () => {
        this.held.requests--;
        this.held.tokens -= tokens;
        this.held.usd -= usd;
        for (const wake of this.waiting.splice(0)) wake();
      },
    };
  }

  /** Answer tokens that fit under both caps beside the prompt, and the cap that binds. */
  private answerRoom(promptTokens: number): { tokens: number; cap: "tokens" | "usd" } {
    const used = this.total.promptTokens + this.total.completionTokens + this.held.tokens;
    const byTokens = (this.caps.tokens ?? Number.POSITIVE_INFINITY) - used - promptTokens;
    const usdLeft = (this.caps.usd ?? Number.POSITIVE_INFINITY) - this.total.usd - this.held.usd;
    const usdForAnswer = usdLeft - this.usd(promptTokens, 0);
    const perToken = (this.price?.output ?? 0) / 1e6;
    // A free model fits under any cap, even one of nothing.
    const byUsd = perToken > 0 ? usdForAnswer / perToken : Number.POSITIVE_INFINITY;
    return byTokens <= byUsd ? { tokens: byTokens, cap: "tokens" } : { tokens: byUsd, cap: "usd" };
  }

  private usd(promptTokens: number, answerTokens: number): number {
    if (this.price === null) return 0;
    return (promptTokens * this.price.input + answerTokens * this.price.output) / 1e6;
  }

  private refusal(cap: "tokens" | "usd", tokens: number): RewardsmithError {
    const { spent, caps } = this;
    if (cap === "usd") {
      return new RewardsmithError(
        "E_BUDGET_MONEY",
        `the next request does not fit: $${spent.usd.toFixed(4)} of $${caps.usd} are spent`,
        {
          hint: "nothing is lost; `rewardsmith resume` with a higher --max-money-usd goes on from here",
        },
      );
    }
    const used = spent.promptTokens + spent.completionTokens;
    return new RewardsmithError(
      "E_BUDGET_TOKENS",
      `the next request needs ${tokens} tokens: ${used} of ${caps.tokens} are used`,
      {
        hint: "nothing is lost; `rewardsmith resume` with a higher --max-tokens goes on from here",
      },
    );
  }
}

interface Hold {
  /** Longest answer the hold pays for. */
  readonly answerTokens: number;
  release(): void;
}

/** A client that asks only while the budget has room, and counts what every answer used. */
export function budgetedClient(
  inner: ChatClient,
  budget: LlmBudget,
  maxAnswerTokens: number = USUAL_LONGEST_ANSWER,
): ChatClient {
  const capped = budget.caps.usd !== undefined || budget.caps.tokens !== undefined;
  return {
    name: inner.name,
    model: inner.model,
    async chat(request, signal) {
      if (!capped) return counted(budget, inner.chat(request, signal));
      const promptTokens = await countMessageTokens(request.messages);
      const hold = await budget.take(promptTokens, maxAnswerTokens);
      try {
        const limited = { ...request, maxAnswerTokens: hold.answerTokens };
        return await counted(budget, inner.chat(limited, signal));
      } finally {
        hold.release();
      }
    },
  };
}

async function counted(budget: LlmBudget, asked: Promise<ChatAnswer>): Promise<ChatAnswer> {
  try {
    const answer = await asked;
    budget.add(answer);
    return answer;
  } catch (error) {
    if (error instanceof AnswerError) budget.add(error.answer);
    throw error;
  }
}
