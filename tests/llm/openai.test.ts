import { afterEach, expect, test } from "vitest";
import { RewardsmithError } from "../../src/core/errors.js";
import { AnswerError } from "../../src/llm/answer-error.js";
import type { ChatRequest } from "../../src/llm/chat.js";
import { createOpenAiClient, type OpenAiHooks } from "../../src/llm/openai.js";
import { type LlmFlags, resolveLlmSettings } from "../../src/llm/settings.js";
import {
  answers,
  type Behaviour,
  type FakeOpenAiServer,
  startFakeOpenAi,
} from "./fake-openai-server.js";

const request: ChatRequest = {
  key: { run: "r", iteration: 0, candidate: 0, attempt: 0 },
  messages: [
    { role: "system", content: "You write rewards." },
    { role: "user", content: "Balance the pole." },
  ],
  temperature: 0.9,
};

let server: FakeOpenAiServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function client(
  script: Parameters<typeof startFakeOpenAi>[0],
  flags: LlmFlags = {},
  hooks: OpenAiHooks = {},
) {
  server = await startFakeOpenAi(script);
  const settings = resolveLlmSettings({ model: "qwen", baseUrl: server.baseUrl, ...flags }, {});
  return createOpenAiClient(settings, { backoffSeconds: 0.01, ...hooks });
}

async function failure(promise: Promise<unknown>): Promise<RewardsmithError> {
  const error = await promise.then(
    () => undefined,
    (thrown) => thrown,
  );
  expect(error).toBeInstanceOf(RewardsmithError);
  return error as RewardsmithError;
}

test("an answer comes back with its text, model, tokens and a cost of nothing on this computer", async () => {
  const answer = await (await client([answers.normal])).chat(request);
  expect(answer).toMatchObject({
    text: answers.normal.text,
    model: "qwen",
    usage: { promptTokens: 100, completionTokens: 50 },
    costUsd: 0,
  });
  expect(server!.requests[0].url).toBe("/v1/chat/completions");
  expect(server!.requests[0].body).toEqual({
    model: "qwen",
    messages: request.messages,
    temperature: 0.9,
  });
});

test("tokens are estimated where the server reports none", async () => {
  const chat = await client([{ kind: "answer", text: "hello world", usage: false }]);
  const { usage } = await chat.chat(request);
  expect(usage.completionTokens).toBe(2);
  expect(usage.promptTokens).toBeGreaterThan(10);
});

test("an answer in parts is put together", async () => {
  const message = {
    role: "assistant",
    content: [{ type: "thinking" }, { type: "text", text: "one" }, { type: "text", text: " two" }],
  };
  const chat = await client([
    {
      kind: "answer",
      text: "",
      extra: { choices: [{ index: 0, finish_reason: "stop", message }] },
    },
  ]);
  expect((await chat.chat(request)).text).toBe("one two");
});

test("a price charged by the server goes before the table's", async () => {
  const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15, cost: 0.25 };
  const chat = await client([{ kind: "answer", text: "x", extra: { usage } }]);
  expect((await chat.chat(request)).costUsd).toBe(0.25);
});

test("a temperature flag wins over the prompt's", async () => {
  await (await client([answers.normal], { temperature: 0.1 })).chat(request);
  expect(server!.requests[0].body.temperature).toBe(0.1);
});

test("a model that refuses temperature is asked again without it, and ever after", async () => {
  const chat = await client((received) =>
    received.body.temperature === undefined
      ? answers.normal
      : {
          kind: "status",
          status: 400,
          message: "Unsupported value: 'temperature' does not support 0.9 with this model.",
        },
  );
  await Promise.all([chat.chat(request), chat.chat(request)]);
  await chat.chat(request);
  expect(server!.requests.map((r) => r.body.temperature)).toEqual([
    0.9,
    0.9,
    undefined,
    undefined,
    undefined,
  ]);
});

test("a form for the answer is asked for where the server knows such a thing, and left out elsewhere", async () => {
  const chat = await client((received) =>
    (received.body as { response_format?: unknown }).response_format === undefined
      ? answers.normal
      : { kind: "status", status: 400, message: "response_format is not supported" },
  );
  const schema = { type: "object" };
  const asked = { ...request, answerSchema: { name: "ranges", schema } };
  expect((await chat.chat(asked)).text).toBe(answers.normal.text);
  await chat.chat(asked);
  expect(server!.requests.map(({ body }) => "response_format" in body)).toEqual([
    true,
    false,
    false,
  ]);
  expect(server!.requests[0].body).toMatchObject({
    response_format: { type: "json_schema", json_schema: { name: "ranges", schema, strict: true } },
  });
});

test("the answer limit goes by the name that the server knows", async () => {
  const chat = await client(
    (received) =>
      received.body.max_tokens === undefined
        ? answers.normal
        : {
            kind: "status",
            status: 400,
            message: "Unsupported parameter",
            error: { param: "max_tokens" },
          },
    { maxAnswerTokens: 99 },
  );
  await chat.chat(request);
  expect(server!.requests[1].body.max_completion_tokens).toBe(99);
});

test.each([
  [401, "E_LLM_UNAUTHORIZED"],
  [403, "E_LLM_UNAUTHORIZED"],
  [404, "E_LLM_MODEL"],
  [402, "E_LLM_QUOTA"],
  [422, "E_LLM_REQUEST"],
])("status %i is %s at once, with what to do", async (status, code) => {
  const error = await failure((await client([{ kind: "status", status }])).chat(request));
  expect(error.code).toBe(code);
  expect(error.hint).toBeTruthy();
  expect(error.where).toBe(server!.baseUrl);
  expect(server!.requests).toHaveLength(1);
});

