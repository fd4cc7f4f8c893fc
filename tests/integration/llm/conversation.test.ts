/** Pack → server → checker → recording → replay, with the real parts and a fake server. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { afterEach, expect, test } from "vitest";
import { budgetedClient, LlmBudget } from "../../../src/llm/budget.js";
import { createOpenAiClient } from "../../../src/llm/openai.js";
import { initialInputs } from "../../../src/llm/prompt-inputs.js";
import { loadPack } from "../../../src/llm/prompt-pack.js";
import { createRecordedClient, recordingClient } from "../../../src/llm/recording.js";
import { resolveLlmSettings } from "../../../src/llm/settings.js";
import { tryPack } from "../../../src/llm/try-pack.js";
import { compileProgram } from "../../../src/reward/node/compile.js";
import { loadTask } from "../../../src/task/node/load.js";
import { answers, type FakeOpenAiServer, startFakeOpenAi } from "../../llm/fake-openai-server.js";
import { temporaryFolder } from "../../temporary-folder.js";

let server: FakeOpenAiServer | undefined;
afterEach(async () => server?.close());

test("a trial with a model is recorded, and replays without the server", async () => {
  const task = await loadTask("cartpole-swingup");
  const broken = {
    kind: "answer",
    text: answers.normal.text.replace("s.action[0]", "s.actuon[0]"),
  } as const;
  server = await startFakeOpenAi(
    ({ body }, index) => {
      if (index === 0) return { kind: "status", status: 429, headers: { "retry-after": "0.02" } };
      const repairing = body.messages.at(-2)?.role === "assistant";
      return repairing || index % 2 === 0 ? answers.twoBlocks : broken;
    },
    { delayMs: 20 },
  );
  const file = path.join(temporaryFolder("conversation"), "conversations.jsonl");
  const settings = resolveLlmSettings(
    { model: "qwen2.5-coder", baseUrl: server.baseUrl },
    { OPENAI_API_KEY: "sk-secret-value" },
  );
  const budget = new LlmBudget({ tokens: 100_000 }, null);
  const live = recordingClient(budgetedClient(createOpenAiClient(settings), budget), file);
  const trial = {
    pack: await loadPack("eureka"),
    inputs: initialInputs(task),
    count: 6,
    concurrency: 3,
    check: async (code: string) => {
      const { program, issues } = compileProgram(code, "reward", task.signals);
      return { accepted: program !== null, issues, terms: program?.columns.slice(1) ?? [] };
    },
  };
  const asked = await tryPack({ ...trial, client: live });
  expect(asked.candidates.every(({ outcome }) => outcome !== "refused")).toBe(true);
  expect(asked.candidates.some(({ outcome }) => outcome === "repaired")).toBe(true);
  expect(asked.candidates.every(({ terms }) => terms.join() === "effort")).toBe(true);
  expect(server.peakOpen()).toBeLessThanOrEqual(3);
  expect(budget.spent.requests).toBe(asked.spent.requests);

  const recorded = readFileSync(file, "utf8");
  expect(recorded).not.toContain("sk-secret-value");
  expect(recorded).not.toMatch(/authorization/i);

  await server.close();
  server = undefined;
  const replayed = await tryPack({ ...trial, client: createRecordedClient(file) });
  expect(replayed.candidates).toEqual(asked.candidates);
  expect(replayed.spent.usd).toBe(0);

  const terse = tryPack({
    ...trial,
    pack: await loadPack("terse"),
    client: createRecordedClient(file),
  });
  await expect(terse).rejects.toMatchObject({ code: "E_RECORDING_MISMATCH" });
});
