import { writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { confirmSpending, estimateSearch, formatEstimate } from "../../src/llm/preflight.js";
import { findPrice, loadPrices } from "../../src/llm/price.js";
import { priceTable } from "../../src/llm/price-table.js";
import { resolveLlmSettings } from "../../src/llm/settings.js";
import { temporaryFolder } from "../temporary-folder.js";

const key = { OPENAI_API_KEY: "sk-test" };

test("a flag goes before the pack, the pack before the environment, that before the default", () => {
  const env = { ...key, REWARDSMITH_MODEL: "from-env" };
  expect(resolveLlmSettings({ model: "from-flag" }, env, { model: "from-pack" }).model).toBe(
    "from-flag",
  );
  expect(resolveLlmSettings({}, env, { model: "from-pack" }).model).toBe("from-pack");
  expect(resolveLlmSettings({}, env).model).toBe("from-env");
  expect(resolveLlmSettings({}, key).model).toBe("gpt-5.4-mini");
});

test("no key is an error that says what to set, except on this computer", () => {
  expect(() => resolveLlmSettings({}, {})).toThrow(
    expect.objectContaining({ code: "E_LLM_NO_KEY" }),
  );
  expect(() => resolveLlmSettings({ model: "m", baseUrl: "https://example.com/v1" }, {})).toThrow(
    "OPENAI_API_KEY",
  );
  for (const baseUrl of [
    "http://localhost:11434/v1",
    "http://127.0.0.1:8000/v1",
    "http://[::1]:1234/v1",
  ]) {
    expect(resolveLlmSettings({ model: "m", baseUrl }, {}).apiKey).toBe("none");
  }
});

test("another server needs a model's name", () => {
  expect(() => resolveLlmSettings({ baseUrl: "http://localhost:11434/v1" }, {})).toThrow(
    expect.objectContaining({ code: "E_LLM_NO_MODEL" }),
  );
});

test("an address that is none and a number that is none are named", () => {
  expect(() => resolveLlmSettings({}, { ...key, OPENAI_BASE_URL: "localhost" })).toThrow(
    "localhost",
  );
  expect(() => resolveLlmSettings({}, { ...key, REWARDSMITH_TEMPERATURE: "warm" })).toThrow("warm");
  expect(() => resolveLlmSettings({ temperature: 3 }, key)).toThrow(
    expect.objectContaining({ code: "E_LLM_SETTINGS" }),
  );
});

test("a base URL goes before an Azure endpoint in the environment", () => {
  const env = {
    ...key,
    AZURE_OPENAI_ENDPOINT: "https://x.openai.azure.com/",
    AZURE_OPENAI_API_KEY: "a",
  };
  expect(resolveLlmSettings({ model: "d" }, env)).toMatchObject({
    provider: "azure",
    baseUrl: "https://x.openai.azure.com/openai",
    apiKey: "a",
  });
  expect(resolveLlmSettings({ model: "m", baseUrl: "https://y.example/v1" }, env).provider).toBe(
    "openai",
  );
});

test("a price is found past the provider's prefix and the snapshot's date, and never guessed", () => {
  expect(findPrice("openai/gpt-4o-mini-2024-07-18", priceTable)).toEqual(priceTable["gpt-4o-mini"]);
  expect(findPrice("claude-sonnet-5-5", priceTable)).toEqual(priceTable["claude-sonnet-5.5"]);
  expect(findPrice("gpt-9", priceTable)).toBeNull();
  expect(findPrice("constructor", priceTable)).toBeNull();
  expect(findPrice("qwen", priceTable, "http://localhost:11434/v1")).toEqual({
    input: 0,
    output: 0,
  });
});

test("a price file lies over the table, and a broken one is named", async () => {
  const folder = temporaryFolder("prices");
  const file = path.join(folder, "prices.json");
  await writeFile(
    file,
    '{ "gpt-4o": { "input": 1, "output": 2 }, "mine": { "input": 3, "output": 4 } }',
  );
  const prices = await loadPrices(file);
  expect(prices["gpt-4o"]).toEqual({ input: 1, output: 2 });
  expect(prices["gpt-5"]).toEqual(priceTable["gpt-5"]);
  await writeFile(file, '{ "gpt-4o": { "input": "much" } }');
  await expect(loadPrices(file)).rejects.toMatchObject({ code: "E_LLM_PRICES", where: file });
});

const firstPrompt = [{ role: "user" as const, content: "Write a reward for the cart." }];

test("the estimate counts later prompts, repairs and answers by hand", async () => {
  const price = { input: 1, output: 10 };
  const estimate = await estimateSearch({ firstPrompt, iterations: 3, candidates: 4, price });
  const first = 14; // 7 tokens of text, 4 of frame, 3 of the answer's
  expect(estimate.requests).toBe(15);
  expect(estimate.promptTokens).toBe(12 * first + 8 * 1500 + 3 * (first + 2700));
  expect(estimate.completionTokens).toBe(15 * 1200);
  expect(estimate.usd).toBeCloseTo((estimate.promptTokens + 180_000) / 1e6, 12);
  const text = formatEstimate(estimate, {
    model: "m",
    baseUrl: "https://x/v1",
    caps: { usd: 2 },
    price,
  });
  expect(text).toContain("model     m at https://x/v1");
  expect(text).toContain("about 15");
  expect(text).toContain("about $0.20");
  expect(text).toContain("stops at  $2.00");
});

test("an unknown price is said, with the token cap that stands in", async () => {
  const estimate = await estimateSearch({ firstPrompt, iterations: 1, candidates: 1, price: null });
  const about = { model: "m", baseUrl: "https://x/v1", caps: { usd: 2 }, price: null };
  expect(formatEstimate(estimate, about)).toMatch(/price not known[\s\S]*1,000,000 tokens/);
});

test("spending above the limit is asked for, and refused without a terminal", async () => {
  const estimate = { requests: 1, promptTokens: 1, completionTokens: 1, usd: 0.5 };
  await confirmSpending(estimate, { overUsd: 1, ask: null });
  const asked: string[] = [];
  const ask = async (question: string) => asked.push(question) > 0;
  await confirmSpending(estimate, { overUsd: 0.1, ask });
  expect(asked).toEqual(["Spend about $0.50?"]);
  await expect(confirmSpending(estimate, { overUsd: 0.1, ask: null })).rejects.toMatchObject({
    code: "E_LLM_CONFIRM",
    hint: expect.stringContaining("--confirm-over 0.5"),
  });
  await expect(
    confirmSpending({ ...estimate, usd: null }, { overUsd: 100, ask: async () => false }),
  ).rejects.toMatchObject({ code: "E_LLM_CONFIRM" });
});
