import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findChromium } from "./chromium.js";
import { launch, leave, picture, visit } from "./visit.js";

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
});
