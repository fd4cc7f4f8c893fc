/** The built pages, with headers that keep a page of ours from loading anything from elsewhere. */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import path from "node:path";

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".wasm": "application/wasm",
  ".map": "application/json",
  ".txt": "text/plain; charset=utf-8",
};

/**
 * Compiled reward programs are functions made from text, hence unsafe-eval; the text is printed by
 * our compiler from a checked program, and no script of others can be loaded.
 */
const contentSecurityPolicy = [
  "default-src 'self'",
  "script-src 'self' 'unsafe-eval'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "media-src 'self' blob:",
  "worker-src 'self' blob:",
  "connect-src 'self' data: blob:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
].join("; ");

/** Of every answer, whatever it is. The token in the address must not travel on. */
export const safetyHeaders = {
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
};

/** Serves a file below `folder`; false where there is none. */
export async function serveFile(
  folder: string,
  pathname: string,
  head: boolean,
  response: ServerResponse,
): Promise<boolean> {
  const relative = safePath(pathname);
  if (relative === undefined) return false;
  const file = path.join(folder, relative);
  const found = await stat(file).catch(() => undefined);
  if (!found?.isFile()) return false;
  response.writeHead(200, {
    ...safetyHeaders,
    "Content-Type": types[path.extname(file)] ?? "application/octet-stream",
    "Content-Length": found.size,
    "Content-Security-Policy": contentSecurityPolicy,
    // Names under assets/ carry the hash of their contents.
    "Cache-Control": relative.startsWith("assets/")
      ? "public, max-age=31536000, immutable"
      : "no-store",
  });
  if (head) response.end();
  else
    createReadStream(file)
      .on("error", () => response.destroy())
      .pipe(response);
  return true;
}

/** A path of plain names, "index.html" for the root; undefined for one that could lead elsewhere. */
function safePath(pathname: string): string | undefined {
  let decoded: string;
  try {
    decoded = decodeURIComponent(pathname);
  } catch {
    return undefined;
  }
  const parts = decoded.split("/").filter((part) => part !== "");
  if (parts.some((part) => part.startsWith(".") || /[\\\0:]/.test(part))) return undefined;
  return parts.length === 0 ? "index.html" : parts.join("/");
}
