/**
 * Makes the pictures of the README from the built pages, the bundled policies and a real browser:
 * `npm run pictures`. Written to docs/pictures.
 */
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { chromium, type Page } from "playwright-core";
import { chromiumArguments, findChromium, howToGetChromium } from "./chromium.js";

const executablePath = findChromium();
if (executablePath === null) throw new Error(`no Chromium was found: ${howToGetChromium}`);
const folder = path.resolve("docs/pictures");
mkdirSync(folder, { recursive: true });

const demo = spawn(process.execPath, ["--import", "tsx", "src/cli/main.ts", "demo"], {
  stdio: ["ignore", "pipe", "inherit"],
});
const browser = await chromium.launch({ executablePath, args: chromiumArguments });
try {
  const url = await printedUrl();
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
  // Drawing with the processor beside the physics: it takes its time.
  page.setDefaultTimeout(600_000);
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
} finally {
  await browser.close();
  demo.kill();
}

async function printedUrl(): Promise<string> {
  for await (const line of createInterface({ input: demo.stdout })) {
    const [url] = line.match(/http:\S+/) ?? [];
    if (url) return url;
  }
  throw new Error("the demo ended before it said where its viewer is");
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
