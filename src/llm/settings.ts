/** Which server and model answer, and how they are asked: flag > prompt pack > environment > default. */
import { z } from "zod";
import { RewardsmithError } from "../core/errors.js";
import { isLoopback } from "./loopback.js";

const OPENAI_URL = "https://api.openai.com/v1";
/** Cheap, and good enough at code to write rewards. */
const DEFAULT_MODEL = "gpt-5.4-mini";
const AZURE_API_VERSION = "2024-10-21";
/** Thinking counts as answer; long enough for it, short enough to bound what one answer costs. */
const MAX_ANSWER_TOKENS = 16_384;

export const llmFlagsSchema = z.strictObject({
  model: z
    .string()
    .min(1)
    .optional()
    .describe(
      `model name, as the server knows it (or REWARDSMITH_MODEL; ${DEFAULT_MODEL} of OpenAI's)`,
    ),
  baseUrl: z
    .url()
    .optional()
    .describe(
      "base URL of any server with OpenAI's chat completions (or OPENAI_BASE_URL, AZURE_OPENAI_ENDPOINT; the key is in OPENAI_API_KEY or AZURE_OPENAI_API_KEY)",
    ),
  temperature: z
    .number()
    .min(0)
    .max(2)
    .optional()
    .describe("sampling temperature (or REWARDSMITH_TEMPERATURE; else the prompt's)"),
  maxAnswerTokens: z
    .int()
    .positive()
    .optional()
    .describe(
      `longest answer asked for, tokens (or REWARDSMITH_MAX_ANSWER_TOKENS; else ${MAX_ANSWER_TOKENS}, no limit on this computer)`,
    ),
  timeoutSeconds: z.number().positive().default(300).describe("time limit of one request, s"),
  retries: z.int().min(0).default(5).describe("further tries after a rate limit or server error"),
  concurrency: z.int().positive().default(8).describe("requests at once"),
});
export type LlmFlags = z.input<typeof llmFlagsSchema>;

export interface LlmSettings {
  readonly provider: "openai" | "azure";
  readonly baseUrl: string;
  readonly model: string;
  /** Never logged or recorded. */
  readonly apiKey: string;
  /** Azure only. */
  readonly apiVersion?: string;
  /** From a flag; wins over what a prompt asks for. */
  readonly temperature?: number;
  /** From the environment; for prompts that name none. */
  readonly defaultTemperature?: number;
  readonly maxAnswerTokens?: number;
  readonly timeoutSeconds: number;
  readonly retries: number;
  readonly concurrency: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

export function resolveLlmSettings(
  flags: LlmFlags,
  env: Environment,
  pack: { readonly model?: string } = {},
): LlmSettings {
  const parsed = llmFlagsSchema.safeParse(flags);
  if (!parsed.success) {
    throw new RewardsmithError("E_LLM_SETTINGS", z.prettifyError(parsed.error));
  }
  const { temperature, maxAnswerTokens, ...rest } = parsed.data;
  const azureEndpoint = text(env["AZURE_OPENAI_ENDPOINT"]);
  const explicitUrl = rest.baseUrl ?? text(env["OPENAI_BASE_URL"]);
  const azure = azureEndpoint !== undefined && explicitUrl === undefined;
  const baseUrl = azure
    ? `${azureEndpoint.replace(/\/+$/, "")}/openai`
    : (explicitUrl ?? OPENAI_URL);
  if (!URL.canParse(baseUrl)) {
    throw new RewardsmithError("E_LLM_SETTINGS", `"${baseUrl}" is no URL`, {
      where: azure ? "AZURE_OPENAI_ENDPOINT" : "OPENAI_BASE_URL",
      hint: "give it whole, e.g. http://localhost:11434/v1",
    });
  }
  const model =
    rest.model ??
    pack.model ??
    (azure ? text(env["AZURE_OPENAI_DEPLOYMENT"]) : undefined) ??
    text(env["REWARDSMITH_MODEL"]) ??
    (baseUrl === OPENAI_URL ? DEFAULT_MODEL : undefined);
  if (model === undefined) {
    throw new RewardsmithError("E_LLM_NO_MODEL", `no model named for ${baseUrl}`, {
      hint: `give --model NAME or set ${azure ? "AZURE_OPENAI_DEPLOYMENT" : "REWARDSMITH_MODEL"}; \`curl ${baseUrl}/models\` lists what a local server has`,
    });
  }
  const local = isLoopback(baseUrl);
  const longest =
    maxAnswerTokens ??
    numberFrom(env, "REWARDSMITH_MAX_ANSWER_TOKENS") ??
    (local ? undefined : MAX_ANSWER_TOKENS);
  const defaultTemperature = numberFrom(env, "REWARDSMITH_TEMPERATURE");
  return {
    provider: azure ? "azure" : "openai",
    baseUrl,
    model,
    apiKey: keyFor(env, azure, local),
    ...(azure ? { apiVersion: text(env["OPENAI_API_VERSION"]) ?? AZURE_API_VERSION } : {}),
    ...(temperature === undefined ? {} : { temperature }),
    ...(defaultTemperature === undefined ? {} : { defaultTemperature }),
    ...(longest === undefined ? {} : { maxAnswerTokens: longest }),
    timeoutSeconds: rest.timeoutSeconds,
    retries: rest.retries,
    concurrency: rest.concurrency,
  };
}

function keyFor(env: Environment, azure: boolean, local: boolean): string {
  const name = azure ? "AZURE_OPENAI_API_KEY" : "OPENAI_API_KEY";
  const key = text(env[name]);
  if (key !== undefined) return key;
  if (local) return "none";
  throw new RewardsmithError("E_LLM_NO_KEY", `${name} is not set`, {
    hint: `export ${name}=…, or use a model on this computer: --base-url http://localhost:11434/v1 --model qwen2.5-coder (no key needed), or no model at all: --designer offline`,
  });
}

function numberFrom(env: Environment, name: string): number | undefined {
  const value = text(env[name]);
  if (value === undefined) return undefined;
  const number = Number(value);
  if (Number.isFinite(number) && number >= 0) return number;
  throw new RewardsmithError("E_LLM_SETTINGS", `"${value}" is no number`, { where: name });
}

function text(value: string | undefined): string | undefined {
  return value?.trim() ? value.trim() : undefined;
}
