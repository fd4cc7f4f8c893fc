import { readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { beforeEach, expect, test } from "vitest";
import type { ChatRequest } from "../../src/llm/chat.js";
import { createManualClient } from "../../src/llm/manual.js";
import { temporaryFolder } from "../temporary-folder.js";

let folder = "";
beforeEach(() => {
  folder = path.join(temporaryFolder("manual"), "chat");
});

function request(text: string, attempt = 0): ChatRequest {
  return {
    key: { run: "r", iteration: 1, candidate: 2, attempt },
    messages: [
      { role: "system", content: "Write rewards." },
      { role: "user", content: text },
    ],
  };
}

const answer = "```ts\nexport function reward(s: State): Terms {\n  return { a: 1 };\n}\n```\n";

/** A client, and the files it says it waits for. */
function manual(settleSeconds = 0.05) {
  const files: { prompt: string; answer: string }[] = [];
  const client = createManualClient({
    folder,
    settleSeconds,
    onWaiting: (each) => files.push(each),
  });
  return { client, files };
}

test("the prompt is written, and the answer in the other file comes back", async () => {
  const { client, files } = manual();
  const asked = client.chat(request("Balance."));
  while (files.length === 0) await delay(5);
  expect(path.basename(files[0].prompt)).toBe("prompt-i01-c02.md");
  expect(readFileSync(files[0].prompt, "utf8")).toContain("===== REQUEST =====\n\nBalance.");
  writeFileSync(files[0].answer, answer);
  expect(await asked).toMatchObject({ text: answer, costUsd: 0, model: "manual" });
});

test("an editor that writes in pieces is waited for", async () => {
  const { client, files } = manual(0.1);
  const asked = client.chat(request("Balance."));
  while (files.length === 0) await delay(5);
  writeFileSync(files[0].answer, "");
  for (let end = 10; end < answer.length + 10; end += 10) {
    await delay(10);
    writeFileSync(files[0].answer, answer.slice(0, end));
  }
  expect((await asked).text).toBe(answer);
});

test("a pause inside a code block is not the end", async () => {
  const { client, files } = manual(0.03);
  const asked = client.chat(request("Balance."));
  while (files.length === 0) await delay(5);
  writeFileSync(files[0].answer, answer.slice(0, 30));
  await delay(120);
  writeFileSync(files[0].answer, answer);
  expect((await asked).text).toBe(answer);
});

test("an editor that writes another file and renames it is seen", async () => {
  const { client, files } = manual();
  const asked = client.chat(request("Balance."));
  while (files.length === 0) await delay(5);
  writeFileSync(path.join(folder, "swap"), answer);
  renameSync(path.join(folder, "swap"), files[0].answer);
  expect((await asked).text).toBe(answer);
});

test("after a restart an answer that lies there is used, one to another prompt is put aside", async () => {
  const { client, files } = manual();
  const asked = client.chat(request("Balance."));
  while (files.length === 0) await delay(5);
  writeFileSync(files[0].answer, answer);
  await asked;
  expect((await manual().client.chat(request("Balance."))).text).toBe(answer);

  const changed = manual();
  const again = changed.client.chat(request("Swing up."));
  while (changed.files.length === 0) await delay(5);
  expect(readFileSync(path.join(folder, "answer-i01-c02.old.md"), "utf8")).toBe(answer);
  writeFileSync(changed.files[0].answer, "other");
  expect((await again).text).toBe("other");
});

test("a repair has files of its own, and waiting can be cancelled", async () => {
  const { client, files } = manual();
  const stop = new AbortController();
  const asked = client.chat(request("Mend.", 1), stop.signal);
  while (files.length === 0) await delay(5);
  expect(path.basename(files[0].answer)).toBe("answer-i01-c02-repair1.md");
  stop.abort();
  await expect(asked).rejects.toMatchObject({ code: "E_CANCELLED" });
});
