import * as fs from "node:fs";
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, expect, test, vi } from "vitest";
import { RewardsmithError } from "../../src/core/errors.js";
import { AnswerError } from "../../src/llm/answer-error.js";
import type { ChatMessage, ChatRequest } from "../../src/llm/chat.js";
import {
  createRecordedClient,
  recordingClient,
  spentInRecording,
} from "../../src/llm/recording.js";
import { temporaryFolder } from "../temporary-folder.js";
import { answerOf, scriptedClient } from "./scripted-client.js";

vi.mock("node:fs", async (original) => {
  const actual = await original<typeof fs>();
  return { ...actual, writeSync: vi.fn(actual.writeSync) };
});

let file = "";
beforeEach(() => {
  file = path.join(temporaryFolder("recording"), "conversations.jsonl");
});

const system: ChatMessage = { role: "system", content: "Write rewards. Give 3 terms." };
const first: ChatMessage = { role: "user", content: "Task: 500 steps." };
const turn: ChatMessage = { role: "assistant", content: "```ts\nconst a = 1;\n```" };
const feedback = (fitness: string, advice = "Improve it."): ChatMessage => ({
  role: "user",
  content: `Fitness ${fitness}\n\n\`\`\`\nupright   ${fitness}  0.5\n\`\`\`\n${advice}`,
});

function request(
  messages: readonly ChatMessage[],
  key: Partial<ChatRequest["key"]> = {},
): ChatRequest {
  return { key: { run: "r", iteration: 0, candidate: 0, attempt: 0, ...key }, messages };
}

test("a search replays word for word, at no cost", async () => {
  const live = recordingClient(
    scriptedClient((_, index) => `answer ${index}`),
    file,
  );
  const requests = [
    request([system, first]),
    request([system, first], { candidate: 1 }),
    request([system, first], { attempt: 1 }),
  ];
  const answers = [];
  for (const each of requests) answers.push(await live.chat(each));
  const replayed = createRecordedClient(file);
  expect(replayed.model).toBe("scripted");
  for (const [index, each] of requests.entries()) {
    expect(await replayed.chat({ ...each, key: { ...each.key, run: "another" } })).toEqual({
      ...answers[index],
      costUsd: 0,
    });
  }
});

test("measured numbers may differ, with the blanks that line them up", async () => {
  await recordingClient(
    scriptedClient(() => "ok"),
    file,
  ).chat(request([system, first, turn, feedback("0.81")]));
  const answer = await createRecordedClient(file).chat(
    request([system, first, turn, feedback("-12.5e-3")]),
  );
  expect(answer.text).toBe("ok");
});

test("which endings occurred, and where a value is missing, is measured too", async () => {
  const told = (table: string) =>
    request([system, first, turn, { role: "user", content: `\`\`\`\n${table}\n\`\`\`` }]);
  const before = told("fitness: [–, 0.2]\nepisodes ended by: fell over 3 %, time limit 97 %");
  await recordingClient(
    scriptedClient(() => "ok"),
    file,
  ).chat(before);
  const now = told("fitness: [0.1, 0.2]\nepisodes ended by: time limit 100 %");
  expect((await createRecordedClient(file).chat(now)).text).toBe("ok");
});

test("a changed template is an error that shows the lines", async () => {
  await recordingClient(
    scriptedClient(() => "ok"),
    file,
  ).chat(request([system, first, turn, feedback("0.8")]));
  const replayed = createRecordedClient(file);
  const error = await replayed
    .chat(request([system, first, turn, feedback("0.8", "Make it better.")]))
    .catch((thrown) => thrown);
  expect(error.code).toBe("E_RECORDING_MISMATCH");
  expect(error.message).toContain("- Improve it.");
  expect(error.message).toContain("+ Make it better.");
  expect(error.message).not.toContain("Write rewards");
});

test.each([
  [
    "a number of the instructions",
    [{ ...system, content: "Write rewards. Give 4 terms." }, first, turn, feedback("0.8")],
  ],
  [
    "a number of the task",
    [system, { ...first, content: "Task: 600 steps." }, turn, feedback("0.8")],
  ],
  ["the code", [system, first, { ...turn, content: "```ts\nconst a = 2;\n```" }, feedback("0.8")]],
])("%s is not measured, so it must be the same", async (_, messages) => {
  await recordingClient(
    scriptedClient(() => "ok"),
    file,
  ).chat(request([system, first, turn, feedback("0.8")]));
  await expect(
    createRecordedClient(file).chat(request(messages as ChatMessage[])),
  ).rejects.toMatchObject({ code: "E_RECORDING_MISMATCH" });
});

