import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readGif } from "../view/raster/read-gif.js";
import { findChromium } from "./chromium.js";
import { launch, leave, picture, visit } from "./visit.js";
import { readWebm } from "./webm.js";

describe.skipIf(findChromium() === null)("Replay in a browser", () => {
  let browser: Browser;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "rewardsmith-replay-"));
    browser = await launch();
  });
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test("keeps what Live showed, saves it, and opens it again, whole or broken", async () => {
    const here = await visit(browser);
    const { page, errors } = here;
    await page.waitForFunction(
      () => Number(document.querySelector(".time-text")?.textContent?.slice(2)) > 4,
    );
    await page.click(".stage-actions >> text=Replay");
    await page.waitForSelector(".track-names >> text=falls");
    expect(await page.locator(".track-names li").allTextContents()).toEqual([
      "episodes",
      "resets",
      "falls",
      "pushes",
      "front_left_shank",
      "front_right_shank",
      "rear_left_shank",
      "rear_right_shank",
    ]);
    await picture(page, "replay");

    const save = async (kind: string) => {
      const coming = page.waitForEvent("download");
      await page.click("text=Export");
      await page.click(`.menu-item >> text=${kind}`);
      const file = path.join(folder, (await coming).suggestedFilename());
      await (await coming).saveAs(file);
      return file;
    };
    const csv = readFileSync(await save("CSV"), "utf8")
      .trim()
      .split("\n");
    expect(csv[0]).toBe(
      "time_s,env,episode,fell,progress,alive,upright,effort,swing,fall,total,return",
    );
    const row = csv[1].split(",").map(Number);
    expect(row.slice(4, 10).reduce((sum, value) => sum + value, 0)).toBeCloseTo(row[10], 4);
    const png = readFileSync(await save("PNG"));
    expect(png.subarray(1, 4).toString()).toBe("PNG");

    const html = await save("HTML");
    const opened = await browser.newPage();
    await opened.goto(pathToFileURL(html).href);
    await opened.waitForSelector("text=/front_left_shank|progress/");
    expect(await opened.title()).toContain("· Rewardsmith");
    await picture(opened, "replay-page-for-others");
    await opened.close();

    const recording = await save(".rollout");
    await page.click("text=Close");
    await page.setInputFiles("input[type=file]", recording);
    await page.waitForSelector(".track-names >> text=front_left_shank");

    const bytes = readFileSync(recording);
    const broken = path.join(folder, "broken.rollout");
    writeFileSync(broken, bytes.subarray(0, Math.floor(0.7 * bytes.length)));
    await page.click("text=Close");
    await page.setInputFiles("input[type=file]", broken);
    await page.waitForSelector("text=/cut off before its end/");
    await page.waitForSelector(".track-names >> text=front_left_shank");
    await picture(page, "replay-broken");

    const nothing = path.join(folder, "nothing.rollout");
    writeFileSync(nothing, "not a recording");
    await page.click("text=Close");
    await page.setInputFiles("input[type=file]", nothing);
    await page.waitForSelector("text=/this is no recording/");
    expect(errors).toEqual([]);
    await leave(here);
  });

  test("a range is saved as a GIF and as a WebM that hold its pictures", async () => {
    const here = await visit(browser, { numEnvs: 1 });
    const { page, errors } = here;
    // Every picture is drawn by the processor.
    page.setDefaultTimeout(150_000);
    await page.waitForFunction(
      () => Number(document.querySelector(".time-text")?.textContent?.slice(2)) > 3,
    );
    await page.click(".stage-actions >> text=Replay");
    await page.waitForSelector(".track-names");
    await page.keyboard.press("Space");
    const track = (await page.locator(".time-track").boundingBox())!;
    const y = track.y + track.height / 2;
    await page.keyboard.down("Shift");
    await page.mouse.move(track.x + 0.3 * track.width, y);
    await page.mouse.down();
    await page.mouse.move(track.x + 0.5 * track.width, y, { steps: 3 });
    await page.mouse.up();
    await page.keyboard.up("Shift");
    const save = async (kind: string) => {
      await page.click("text=Export");
      const range = (await page.textContent(".popover h3"))!.match(/Range: (\S+) to (\S+) s/)!;
      const coming = page.waitForEvent("download");
      await page.click(`.menu-item >> text=${kind}`);
      const file = path.join(folder, (await coming).suggestedFilename());
      await (await coming).saveAs(file);
      await page.waitForSelector("text=Export");
      return { file, seconds: Number(range[2]) - Number(range[1]) };
    };
    const gif = await save("GIF");
    expect(path.extname(gif.file)).toBe(".gif");
    const { width, height, frames } = readGif(readFileSync(gif.file));
    // 12.5 pictures a second of a range that is told to a tenth.
    expect(Math.abs(frames.length - 12.5 * gif.seconds)).toBeLessThan(3);
    expect(frames.map(({ delayMs }) => delayMs)).toEqual(frames.map(() => 80));
    expect(frames.every(({ indices }) => indices.length === width * height)).toBe(true);
    // The robot walks: no picture is the one before.
    expect(frames.slice(1).every((frame, i) => !equal(frame.indices, frames[i].indices))).toBe(
      true,
    );

    const film = await save("WebM");
    expect(path.extname(film.file)).toBe(".webm");
    const webm = readWebm(readFileSync(film.file));
    expect(webm.docType).toBe("webm");
    expect(webm.pictures).toBeGreaterThan(1);
    expect(errors).toEqual([]);
    await leave(here);
  });

  test("a policy is watched as it was at each of its checkpoints", async () => {
    const here = await visit(browser);
    const { page, again, errors } = here;
    await page.keyboard.press("Alt+3");
    await page.click("button:has-text('A checkpoint, anew')");
    await page.selectOption("[aria-label=Policy]", { label: "candidate 2.3 · 0.930" });
    const strip = page.locator(".checkpoints");
    await strip.locator("text=300 k steps · 3 of 3 checkpoints").waitFor();
    await page.waitForSelector(".track-names, .stage-actions");
    await page.locator("[aria-label=Checkpoint]").fill("0");
    await strip.locator("text=100 k steps · 1 of 3 checkpoints").waitFor();
    const asked = again.controls.flatMap((one) => (one.type === "select" ? [one.policy] : []));
    const candidate = { kind: "candidate", run: "walk-1", candidate: "2.3" };
    expect(asked).toEqual([candidate, { ...candidate, steps: 100_000 }]);
    await page.waitForFunction("[...rewardsmith.stages][0]?.report.pictures > 3");
    await picture(page, "checkpoints");
    expect(errors).toEqual([]);
    await leave(here);
  });
});

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.from(a).equals(Buffer.from(b));
}
