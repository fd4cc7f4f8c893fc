/** Turns what the server, the network or the SDK threw into an error a person can act on. */
import type { ErrorCode } from "../core/errors.js";
import { RewardsmithError } from "../core/errors.js";
import type { LlmSettings } from "./settings.js";

export interface Failure {
  readonly error: RewardsmithError;
  /** Whether the same request may well succeed a moment later. */
  readonly retry: boolean;
  /** How long the server asks to wait, s. */
  readonly retryAfterSeconds?: number;
  /** Request parameters the server seems to refuse; asked again without one that was sent. */
  readonly refusedParameters?: readonly string[];
}

/** Loosely an SDK `APIError`; looked at by shape so that the SDK need not be loaded here. */
interface Thrown {
  readonly status?: unknown;
  readonly headers?: unknown;
  readonly code?: unknown;
  readonly param?: unknown;
  readonly message?: unknown;
  readonly cause?: unknown;
}

export function classifyFailure(thrown: unknown, settings: LlmSettings): Failure {
  const { status, code, param } = (thrown ?? {}) as Thrown;
  const message = messageOf(thrown);
  const fail = (errorCode: ErrorCode, text: string, hint: string) =>
    new RewardsmithError(errorCode, text, { where: settings.baseUrl, hint, cause: thrown });
  const keyName = settings.provider === "azure" ? "AZURE_OPENAI_API_KEY" : "OPENAI_API_KEY";

  if (typeof status !== "number") return connectionFailure(thrown, message, fail);
  if (status === 401 || status === 403) {
    const hint = `check ${keyName}, and that it belongs to this server and may use ${settings.model}`;
    return {
      error: fail("E_LLM_UNAUTHORIZED", `the key was refused (${status})`, hint),
      retry: false,
    };
  }
  if (status === 404) {
    const hint = `check --model ("${settings.model}") and --base-url (most end in /v1); a local server must have the model pulled or loaded`;
    return {
      error: fail("E_LLM_MODEL", `no such model or address (404): ${message}`, hint),
      retry: false,
    };
  }
  if (
    status === 402 ||
    (status === 429 && /insufficient_quota|billing/.test(`${code} ${message}`))
  ) {
    const hint = "add credit to the account, or use another model or server";
    return {
      error: fail("E_LLM_QUOTA", `the account has no credit (${status})`, hint),
      retry: false,
    };
  }
  if (status === 429) {
    const retryAfterSeconds = retryAfter(thrown);
    const hint = "wait, lower --concurrency, or raise the account's rate limit";
    const asked = retryAfterSeconds === undefined ? "" : `, it asks for ${retryAfterSeconds} s`;
    return {
      error: fail("E_LLM_RATE_LIMIT", `the server limits the request rate (429${asked})`, hint),
      retry: true,
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    };
  }
  if (status === 408 || status === 409 || status >= 500) {
    const retryAfterSeconds = retryAfter(thrown);
    const hint =
      "try again later; a search goes on with `rewardsmith resume` and asks nothing twice";
    return {
      error: fail("E_LLM_SERVER", `the server failed (${status}): ${message}`, hint),
      retry: true,
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    };
  }
  const refused = REFUSABLE.filter((name) => `${param} ${message}`.includes(name));
  return {
    error: fail(
      "E_LLM_REQUEST",
      `the server refuses the request (${status}): ${message}`,
      "the server's sentence says why; a prompt too long for the model needs a larger context or --prompts terse",
    ),
    retry: false,
    refusedParameters: refused,
  };
}

/** Optional: reasoning models take no temperature, older servers one of the two limits and no format. */
const REFUSABLE = ["temperature", "max_completion_tokens", "max_tokens", "response_format"];

function connectionFailure(
  thrown: unknown,
  message: string,
  fail: (code: ErrorCode, text: string, hint: string) => RewardsmithError,
): Failure {
  const chain = causes(thrown);
  if (/ECONNREFUSED|ENOTFOUND|EHOSTUNREACH|ENETUNREACH/.test(chain)) {
    const hint = "is the server running, and --base-url right? `rewardsmith doctor` tests it";
    return {
      error: fail("E_LLM_UNREACHABLE", `nothing answers there: ${message}`, hint),
      retry: false,
    };
  }
  if (/Unexpected (?:token|end)|not valid JSON/.test(chain)) {
    return {
      error: fail("E_LLM_ANSWER_FORMAT", "the answer is no JSON", WRONG_SERVER),
      retry: false,
    };
  }
  const hint =
    "check the network and try again; a search goes on with `rewardsmith resume` and asks nothing twice";
  if (/terminated|other side closed|aborted|premature/i.test(chain)) {
    return {
      error: fail("E_LLM_INCOMPLETE", "the connection was cut mid-answer", hint),
      retry: true,
    };
  }
  return {
    error: fail("E_LLM_CONNECTION", `the connection failed: ${message}`, hint),
    retry: true,
  };
}

export const WRONG_SERVER =
  "the address must be an OpenAI-compatible server; most base URLs end in /v1";

/** Seconds from `retry-after-ms`, or `retry-after` as seconds or a date. */
function retryAfter(thrown: unknown): number | undefined {
  const headers = (thrown as Thrown).headers;
  if (!(headers instanceof Headers)) return undefined;
  const milliseconds = Number.parseFloat(headers.get("retry-after-ms") ?? "");
  if (milliseconds >= 0) return milliseconds / 1000;
  const value = headers.get("retry-after");
  if (value === null) return undefined;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return Math.max(0, seconds);
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, (date - Date.now()) / 1000);
}

function messageOf(thrown: unknown): string {
  const message = (thrown as Thrown | null)?.message;
  return (typeof message === "string" ? message : String(thrown)).slice(0, 500);
}

/** Names, codes and messages down the chain of causes. */
function causes(thrown: unknown): string {
  const parts: string[] = [];
  for (let error = thrown as Thrown | undefined, depth = 0; error && depth < 5; depth++) {
    parts.push(`${error.code ?? ""} ${messageOf(error)}`);
    error = error.cause as Thrown | undefined;
  }
  return parts.join(" | ");
}
