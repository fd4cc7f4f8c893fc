/** Chat completions over the `openai` package: OpenAI, Azure, and every server that speaks the same. */
import { setTimeout as delay } from "node:timers/promises";
import type OpenAI from "openai";
import { z } from "zod";
import { RewardsmithError } from "../core/errors.js";
import { Rng } from "../core/rng.js";
import { AnswerError } from "./answer-error.js";
import type { ChatAnswer, ChatClient, ChatRequest, ChatUsage } from "./chat.js";
import { classifyFailure, type Failure, WRONG_SERVER } from "./openai-error.js";
import { costUsd, findPrice } from "./price.js";
import { type Price, priceTable } from "./price-table.js";
import type { LlmSettings } from "./settings.js";
import { countMessageTokens, countTokens } from "./tokens.js";

export interface OpenAiHooks {
  readonly prices?: Readonly<Record<string, Price>>;
  /** Told before each wait, for progress lines. */
  readonly onRetry?: (retry: {
    error: RewardsmithError;
    waitSeconds: number;
    attempt: number;
  }) => void;
  /** First wait after a failure without `retry-after`, s; doubles up to 30 s. */
  readonly backoffSeconds?: number;
}

/** Longer waits than this are an error that says so rather than a silent pause. */
const LONGEST_WAIT_SECONDS = 120;

export function createOpenAiClient(settings: LlmSettings, hooks: OpenAiHooks = {}): ChatClient {
  const price = findPrice(settings.model, hooks.prices ?? priceTable, settings.baseUrl);
  let sdk: Promise<OpenAI> | undefined;
  /** Parameters this server has refused; not sent again. */
  const refused = new Set<string>();

  async function ask(
    sent: RequestBody,
    request: ChatRequest,
    signal: AbortSignal,
  ): Promise<ChatAnswer> {
    sdk ??= createSdk(settings);
    const started = performance.now();
    const completion = await (await sdk).chat.completions.create(sent, { signal });
    const seconds = (performance.now() - started) / 1000;
    return readCompletion(completion, request, settings, price, seconds);
  }

  async function chat(request: ChatRequest, signal?: AbortSignal): Promise<ChatAnswer> {
    const jitter = Rng.stream(request.key.iteration, "retry", request.key.candidate);
    for (let attempt = 0, timeouts = 0; ; ) {
      const sent = requestBody(settings, request, refused);
      const limit = AbortSignal.timeout(settings.timeoutSeconds * 1000);
      let failure: Failure;
      try {
        signal?.throwIfAborted();
        return await ask(sent, request, signal ? AbortSignal.any([signal, limit]) : limit);
      } catch (thrown) {
        if (signal?.aborted) throw cancelled(thrown);
        if (thrown instanceof RewardsmithError) throw thrown;
        failure = limit.aborted
          ? timedOut(settings, ++timeouts, thrown)
          : classifyFailure(thrown, settings);
      }
      const parameter = failure.refusedParameters?.find((name) => name in sent);
      if (parameter !== undefined) {
        refused.add(parameter);
        continue;
      }
      if (!failure.retry || attempt >= settings.retries) throw failure.error;
      const backoff = Math.min(30, (hooks.backoffSeconds ?? 1) * 2 ** attempt);
      const waitSeconds = failure.retryAfterSeconds ?? backoff * jitter.uniform(0.75, 1);
      if (waitSeconds > LONGEST_WAIT_SECONDS) throw failure.error;
      attempt++;
      hooks.onRetry?.({ error: failure.error, waitSeconds, attempt });
      await delay(waitSeconds * 1000, undefined, signal ? { signal } : {}).catch((thrown) => {
        throw cancelled(thrown);
      });
    }
  }

  return { name: "openai", model: settings.model, chat };
}

/** Loaded at the first request: the SDK is large and most commands never ask a model. */
async function createSdk(settings: LlmSettings): Promise<OpenAI> {
  const { default: OpenAI, AzureOpenAI } = await import("openai");
  const common = {
    apiKey: settings.apiKey,
    baseURL: settings.baseUrl,
    maxRetries: 0,
    timeout: settings.timeoutSeconds * 1000,
    organization: null,
    logLevel: "off" as const,
  };
  return settings.provider === "azure"
    ? new AzureOpenAI({ ...common, apiVersion: settings.apiVersion })
    : new OpenAI({ ...common, project: null });
}

type RequestBody = OpenAI.ChatCompletionCreateParamsNonStreaming;

/**
 * The request. OpenAI's own servers take `max_completion_tokens`, most others only the older
 * `max_tokens`; where one is refused the other is tried, then none.
 */
