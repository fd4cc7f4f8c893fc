/** The Lab with a language model: packs are tried, searches started, stopped and taken up again, against a chat server of this process. */
import { readFileSync, writeFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, test, vi } from "vitest";
import { dataRoutes } from "../../src/view/data/routes.js";
import { startViewServer } from "../../src/view/server.js";
import type { ViewServer } from "../../src/view/server-options.js";
import { answers, type FakeOpenAiServer, startFakeOpenAi } from "../llm/fake-openai-server.js";
import { temporaryFolder } from "../temporary-folder.js";
import { makeRun } from "../view/data/made-run.js";
import { findChromium } from "./chromium.js";
import { launch, picture } from "./visit.js";

const patient = { timeout: 90_000, interval: 200 };
/** What the page started is the command line itself. */
const program = { file: process.execPath, args: ["--import", "tsx", "src/cli/main.ts"] };

describe.skipIf(findChromium() === null)("The Lab and a language model", () => {
  const runsFolder = temporaryFolder("lab-model-runs");
  let chat: FakeOpenAiServer;
  /** The server keeps silent, so that a search waits for its first answer and trains nothing. */
  let silent = false;
  let browser: Browser;
  let server: ViewServer;
  let page: Page;

  beforeAll(async () => {
    chat = await startFakeOpenAi((_, index) =>
      silent ? { kind: "hang" } : index === 1 ? answers.prose : answers.normal,
    );
    vi.stubEnv("OPENAI_BASE_URL", chat.baseUrl);
    vi.stubEnv("OPENAI_API_KEY", "not-a-key");
    vi.stubEnv("REWARDSMITH_MODEL", "made-up");
    const { eventsFile } = await makeRun({ runsRoot: runsFolder, name: "earlier" });
    // The made run's task is of the tests; what is tried here is a real one.
    const events = readFileSync(eventsFile, "utf8");
    writeFileSync(eventsFile, events.replace('"name":"swingup"', '"name":"cartpole-swingup"'));
    server = await startViewServer({
      pagesFolder: inject("pagesFolder"),
      routes: dataRoutes({ runsFolder, program }),
      openSource: () => undefined,
      version: "test",
    });
    browser = await launch();
    page = await browser.newPage({
      viewport: { width: 1280, height: 760 },
      reducedMotion: "reduce",
    });
    page.setDefaultTimeout(120_000);
    await page.goto(`${server.url}#/lab?run=earlier`);
    await page.click("role=tab[name=Prompt]");
    await page.click(".pack-fold");
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
    await chat.close();
    vi.unstubAllEnvs();
  });

  test("Try says what it would cost, asks only then, and shows what came of each answer", async () => {
    await page.click(".pack-editor button:text-is('Try')");
    await page.waitForSelector(".trial pre, .pack-editor .problem-text");
    expect(await page.locator(".pack-editor .problem-text").allTextContents()).toEqual([]);
    expect(chat.requests).toHaveLength(0);
    await page.click("button:has-text('Ask for 4 rewards')");
    await page.waitForSelector(".trial li >> nth=3");
    const told = (await page.locator(".trial li").allTextContents()).join("\n");
    expect(told.match(/effort/g)?.length).toBeGreaterThanOrEqual(3);
    expect(chat.requests.length).toBeGreaterThanOrEqual(4);
    expect(chat.requests[0].body.messages.at(-1)?.content).toContain("pole");
    await picture(page, "lab-try");
  });

  test("Start begins a search that asks; stopped, it is taken up again and asks anew", async () => {
    silent = true;
    const asked = async (more: number) =>
      vi.waitFor(() => expect(chat.requests.length).toBeGreaterThan(more), patient);
    const before = chat.requests.length;
    await page.click(".pack-editor button:text-is('Start')");
    await page.waitForFunction(() => /run=cartpole-swingup-/.test(location.hash));
    await page.waitForSelector(".lab-head .status-chip:text-matches('running|waiting')");
    await asked(before);
    await page.click(".lab-head button:has-text('Stop')");
    await page.waitForSelector(".lab-head button:has-text('Resume')");
    const stood = chat.requests.length;
    await page.click(".lab-head button:has-text('Resume')");
    await asked(stood);
    await page.waitForSelector(".lab-head button:has-text('Stop')");
    await picture(page, "lab-resumed");
    await page.click(".lab-head button:has-text('Stop')");
    await page.waitForSelector(".lab-head button:has-text('Resume')");
  });
});
