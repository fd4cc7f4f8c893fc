/**
 * Makes the pictures of the README from the built pages, the bundled policies and a real browser:
 * `npm run pictures [-- --runs FOLDER --run NAME] [--only lab]`. Written to docs/pictures. The Lab shows
 * that run; without one a quick search of the swing-up is made first, which takes some minutes.
 */
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { chromium, type Page } from "playwright-core";
import { chromiumArguments, findChromium, howToGetChromium } from "./chromium.js";

const executablePath = findChromium();
if (executablePath === null) throw new Error(`no Chromium was found: ${howToGetChromium}`);
const folder = path.resolve("docs/pictures");
mkdirSync(folder, { recursive: true });

const { values } = parseArgs({
  options: {
    runs: { type: "string" },
    run: { type: "string", default: "search" },
    /** A page, or several with commas between. */
    only: { type: "string", default: "live,lab" },
  },
});
const command = ["--import", "tsx", "src/cli/main.ts"];
const browser = await chromium.launch({ executablePath, args: chromiumArguments });
try {
  if (values.only.includes("live")) await withViewer(["demo"], pictureLive);
  if (values.only.includes("lab")) await pictureLab();
} finally {
  await browser.close();
}

async function pictureLive(page: Page, url: string): Promise<void> {
  await page.goto(`${url}#/live`);
  await moving(page, 6);
  // Contact points and forces, with shadows: a picture may take its time.
  for (const key of ["1", "2"]) await page.keyboard.press(key);
  await page.click('[title^="Camera and layers"]');
  await page.click(".check >> text=Shadows");
  await page.click('[title^="Camera and layers"]');
  await shoot(page, "live");
  await page.click(".stage-actions >> text=Replay");
  await page.waitForSelector(".track-names");
  await page.waitForTimeout(4000);
  await shoot(page, "replay");
}

async function pictureLab(): Promise<void> {
  const made = values.runs === undefined ? mkdtempSync(path.join(tmpdir(), "pictures-")) : null;
  const runs = values.runs ?? made!;
  try {
    if (made !== null) {
      const search = ["design", "cartpole-swingup", "--quick", "--no-viewer", "--name", values.run];
      const { status } = spawnSync(process.execPath, [...command, ...search, "--runs", runs], {
        stdio: "inherit",
      });
      if (status !== 0) throw new Error("the search for the Lab's picture failed");
    }
    await withViewer(["view", "--runs", runs], async (page, url) => {
      await page.goto(`${url.split("#")[0]}#/lab?run=${values.run}`);
      // It opens on the best candidate.
      await page.waitForSelector(".reflection tr[data-kind=fitness]");
      await page.waitForSelector(".curve-chart canvas");
      await shoot(page, "lab");
    });
  } finally {
    if (made !== null) rmSync(made, { recursive: true, force: true });
  }
}

/** Runs a command that serves the viewer for as long as the pictures take. */
async function withViewer(
  parts: readonly string[],
  work: (page: Page, url: string) => Promise<void>,
): Promise<void> {
  const served = spawn(process.execPath, [...command, ...parts], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    let address: string | undefined;
    for await (const line of createInterface({ input: served.stdout })) {
      address = line.match(/http:\S+/)?.[0];
      if (address) break;
    }
    if (!address) throw new Error("the command ended before it said where its viewer is");
    const page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
    // Drawing with the processor beside the physics: it takes its time.
    page.setDefaultTimeout(600_000);
    await work(page, address);
    await page.close();
  } finally {
    served.kill();
  }
}

/** Until so many seconds were simulated. */
async function moving(page: Page, seconds: number): Promise<void> {
  await page.waitForFunction(
    (wanted) =>
      Number(document.querySelector(".time-text")?.textContent?.split(":")[1]?.slice(0, 4)) >
      wanted,
    seconds,
  );
}

async function shoot(page: Page, name: string): Promise<void> {
  await page.waitForTimeout(3000);
  await page.mouse.move(640, 30);
  const file = path.join(folder, `${name}.png`);
  await page.screenshot({ path: file });
  console.log(file);
}
