/** Searches that ask a language model, here a server on this computer that answers as told. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { outsideFolder, run, start } from "./rewardsmith.js";

const cwd = outsideFolder();
const requests: { model: string; messages: { role: string; content: string }[] }[] = [];
let server: Server;
let url = "";
let answer: (count: number) => { status?: number; text: string };

const code = (weight: number) =>
  `I pay for an upright pole.\n\n\`\`\`ts\nexport function reward(s: State): Terms {\n  return { upright: ${weight} * Math.cos(s.pole.angle) };\n}\n\`\`\`\n`;

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (data) => {
      body += data;
    });
    request.on("end", () => {
      requests.push(JSON.parse(body));
      const { status = 200, text } = answer(requests.length);
      response.writeHead(status, { "content-type": "application/json" });
      response.end(
        JSON.stringify(
          status === 200
            ? {
                model: "fake",
                choices: [{ finish_reason: "stop", message: { content: text } }],
                usage: { prompt_tokens: 1000, completion_tokens: 100 },
              }
            : { error: { message: text } },
        ),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
});

afterAll(() => {
  server.close();
});

const small = ["--iterations", "2", "--candidates", "2", "--search-steps", "6000", "--no-finals"];

function design(name: string, ...flags: string[]) {
  const model = ["--designer", "openai", "--base-url", url, "--model", "fake"];
  return run(["design", "cartpole", "--name", name, ...model, ...small, ...flags], { cwd });
}

test("a model is asked, repaired, told what happened, recorded and replayed without it", async () => {
  answer = (count) => ({ text: count === 1 ? "I would reward balance." : code(count) });
  const asked = await design("asked", "--note", "keep the cart calm", "--prompts", "terse");
  expect(asked.code, asked.stderr).toBe(0);
  expect(asked.stdout).toContain("language model fake");
  expect(asked.stdout).toMatch(/money +nothing: the model runs on this computer/);
  expect(asked.stdout).toContain("asked fake");
  expect(requests[0].messages.map((message) => message.content).join()).toContain(
    "keep the cart calm",
  );
  const second =
    requests
      .at(-1)
      ?.messages.map((message) => message.content)
      .join() ?? "";
  expect(second).toContain("Math.cos(s.pole.angle)");
  const recording = path.join(cwd, "runs", "asked", "conversations.jsonl");
  expect(existsSync(recording)).toBe(true);

  const before = requests.length;
  const replay = ["--designer", "recorded", "--recording", recording, "--prompts", "terse"];
  const note = ["--note", "keep the cart calm"];
  const replayed = await run(
    ["design", "cartpole", "--name", "replayed", ...replay, ...note, ...small],
    { cwd },
  );
  expect(replayed.code, replayed.stderr).toBe(0);
  expect(requests.length).toBe(before);
  const reward = (name: string) =>
    readFileSync(path.join(cwd, "runs", name, "iteration-2", "candidate-1", "reward-1.ts"), "utf8");
  expect(reward("replayed")).toBe(reward("asked"));
});

test("any chat window is a model: prompts go out as files, answers come back as files", async () => {
  const one = ["--iterations", "1", "--candidates", "1", "--search-steps", "4000", "--no-finals"];
  const flags = ["--designer", "manual", "--name", "by-hand", "--repeats", "0"];
  const search = start(["design", "cartpole", ...flags, ...one], { cwd });
  await search.printed(/save its answer as \S+/);
  const folder = path.join(cwd, "runs", "by-hand", "manual");
  const prompt = readFileSync(path.join(folder, "prompt-i01-c01.md"), "utf8");
  expect(prompt).toContain("Write the reward function for this task.");
  writeFileSync(path.join(folder, "answer-i01-c01.md"), code(2));
  const { code: exit, stdout, stderr } = await search.ended;
  expect(exit, stderr).toBe(0);
  expect(stdout).toContain("return { upright: 2 * Math.cos(s.pole.angle) };");
});

test("a refused key ends the search with what to do, and the run can be resumed", async () => {
  answer = () => ({ status: 401, text: "bad key" });
  const refused = await design("refused");
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain("E_LLM_UNAUTHORIZED");
  expect(refused.stderr).toContain("→");
  answer = (count) => ({ text: code(count) });
  const resumed = await run(["resume", "refused"], { cwd });
  expect(resumed.code, resumed.stderr).toBe(0);
});

test("prompts try asks and checks and trains nothing", async () => {
  answer = (count) => ({
    text:
      count % 2
        ? code(1)
        : "```ts\nexport function reward(s: State): Terms { return { a: s.nothing }; }\n```",
  });
  const flags = ["--task", "cartpole", "-n", "2", "--base-url", url, "--model", "fake"];
  const { code: exit, stdout, stderr } = await run(["prompts", "try", "terse", ...flags], { cwd });
  expect(exit, stderr).toBe(0);
  expect(stdout).toMatch(/\d accepted, \d repaired, \d refused; \d requests/);
});

test("a paid model is not asked without a terminal to confirm what it costs", async () => {
  const { code: exit, stderr } = await run(
    ["design", "cartpole", "--designer", "openai", "--confirm-over", "0", "--name", "paid"],
    { cwd, env: { OPENAI_API_KEY: "not-a-key" } },
  );
  expect(exit).toBe(1);
  expect(stderr).toContain("E_LLM_CONFIRM");
  expect(existsSync(path.join(cwd, "runs", "paid"))).toBe(false);
});
