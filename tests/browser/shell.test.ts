import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { findChromium } from "./chromium.js";
import { launch, leave, picture, serveWalkers, visit } from "./visit.js";
import { WalkerSource } from "./walker-source.js";

describe.skipIf(findChromium() === null)("the page as a whole", () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());

  test("when the server goes the page says so, keeps what it has, and is live again when it returns", async () => {
    const here = await visit(browser);
    const { page, server } = here;
    const { port } = server;
    await page.evaluate("globalThis.stays = true");
    await server.stop();
    await page.waitForSelector("text=Offline");
    expect(await page.locator(".bar-row").count()).toBeGreaterThan(5);
    await picture(page, "offline");
    const back = await serveWalkers(new WalkerSource(4), port);
    const started = performance.now();
    await page.waitForSelector(".link-chip.live");
    const seconds = (performance.now() - started) / 1000;
    await page.waitForSelector(".bar-value:not(:text('–'))");
    expect(await page.evaluate("globalThis.stays")).toBe(true);
    // Two seconds on a quiet machine: the page asks once a second.
    expect(seconds).toBeLessThan(process.env["CI"] ? 10 : 6);
    await page.close();
    await back.stop();
  });

  test("a wrong token is refused in words", async () => {
    const here = await visit(browser);
    await here.page.goto(`http://127.0.0.1:${here.server.port}/?token=wrong#/live`);
    await here.page.waitForSelector("text=/refused|token/i");
    await leave(here);
  });

  test("a link for somebody else looks on, and its time ends", async () => {
    let aheadMs = 0;
    const here = await visit(browser, { nowMs: () => Date.now() + aheadMs });
    const { page } = here;
    await page.click("button:has-text('Share')");
    await page.waitForSelector("text=A link that may look");
    await picture(page, "share-link-offer");
    await page.click("text=An hour");
    const link = await page.inputValue("input[aria-label=Link]");
    expect(link).toMatch(/#\/live(\?cam=|$)/);
    await page.waitForSelector("text=Only this computer reaches this address");
    await picture(page, "share-link");

    const theirs = await browser.newPage();
    await theirs.goto(link);
    await theirs.waitForSelector("text=/read-only until \\d/");
    await theirs.waitForSelector(".bar-value:not(:text('–'))");
    expect(await theirs.locator("button:has-text('Share')").count()).toBe(0);
    aheadMs = 3600_000;
    await theirs.waitForSelector("text=/time of this link is over.*still here/");
    await picture(theirs, "share-link-over");
    await theirs.reload();
    await theirs.waitForSelector("text=The server refused this page");
    await theirs.waitForSelector("text=the time of this link is over");
    expect(await page.locator(".link-chip.live").count()).toBe(1);
    await theirs.close();
    await leave(here);
  });

  test("without WebGL the page says so and still shows rewards and code", async () => {
    const plain = await launch("--disable-webgl", "--disable-webgl2", "--disable-3d-apis");
    const here = await visit(plain);
    await here.page.waitForSelector("text=does not offer WebGL");
    expect(await here.page.locator(".code-line.pays").count()).toBe(6);
    const before = await here.page.textContent(".time-text");
    await here.page.waitForFunction(
      (then) => document.querySelector(".time-text")?.textContent !== then,
      before,
    );
    await picture(here.page, "no-webgl");
    await leave(here);
    await plain.close();
  });

  test("400 pixels are enough: nothing is cut off at the side", async () => {
    const here = await visit(browser);
    const { page } = here;
    await page.setViewportSize({ width: 400, height: 780 });
    await page.click("role=tab[name=Code]");
    await page.waitForSelector(".code-line");
    for (const name of ["Rewards", "World", "State", "Environments"]) {
      await page.click(`role=tab[name=${name}]`);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(400);
    }
    await page.click("role=tab[name=Rewards]");
    await picture(page, "narrow");
    await leave(here);
  });

  test("keys are told on a sheet, commands found by name, colours changed", async () => {
    const here = await visit(browser);
    const { page } = here;
    await page.keyboard.press("?");
    await page.waitForSelector('[role=dialog] >> text="Push the robot now"');
    await picture(page, "keys");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+k");
    await page.keyboard.type("colours");
    await picture(page, "palette");
    await page.keyboard.press("Enter");
    await page.waitForSelector('html[data-theme="light"]');
    await page.waitForTimeout(300);
    await picture(page, "light");
    await page.keyboard.press("Alt+6");
    await page.waitForSelector("text=reward hacking");
    await picture(page, "help");
    await leave(here);
  });

  test("what loads at first is small, and the Lab's editor is not among it", async () => {
    const here = await visit(browser);
    const folder = path.join(inject("pagesFolder"), "assets");
    const loaded = await here.page.evaluate(() =>
      performance
        .getEntriesByType("resource")
        .map(({ name }) => new URL(name).pathname.split("/").at(-1) ?? "")
        .filter((name) => name.endsWith(".js")),
    );
    const bytes = loaded.reduce(
      (sum, name) => sum + gzipSync(readFileSync(path.join(folder, name))).length,
      0,
    );
    expect(loaded.length).toBeGreaterThan(1);
    expect(bytes).toBeLessThanOrEqual(350 * 1024);
    const all = readdirSync(folder).reduce(
      (sum, name) => sum + statSync(path.join(folder, name)).size,
      0,
    );
    expect(all).toBeLessThan(5e6);
    await leave(here);
  });
});
