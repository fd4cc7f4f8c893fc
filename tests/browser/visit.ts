/** A server of walkers and a browser that looks at it. */
import { mkdirSync } from "node:fs";
import path from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { inject } from "vitest";
import { startViewServer } from "../../src/view/server.js";
import type { ViewServer } from "../../src/view/server-options.js";
import { chromiumArguments, findChromium } from "./chromium.js";
import { WalkerSource } from "./walker-source.js";

/** Small: software drawing pays by the pixel. */
const viewport = { width: 960, height: 620 };
const tokens = { control: "c".repeat(32), read: "r".repeat(32) };

export interface Visit {
  readonly source: WalkerSource;
  /** Of Replay. */
  readonly again: WalkerSource;
  readonly server: ViewServer;
  readonly page: Page;
  /** Errors that the page threw. */
  readonly errors: readonly string[];
}

/** `again`: what Replay rolls out anew. */
export function serveWalkers(
  source: WalkerSource,
  port = 0,
  again?: WalkerSource,
  nowMs = Date.now,
): Promise<ViewServer> {
  return startViewServer({
    pagesFolder: inject("pagesFolder"),
    port,
    tokens,
    nowMs,
    version: "test",
    openSource: (name) => (name === "live" ? source : name === "replay" ? again : undefined),
  });
}

export function launch(...more: string[]): Promise<Browser> {
  return chromium.launch({
    executablePath: findChromium()!,
    args: [...chromiumArguments, ...more],
  });
}

export interface VisitOptions {
  /** What stands after the address: "#/live". */
  readonly hash?: string;
  readonly readOnly?: boolean;
  readonly numEnvs?: number;
  /** The server's clock, by which links end. */
  readonly nowMs?: () => number;
  /** Ground as a task declares it. */
  readonly terrain?: WalkerSource["model"]["terrain"];
}

/** Opens a page and waits until a robot moves on it. */
export async function visit(browser: Browser, options: VisitOptions = {}): Promise<Visit> {
  const { hash = "#/live", readOnly = false, numEnvs = 4, terrain = null, nowMs } = options;
  const source = new WalkerSource(numEnvs);
  source.model = { ...source.model, terrain };
  const again = new WalkerSource(1);
  const server = await serveWalkers(source, 0, again, nowMs);
  const page = await browser.newPage({ viewport, reducedMotion: "reduce" });
  page.setDefaultTimeout(60_000);
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  await page.goto(`${readOnly ? server.readOnlyUrl : server.url}${hash}`);
  if (hash.startsWith("#/live")) await page.waitForSelector(".time-text:text-matches('[1-9]')");
  return { source, again, server, page, errors };
}

export async function leave({ page, server }: Visit): Promise<void> {
  await page.close();
  await server.stop();
}

/** Pictures of the flows, for people; the folder is not part of the repository. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = path.resolve(".cache/browser");
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: path.join(folder, `${name}.png`) });
}
