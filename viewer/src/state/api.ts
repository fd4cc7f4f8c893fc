/** The server's JSON interface. The token of the page's address goes along with every request. */
import { z } from "zod";

/** From the printed address; empty in a file opened from disk. */
export const token = new URLSearchParams(location.search).get("token") ?? "";

const failure = z.object({ code: z.string(), message: z.string(), hint: z.string().optional() });

/** What the server refused, or that it could not be reached (`E_OFFLINE`). */
export class ApiError extends Error {
  readonly code: string;
  readonly hint: string | undefined;
  constructor(code: string, message: string, hint?: string) {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}

export async function getJson<T>(
  path: string,
  schema: z.ZodType<T>,
  signal?: AbortSignal,
): Promise<T> {
  return request(path, schema, signal === undefined ? {} : { signal });
}

export async function postJson<T>(path: string, body: unknown, schema: z.ZodType<T>): Promise<T> {
  return request(path, schema, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

/** A stored file: a recording, a picture. */
export async function getBytes(path: string, signal?: AbortSignal): Promise<ArrayBuffer> {
  const response = await reach(path, signal === undefined ? {} : { signal });
  return response.arrayBuffer();
}

async function request<T>(path: string, schema: z.ZodType<T>, init: RequestInit): Promise<T> {
  const response = await reach(path, init);
  const parsed = schema.safeParse(await response.json());
  if (parsed.success) return parsed.data;
  throw new ApiError("E_ANSWER", `${path} answered in a form this page does not know`);
}

async function reach(path: string, init: RequestInit): Promise<Response> {
  const headers = { ...init.headers, authorization: `Bearer ${token}` };
  const response = await fetch(path, { ...init, headers }).catch((cause: unknown) => {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw new ApiError("E_OFFLINE", "the server does not answer", "is the command still running?");
  });
  if (response.ok) return response;
  const told = failure.safeParse(await response.json().catch(() => null));
  if (told.success) throw new ApiError(told.data.code, told.data.message, told.data.hint);
  throw new ApiError(`E_HTTP_${response.status}`, `${path}: ${response.statusText}`);
}
