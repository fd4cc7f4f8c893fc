/** A shared page, opened from disk: no server, no network. */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { joined } from "../../src/stream/cut-recording.js";
import { RecordingWriter } from "../../src/stream/recording-writer.js";
import { demoOffer } from "../../src/view/live/demo.js";
import type { SharedAbout } from "../../src/view/share/about.js";
import { sharePage } from "../../src/view/share/share-page.js";
import { sharedWorld } from "../../src/view/share/world.js";
import { temporaryFolder } from "../temporary-folder.js";
import { findChromium } from "./chromium.js";
import { launch, picture } from "./visit.js";
import { Walker, walkerModel } from "./walker.js";

const steps = [1e5, 2e5, 3e5, 4e5];
const curve = (name: string, kind: "candidate" | "baseline", mean: number[]) => ({
  name,
  kind,
  seed: 1,
  run: null,
  growing: false,
  steps,
  mean,
  low: mean.map((value) => value - 0.1),
  high: mean.map((value) => value + 0.1),
  terms: {},
});
const about: SharedAbout = {
  title: "walker · first · candidate 2.1",
  program: "rewardsmith test",
  createdAt: "2026-01-01T00:00:00.000Z",
  fitnessUnit: "m/s",
  run: {
    name: "first",
    task: "walker",
    designer: "offline",
    iterations: { ended: 2, planned: 2 },
    candidates: { all: 4, trained: 2, lost: 2, training: 0 },
    best: { id: "2.1", score: { fitness: 0.9, low: 0.8, high: 1, n: 5, of: "seeds" } },
    normalized: { mean: 1.1, low: 0.9, high: 1.3, n: 5 },
    steps: 1.6e6,
  },
  candidate: "2.1",
  curves: [
    curve("1.1", "candidate", [0, 0.2, 0.3, 0.3]),
    curve("2.1", "candidate", [0, 0.4, 0.8, 0.9]),
    curve("human", "baseline", [0, 0.3, 0.6, 0.8]),
  ],
};

async function recordWalk(numEnvs: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  const writer = new RecordingWriter((bytes) => void parts.push(bytes.slice()), {
    title: "",
    program: "test",
    createdAt: "",
  });
  const model = walkerModel(numEnvs);
  writer.message({ type: "model", model });
  const walker = new Walker(model);
  for (let i = 0; i < 500; i++) {
    walker.step();
    writer.frame(walker.frame);
  }
  await writer.end();
  return joined(parts);
}

describe.skipIf(findChromium() === null)("A shared page from disk", () => {
  let browser: Browser;
  let folder: string;

  beforeAll(async () => {
    folder = temporaryFolder("share");
    browser = await launch();
  });
  afterAll(() => browser.close());

  /** The built page that data is written into. */
  async function builtPage(mode: string, name: string): Promise<string> {
    const configFile = path.resolve("viewer/share.config.ts");
    await build({ configFile, mode, logLevel: "error", build: { outDir: folder } });
    return readFileSync(path.join(folder, name), "utf8");
  }

  async function open(html: string) {
    const file = path.join(folder, "page.html");
    writeFileSync(file, html);
    const page = await browser.newPage({
      viewport: { width: 960, height: 620 },
      reducedMotion: "reduce",
    });
    page.setDefaultTimeout(60_000);
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") errors.push(message.text());
    });
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    await page.goto(pathToFileURL(file).href);
    return { page, errors, asked };
  }

  test("shows robot, rewards, code and run, and goes where the time is dragged to", async () => {
    const template = await builtPage("production", "share.html");
    const shared = { about, recording: await recordWalk(4), world: null };
    const { page, errors, asked } = await open(sharePage(template, shared));
    await page.waitForSelector(".time-text");
    expect(await page.title()).toBe("walker · first · candidate 2.1 · Rewardsmith");
    expect(await page.locator(".bar-row[data-term=progress] .bar-value").count()).toBe(1);
    expect(await page.locator(".code").textContent()).toContain("export function reward");

    const time = () => page.locator(".time-text").textContent();
    expect(await time()).toContain("0:00.0");
    const track = (await page.locator(".track-canvas").boundingBox())!;
    await page.mouse.move(track.x + 5, track.y + 20);
    await page.mouse.down();
    await page.mouse.move(track.x + track.width / 2, track.y + 20, { steps: 3 });
    await page.mouse.up();
    await page.waitForFunction(() =>
      /0:0(4\.9|5\.[01])/.test(document.querySelector(".time-text")?.textContent ?? ""),
    );
    await page.waitForFunction(
      () => document.querySelector("[data-term=alive] .bar-value")?.textContent === "+0.500",
    );
    await picture(page, "share");

    await page.keyboard.press("ArrowRight");
    await page.click("[role=tab] >> text=Run");
    await page.waitForSelector(".share-curves .uplot");
    expect(await page.locator(".share-run").textContent()).toContain("4: 2 trained");
    await picture(page, "share-run");
    await page.close();
    expect(errors).toEqual([]);
    expect(asked.filter((url) => /^(https?|wss?):/.test(url))).toEqual([]);
  });

  test("plays the policy by itself, with physics, and the robot can be pushed", async () => {
    const watched = await demoOffer("cartpole-swingup")?.load();
    if (!watched) throw new Error("the task has a demo");
    const template = await builtPage("physics", "share-physics.html");
    const world = sharedWorld(watched, 2);
    const shared = { about, recording: await recordWalk(2), world };
    const { page, errors, asked } = await open(sharePage(template, shared));
    await page.click("text=Push it yourself");
    await page.waitForFunction(
      () => Number(document.querySelector(".time-text")?.textContent?.slice(2)) > 0.5,
    );
    // The page's own task, not the recording's.
    await page.click("[role=tab] >> text=State");
    expect(await page.locator(".values").allTextContents()).toEqual(
      expect.arrayContaining([expect.stringContaining("cart.position")]),
    );
    await page.waitForSelector(".values dd:text-matches('[0-9]')");
    const joint = () => page.locator(".values dd").first().textContent();
    await page.click("[title^='Pause']");
    await page.waitForSelector("[title^='Play']");
    const before = await joint();
    expect(before).toMatch(/\d/);
    await page.click(".stage-actions >> text=Push");
    for (let i = 0; i < 5; i++) await page.click("[title^='Step on']");
    await page.waitForFunction(
      (text) => document.querySelector(".values dd")?.textContent !== text,
      before,
    );
    await picture(page, "share-physics");
    await page.click("text=Back to the recording");
    await page.waitForSelector(".track-names >> text=falls");
    await page.close();
    expect(errors).toEqual([]);
    expect(asked.filter((url) => /^(https?|wss?):/.test(url))).toEqual([]);
  });
});