test("429 waits as long as retry-after says", async () => {
  const waits: number[] = [];
  const limited: Behaviour = { kind: "status", status: 429, headers: { "retry-after": "0.05" } };
  const chat = await client(
    [limited, answers.normal],
    {},
    { onRetry: (r) => waits.push(r.waitSeconds) },
  );
  await chat.chat(request);
  expect(waits).toEqual([0.05]);
});

test("429 with a retry-after date waits until then", async () => {
  const waits: number[] = [];
  const date = new Date(Date.now() + 100_000).toUTCString();
  const limited: Behaviour = { kind: "status", status: 429, headers: { "retry-after": date } };
  const stop = new AbortController();
  const chat = await client(
    [limited],
    {},
    {
      onRetry: (r) => {
        waits.push(r.waitSeconds);
        stop.abort();
      },
    },
  );
  expect((await failure(chat.chat(request, stop.signal))).code).toBe("E_CANCELLED");
  expect(waits[0]).toBeGreaterThan(90);
  expect(waits[0]).toBeLessThan(101);
});

test("429 without retry-after backs off longer each time, then gives up", async () => {
  const waits: number[] = [];
  const chat = await client(
    [{ kind: "status", status: 429 }],
    { retries: 3 },
    { onRetry: (r) => waits.push(r.waitSeconds) },
  );
  expect((await failure(chat.chat(request))).code).toBe("E_LLM_RATE_LIMIT");
  expect(server!.requests).toHaveLength(4);
  expect(waits[1]).toBeGreaterThan(waits[0]);
  expect(waits[2]).toBeGreaterThan(waits[1]);
});

test("a server that asks to wait for an hour is an error that says so", async () => {
  const limited: Behaviour = { kind: "status", status: 429, headers: { "retry-after": "3600" } };
  const error = await failure((await client([limited])).chat(request));
  expect(error.code).toBe("E_LLM_RATE_LIMIT");
  expect(error.message).toContain("3600 s");
});

test("an account without credit is not asked again", async () => {
  const broke: Behaviour = { kind: "status", status: 429, error: { code: "insufficient_quota" } };
  expect((await failure((await client([broke])).chat(request))).code).toBe("E_LLM_QUOTA");
  expect(server!.requests).toHaveLength(1);
});

test("500 then an answer is an answer", async () => {
  const chat = await client([{ kind: "status", status: 500 }, answers.normal]);
  expect((await chat.chat(request)).text).toBe(answers.normal.text);
});

test("500 for ever is E_LLM_SERVER", async () => {
  const chat = await client([{ kind: "status", status: 500 }], { retries: 1 });
  expect((await failure(chat.chat(request))).code).toBe("E_LLM_SERVER");
});

test("half an answer is E_LLM_INCOMPLETE and keeps what was paid for", async () => {
  const error = await failure((await client([answers.halfAnswer])).chat(request));
  expect(error.code).toBe("E_LLM_INCOMPLETE");
  expect((error as AnswerError).answer.usage.completionTokens).toBe(50);
});

test("a cut connection is tried again, then E_LLM_INCOMPLETE", async () => {
  const chat = await client([{ kind: "cutConnection" }], { retries: 1 });
  expect((await failure(chat.chat(request))).code).toBe("E_LLM_INCOMPLETE");
  expect(server!.requests).toHaveLength(2);
});

test("an empty answer is E_LLM_EMPTY", async () => {
  const error = await failure((await client([answers.empty])).chat(request));
  expect(error.code).toBe("E_LLM_EMPTY");
  expect(error).toBeInstanceOf(AnswerError);
});

test("a hang ends at the time limit and is tried once more", async () => {
  const chat = await client([{ kind: "hang" }], { timeoutSeconds: 0.1 });
  expect((await failure(chat.chat(request))).code).toBe("E_LLM_TIMEOUT");
  expect(server!.requests).toHaveLength(2);
});

test("a signal stops a request that hangs", async () => {
  const chat = await client([{ kind: "hang" }]);
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 50);
  expect((await failure(chat.chat(request, stop.signal))).code).toBe("E_CANCELLED");
});

test("a web page in place of an answer says that the address is wrong", async () => {
  const error = await failure((await client([{ kind: "html" }])).chat(request));
  expect(error.code).toBe("E_LLM_ANSWER_FORMAT");
  expect(error.hint).toContain("/v1");
});

test("a server that is not there is E_LLM_UNREACHABLE at once", async () => {
  const gone = await startFakeOpenAi([answers.normal]);
  await gone.close();
  const settings = resolveLlmSettings({ model: "m", baseUrl: gone.baseUrl }, {});
  expect((await failure(createOpenAiClient(settings).chat(request))).code).toBe(
    "E_LLM_UNREACHABLE",
  );
});

test("Azure gets the key in its own header and the deployment in the address", async () => {
  server = await startFakeOpenAi([answers.normal]);
  const settings = resolveLlmSettings(
    { model: "my-deployment" },
    {
      AZURE_OPENAI_ENDPOINT: server.baseUrl.replace("/v1", "/"),
      AZURE_OPENAI_API_KEY: "azure-key",
    },
  );
  await createOpenAiClient(settings).chat(request);
  expect(server.requests[0].url).toBe(
    "/openai/deployments/my-deployment/chat/completions?api-version=2024-10-21",
  );
  expect(server.requests[0].headers["api-key"]).toBe("azure-key");
});