test("a conversation that was not recorded is named", async () => {
  await recordingClient(
    scriptedClient(() => "ok"),
    file,
  ).chat(request([system, first]));
  const asked = createRecordedClient(file).chat(
    request([system, first], { iteration: 2, candidate: 3, attempt: 1 }),
  );
  await expect(asked).rejects.toMatchObject({
    code: "E_RECORDING_MISSING",
    message: expect.stringContaining("iteration 2, candidate 3, repair 1"),
  });
  expect(() => createRecordedClient(`${file}.none`)).toThrow(
    expect.objectContaining({ code: "E_RECORDING_MISSING" }),
  );
});

test("a failure replays as the same failure", async () => {
  const inner = scriptedClient((_, index) =>
    index === 0
      ? new RewardsmithError("E_LLM_SERVER", "failed (500)", { hint: "later" })
      : new AnswerError("E_LLM_INCOMPLETE", "cut", answerOf("```ts\nexp")),
  );
  const live = recordingClient(inner, file);
  await live.chat(request([system])).catch(() => {});
  await live.chat(request([system], { candidate: 1 })).catch(() => {});
  const replayed = createRecordedClient(file);
  await expect(replayed.chat(request([system]))).rejects.toMatchObject({
    code: "E_LLM_SERVER",
    hint: "later",
  });
  await expect(replayed.chat(request([system], { candidate: 1 }))).rejects.toBeInstanceOf(
    AnswerError,
  );
});

test("after a crash an answer that was paid for is not asked again", async () => {
  await recordingClient(
    scriptedClient(() => "paid"),
    file,
  ).chat(request([system, first]));
  appendFileSync(file, '{"format":1,"key":{"run":"r"'); // killed while writing the next line
  const inner = scriptedClient(() => "new");
  const resumed = recordingClient(inner, file);
  expect((await resumed.chat(request([system, first]))).text).toBe("paid");
  expect((await resumed.chat(request([system, first], { candidate: 1 }))).text).toBe("new");
  expect(inner.requests).toHaveLength(1);
  expect(
    readFileSync(file, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).answer.text),
  ).toEqual(["paid", "new"]);
  expect(spentInRecording(file)).toEqual({
    requests: 2,
    promptTokens: 2000,
    completionTokens: 1000,
    usd: 0.02,
  });
});

test("an answer to another prompt, or a failure, is asked for anew", async () => {
  const failing = recordingClient(
    scriptedClient(() => new RewardsmithError("E_LLM_TIMEOUT", "slow")),
    file,
  );
  await failing.chat(request([system])).catch(() => {});
  const inner = scriptedClient(() => "now");
  const resumed = recordingClient(inner, file);
  expect((await resumed.chat(request([system]))).text).toBe("now");
  expect((await createRecordedClient(file).chat(request([system]))).text).toBe("now");
});

test("a request that was never sent is no conversation", async () => {
  const refusing = scriptedClient(() => new RewardsmithError("E_BUDGET_MONEY", "spent"));
  await recordingClient(refusing, file)
    .chat(request([system]))
    .catch(() => {});
  expect(existsSync(file)).toBe(false);
});

test("a damaged line is named with its number", () => {
  writeFileSync(file, '{"format":1}\n{"format":1}\n');
  expect(() => createRecordedClient(file)).toThrow(
    expect.objectContaining({ code: "E_RECORDING_CORRUPT", where: `${file}:1` }),
  );
});

test("nothing is cut off a file before the first request: another process may be writing it", async () => {
  writeFileSync(file, "half a li");
  const client = recordingClient(
    scriptedClient(() => "answer"),
    file,
  );
  expect(readFileSync(file, "utf8")).toBe("half a li");
  await client.chat(request([system, first]));
  expect(readFileSync(file, "utf8")).not.toContain("half a li");
});

test("a full disk is named, and what it took half of is cut off again", async () => {
  const client = recordingClient(
    scriptedClient((_, index) => `answer ${index}`),
    file,
  );
  await client.chat(request([system, first]));
  const before = readFileSync(file, "utf8");
  vi.mocked(fs.writeSync).mockImplementationOnce((descriptor) => {
    fs.appendFileSync(descriptor, "half a li");
    throw Object.assign(new Error("no space"), { code: "ENOSPC" });
  });
  const second = request([system, first], { candidate: 1 });
  await expect(client.chat(second)).rejects.toMatchObject({ code: "E_DISK_FULL" });
  expect(readFileSync(file, "utf8")).toBe(before);
});
