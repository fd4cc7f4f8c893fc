import fc from "fast-check";
import { expect, test } from "vitest";
import { AnswerError } from "../../src/llm/answer-error.js";
import { budgetedClient, capsFor, LlmBudget } from "../../src/llm/budget.js";
import type { ChatClient, ChatRequest } from "../../src/llm/chat.js";
import { fanOut } from "../../src/llm/fan-out.js";
import { costUsd } from "../../src/llm/price.js";
import { answerOf, scriptedClient } from "./scripted-client.js";

const price = { input: 1, output: 10 };
const requestOf = (candidate: number): ChatRequest => ({
  key: { run: "r", iteration: 0, candidate, attempt: 0 },
  messages: [{ role: "user", content: "Write a reward." }],
});

test("the request that would pass the money cap is refused before it is sent", async () => {
  // Each answer is said to cost $0.01; room for one of 1500 tokens takes $0.015.
  const inner = scriptedClient(() => "ok");
  const budget = new LlmBudget({ usd: 0.04 }, price);
  const client = budgetedClient(inner, budget, 4000);
  const settled = await fanOut(10, 1, (i) => client.chat(requestOf(i)));
  expect(settled.filter((result) => result.status === "fulfilled")).toHaveLength(3);
  expect(settled[3]).toMatchObject({ reason: { code: "E_BUDGET_MONEY" } });
  expect(inner.requests).toHaveLength(3);
  expect(budget.spent).toMatchObject({ requests: 3, usd: 0.03 });
});

test("the request that would pass the token cap is refused before it is sent", async () => {
  const inner = scriptedClient(() => "ok");
  const client = budgetedClient(inner, new LlmBudget({ tokens: 4000 }, null), 2000);
  await client.chat(requestOf(0));
  await client.chat(requestOf(1));
  await expect(client.chat(requestOf(2))).rejects.toMatchObject({ code: "E_BUDGET_TOKENS" });
  expect(inner.requests).toHaveLength(2);
});

test("near the cap the answer is limited to the room that is left", async () => {
  const inner = scriptedClient(() => "ok");
  const client = budgetedClient(inner, new LlmBudget({ tokens: 3000 }, null), 8000);
  await client.chat(requestOf(0));
  expect(inner.requests[0].maxAnswerTokens).toBeGreaterThan(2900);
  expect(inner.requests[0].maxAnswerTokens).toBeLessThan(3000);
});

test("near the cap requests wait for each other instead of being refused", async () => {
  let open = 0;
  let peak = 0;
  const inner = scriptedClient(async () => {
    peak = Math.max(peak, ++open);
    await new Promise((resolve) => setTimeout(resolve, 5));
    open--;
    return "ok";
  });
  // Every answer uses 1500 tokens, but room for one of 8000 is kept while it is open.
  const client = budgetedClient(inner, new LlmBudget({ tokens: 12_000 }, null), 8000);
  await Promise.all([0, 1, 2, 3].map((i) => client.chat(requestOf(i))));
  expect(peak).toBe(1);
  expect(inner.requests).toHaveLength(4);
});

test("no order of answers passes the token cap when the server keeps to the limit", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 2000, max: 40_000 }),
      fc.array(fc.integer({ min: 1, max: 9000 }), { minLength: 1, maxLength: 12 }),
      async (tokens, lengths) => {
        const budget = new LlmBudget({ tokens }, null);
        const inner: ChatClient = {
          name: "openai",
          model: "m",
          chat: async (request) => ({
            ...answerOf("ok"),
            usage: {
              promptTokens: 5,
              completionTokens: Math.min(
                lengths[request.key.candidate],
                request.maxAnswerTokens ?? 0,
              ),
            },
          }),
        };
        const client = budgetedClient(inner, budget, 9000);
        await Promise.allSettled(lengths.map((_, i) => client.chat(requestOf(i))));
        expect(budget.spent.promptTokens + budget.spent.completionTokens).toBeLessThanOrEqual(
          tokens,
        );
      },
    ),
    { numRuns: 40 },
  );
});

test("an answer that came but was of no use counts all the same", async () => {
  const budget = new LlmBudget({}, price);
  const inner = scriptedClient(() => new AnswerError("E_LLM_EMPTY", "empty", answerOf("")));
  await expect(budgetedClient(inner, budget).chat(requestOf(0))).rejects.toThrow("empty");
  expect(budget.spent).toMatchObject({ requests: 1, completionTokens: 500 });
});

test("a resumed run's budget begins where it stopped", async () => {
  const spent = { requests: 9, promptTokens: 3000, completionTokens: 900, usd: 0.5 };
  const client = budgetedClient(
    scriptedClient(() => "ok"),
    new LlmBudget({ usd: 0.5 }, price, spent),
  );
  await expect(client.chat(requestOf(0))).rejects.toMatchObject({ code: "E_BUDGET_MONEY" });
});

test("a free model runs under a money cap of nothing", async () => {
  const free = new LlmBudget({ usd: 0 }, { input: 0, output: 0 });
  const inner = scriptedClient(() => "ok");
  await budgetedClient(inner, free).chat(requestOf(0));
  expect(inner.requests).toHaveLength(1);
});

test("an unknown price puts a token cap in place of the money cap", () => {
  expect(capsFor(null, { usd: 5 })).toEqual({ usd: 5, tokens: 1_000_000 });
  expect(capsFor(null, { tokens: 10 })).toEqual({ tokens: 10 });
  expect(capsFor(price, { usd: 5 })).toEqual({ usd: 5 });
});

test("cached prompt tokens are charged at their own price", () => {
  const usage = { promptTokens: 1_000_000, completionTokens: 100_000, cachedTokens: 400_000 };
  expect(costUsd({ input: 2, output: 8, cachedInput: 0.5 }, usage)).toBeCloseTo(
    1.2 + 0.2 + 0.8,
    12,
  );
  expect(costUsd(null, usage)).toBeNull();
});