function requestBody(
  settings: LlmSettings,
  request: ChatRequest,
  refused: ReadonlySet<string>,
): RequestBody {
  const temperature = settings.temperature ?? request.temperature ?? settings.defaultTemperature;
  const official = settings.provider === "azure" || /\.openai\.com/.test(settings.baseUrl);
  const limits = ["max_completion_tokens", "max_tokens"];
  const limit = (official ? limits : limits.reverse()).find((name) => !refused.has(name));
  const longest = Math.min(
    settings.maxAnswerTokens ?? Number.POSITIVE_INFINITY,
    request.maxAnswerTokens ?? Number.POSITIVE_INFINITY,
  );
  return {
    model: settings.model,
    messages: request.messages.map((message) => ({ ...message })),
    ...(temperature === undefined || refused.has("temperature") ? {} : { temperature }),
    ...(Number.isFinite(longest) && limit !== undefined ? { [limit]: longest } : {}),
    ...(request.answerSchema && !refused.has("response_format")
      ? {
          response_format: {
            type: "json_schema",
            json_schema: { ...request.answerSchema, strict: true },
          },
        }
      : {}),
  };
}

/** What is read of a chat completion; servers differ in the rest. */
const completionSchema = z.looseObject({
  model: z.string().optional(),
  choices: z
    .array(
      z.looseObject({
        finish_reason: z.string().nullish(),
        message: z.looseObject({
          /** Some servers answer in parts, thoughts among them. */
          content: z
            .union([z.string(), z.array(z.looseObject({ text: z.string().optional() }))])
            .nullish(),
          refusal: z.string().nullish(),
        }),
      }),
    )
    .min(1),
  usage: z
    .looseObject({
      prompt_tokens: z.number(),
      completion_tokens: z.number(),
      prompt_tokens_details: z.looseObject({ cached_tokens: z.number().nullish() }).nullish(),
      /** OpenRouter: US dollars charged. */
      cost: z.number().nullish(),
    })
    .nullish(),
});

async function readCompletion(
  completion: unknown,
  request: ChatRequest,
  settings: LlmSettings,
  price: Price | null,
  seconds: number,
): Promise<ChatAnswer> {
  const parsed = completionSchema.safeParse(completion);
  if (!parsed.success) {
    throw new RewardsmithError("E_LLM_ANSWER_FORMAT", "the answer is no chat completion", {
      where: settings.baseUrl,
      hint: WRONG_SERVER,
      cause: parsed.error,
    });
  }
  const { choices, usage: reported, model } = parsed.data;
  const [{ message, finish_reason: finish }] = choices;
  const { content } = message;
  const text = Array.isArray(content)
    ? content.map((part) => part.text ?? "").join("")
    : (content ?? "");
  const usage: ChatUsage = reported
    ? { promptTokens: reported.prompt_tokens, completionTokens: reported.completion_tokens }
    : {
        promptTokens: await countMessageTokens(request.messages),
        completionTokens: await countTokens(text),
      };
  const cachedTokens = reported?.prompt_tokens_details?.cached_tokens ?? 0;
  const answer: ChatAnswer = {
    text,
    model: model ?? settings.model,
    usage,
    costUsd: reported?.cost ?? costUsd(price, { ...usage, cachedTokens }),
    seconds,
  };
  if (finish === "length") {
    throw new AnswerError(
      "E_LLM_INCOMPLETE",
      `the answer was cut after ${usage.completionTokens} tokens`,
      answer,
      { where: settings.model, hint: "raise --max-answer-tokens, or the server's context length" },
    );
  }
  if (text.trim() === "") {
    const reason = message.refusal ?? (finish === "content_filter" ? "filtered" : undefined);
    throw new AnswerError(
      "E_LLM_EMPTY",
      reason ? `no answer: ${reason}` : "the answer is empty",
      answer,
      { where: settings.model, hint: "ask again, or use another model" },
    );
  }
  return answer;
}

/** Asked once more: a lost answer may have been paid for, and a slow server stays slow. */
function timedOut(settings: LlmSettings, timeouts: number, cause: unknown): Failure {
  const error = new RewardsmithError(
    "E_LLM_TIMEOUT",
    `no answer within ${settings.timeoutSeconds} s`,
    { where: settings.baseUrl, hint: "raise --timeout-seconds for slow models", cause },
  );
  return { error, retry: timeouts < 2 };
}

function cancelled(cause: unknown): RewardsmithError {
  return new RewardsmithError("E_CANCELLED", "the request was cancelled", { cause });
}
