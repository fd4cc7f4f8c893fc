/** Finds the route of an API request, reads its body and writes its answer. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import { RewardsmithError } from "../core/errors.js";
import { maxBytesIn } from "../stream/protocol.js";
import type { Route, ViewRequest, ViewResponse } from "./route.js";
import { safetyHeaders } from "./static-files.js";

export type RouteFinder = (
  method: string,
  pathname: string,
) => { route: Route; params: Record<string, string> } | "wrong method" | undefined;

/** A table of routes, tried in their order. */
export function createRouteFinder(routes: readonly Route[]): RouteFinder {
  const table = routes.map((route) => {
    const names: string[] = [];
    const pattern = route.path.replaceAll(/:(\w+)/g, (_, name: string) => {
      names.push(name);
      return "([^/]+)";
    });
    return { route, names, pattern: new RegExp(`^${pattern}$`) };
  });
  return (method, pathname) => {
    let known = false;
    for (const { route, names, pattern } of table) {
      const match = pattern.exec(pathname);
      if (!match) continue;
      known = true;
      if (route.method !== method) continue;
      const values = match.slice(1).map((part) => decodeURIComponent(part));
      return { route, params: Object.fromEntries(names.map((name, i) => [name, values[i]])) };
    }
    return known ? "wrong method" : undefined;
  };
}

/** Calls the route and answers with what it gives or throws; what no one foresaw goes to `onMistake`. */
export async function answerRoute(
  route: Route,
  asked: Pick<ViewRequest, "params" | "query" | "role">,
  request: IncomingMessage,
  response: ServerResponse,
  onMistake: (error: unknown) => void,
): Promise<void> {
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  try {
    const body = route.method === "POST" ? await readJson(request) : undefined;
    writeResponse(response, await route.handle({ ...asked, body, signal: gone.signal }));
  } catch (error) {
    if (!isForeseen(error) && !gone.signal.aborted) onMistake(error);
    writeResponse(response, errorResponse(error));
  }
}

export function writeResponse(response: ServerResponse, answer: ViewResponse): void {
  if (response.headersSent || response.destroyed) return;
  const isJson = "json" in answer;
  const body = isJson ? JSON.stringify(answer.json) : answer.bytes;
  response.writeHead(answer.status ?? 200, {
    ...safetyHeaders,
    "Content-Type": isJson ? "application/json; charset=utf-8" : answer.type,
    "Content-Length": Buffer.byteLength(body),
    "Cache-Control": "no-store",
    // Stored files shown by themselves run nothing.
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    ...(!isJson && answer.download !== undefined
      ? {
          "Content-Disposition": `attachment; filename="${answer.download.replaceAll(/[^\w.@+-]/g, "_")}"`,
        }
      : {}),
  });
  response.end(body);
}

function isForeseen(error: unknown): boolean {
  return error instanceof RewardsmithError || error instanceof z.ZodError;
}

function errorResponse(error: unknown): ViewResponse {
  if (error instanceof z.ZodError) {
    const message = z.prettifyError(error);
    return { status: 400, json: { code: "E_VIEW_REQUEST", message } };
  }
  if (!(error instanceof RewardsmithError)) {
    const message = "the server made a mistake; its log says more";
    return { status: 500, json: { code: "E_VIEW_INTERNAL", message } };
  }
  const { code, message, hint, where } = error;
  const status = code === "E_VIEW_TOO_LARGE" ? 413 : /_(UNKNOWN|MISSING)$/.test(code) ? 404 : 400;
  return { status, json: { code, message, hint, where } };
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  // Forms and plain fetches of foreign pages cannot send this type without being asked first.
  if (!/^application\/json\b/i.test(request.headers["content-type"] ?? "")) {
    throw new RewardsmithError("E_VIEW_REQUEST", "the body must be JSON", {
      hint: "send Content-Type: application/json",
    });
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > maxBytesIn) {
      throw new RewardsmithError("E_VIEW_TOO_LARGE", `the body is longer than ${maxBytesIn} bytes`);
    }
    chunks.push(chunk as Buffer);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch (cause) {
    throw new RewardsmithError("E_VIEW_REQUEST", "the body is not JSON", { cause });
  }
}
