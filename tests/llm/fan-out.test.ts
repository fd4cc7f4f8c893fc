import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { RewardsmithError } from "../../src/core/errors.js";
import { fanOut } from "../../src/llm/fan-out.js";

test("the first request goes alone and the rest stay within the bound", async () => {
  const events: string[] = [];
  let open = 0;
  let peak = 0;
  const results = await fanOut(8, 3, async (index) => {
    events.push(`start ${index}`);
    peak = Math.max(peak, ++open);
    await delay(5);
    open--;
    events.push(`end ${index}`);
    return index;
  });
  expect(events.slice(0, 2)).toEqual(["start 0", "end 0"]);
  expect(peak).toBe(3);
  expect(results).toEqual(
    [0, 1, 2, 3, 4, 5, 6, 7].map((value) => ({ status: "fulfilled", value })),
  );
});

test("one failure costs one candidate", async () => {
  const results = await fanOut(3, 2, async (index) => {
    if (index === 0) throw new RewardsmithError("E_LLM_EMPTY", "empty");
    return index;
  });
  expect(results.map((result) => result.status)).toEqual(["rejected", "fulfilled", "fulfilled"]);
});

test("a refused key is not sent again with the other requests", async () => {
  let asked = 0;
  const results = await fanOut(16, 8, async () => {
    asked++;
    throw new RewardsmithError("E_LLM_UNAUTHORIZED", "no");
  });
  expect(asked).toBe(1);
  expect(results).toHaveLength(16);
  expect(results.every((result) => result.status === "rejected")).toBe(true);
});

test("a budget reached midway keeps the answers there are and sends no more", async () => {
  const asked: number[] = [];
  const results = await fanOut(10, 1, async (index) => {
    asked.push(index);
    if (index >= 4) throw new RewardsmithError("E_BUDGET_MONEY", "spent");
    return index;
  });
  expect(asked).toEqual([0, 1, 2, 3, 4]);
  expect(results.filter((result) => result.status === "fulfilled")).toHaveLength(4);
});
