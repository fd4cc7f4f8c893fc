import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { signed } from "../../viewer/src/ui/format.js";
import { findChromium } from "./chromium.js";
import { launch, leave, picture, type Visit, visit } from "./visit.js";

/** Messages of the page arrive when the computer finds time. */
const patient = { timeout: 30_000, interval: 100 };

describe.skipIf(findChromium() === null)("Live in a browser", () => {
  let browser: Browser;
  let here: Visit;

  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());
  afterEach(() => leave(here));

  test("the first minute: a robot moves, its reward is told, it can be pushed and pulled", async () => {
    here = await visit(browser);
    const { page, source, errors } = here;
    await page.waitForFunction(() => document.querySelector(".stage canvas"));
    const before = await page.textContent(".time-text");
    await page.waitForFunction(
      (then) => document.querySelector(".time-text")?.textContent !== then,
      before,
    );
    await picture(page, "live");
    await page.keyboard.press("p");
    await vi.waitFor(
      () => expect(source.controls.some(({ type }) => type === "push")).toBe(true),
      patient,
    );

    // A slow computer draws so seldom that the robot may not yet stand where the mouse is: again.
    const drags = () => source.controls.filter(({ type }) => type === "drag");
    const dragIt = () =>
      vi.waitFor(
        async () => {
          const before = drags().length;
          const box = (await page.locator(".stage canvas").boundingBox())!;
          const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
          await page.mouse.move(x, y);
          await page.mouse.down();
          await page.mouse.move(x + 40, y - 40, { steps: 4 });
          await page.mouse.move(x + 60, y - 60, { steps: 2 });
          await page.mouse.up();
          expect(drags().length).toBeGreaterThan(before + 1);
        },
        { timeout: 60_000, interval: 500 },
      );
    const letGo = () =>
      vi.waitFor(() => expect(drags().at(-1)).toMatchObject({ env: 0, point: null }), patient);
    await dragIt();
    await letGo();
    expect(drags().at(-2)).toMatchObject({
      target: [expect.any(Number), expect.any(Number), expect.any(Number)],
    });
    expect(drags().at(-2)).not.toHaveProperty("turn");

    // With Ctrl the same gesture turns the body: its near side goes along with the mouse.
    await page.keyboard.down("Control");
    await dragIt();
    await page.keyboard.up("Control");
    await letGo();
    const twist = drags().at(-2);
    const turn = (twist && "turn" in twist && twist.turn) || [0, 0, 0];
    expect(twist).not.toHaveProperty("target");
    expect(Math.hypot(...turn)).toBeCloseTo(0.1 * Math.hypot(60, 60), 1);
    expect(errors).toEqual([]);
  });

  test("the bars show the numbers of the frame, and the terms add up to the total", async () => {
    here = await visit(browser);
    const { page, source } = here;
    await page.keyboard.press("Space");
    await page.waitForSelector('button[title="Play (Space)"]');
    const { terms, totals } = source.walker.frame;
    const wanted = [...[...terms.subarray(0, 6)].map(signed), signed(totals[0])];
    await vi.waitFor(
      async () => {
        const shown = await page.$$eval(".bar-row:not([hidden]) .bar-value", (rows) =>
          rows.map((row) => row.textContent),
        );
        expect(shown).toEqual(wanted);
      },
      { timeout: 20_000, interval: 200 },
    );
    // The same values stand beside their lines of code.
    const inCode = await page.$$eval(".code-line.pays .code-value", (rows) =>
      rows.map((row) => row.textContent),
    );
    expect(inCode).toEqual(wanted.slice(0, -1));
  });

  test("why does it do that: back in time, from a term to its line, and a pose that answers", async () => {
    here = await visit(browser);
    const { page, source } = here;
    await page.waitForFunction(
      () => Number(document.querySelector(".time-text")?.textContent?.slice(2)) > 3,
    );
    const area = (await page.locator(".reward-area").boundingBox())!;
    await page.mouse.click(area.x + area.width - 60, area.y + area.height / 2);
    await page.waitForSelector("text=A moment that has passed");
    await page.click('.bar-row[data-term="effort"]');
    const lit = page.locator(".code-line.lit");
    expect(await lit.textContent()).toContain("effort: -0.06");
    await picture(page, "why");

    await page.click("text=back to live");
    await page.click("role=tab[name=Pose]");
    await page.click("text=Hold this pose");
    await page.waitForSelector(".pose-slider");
    await page.locator(".pose-slider input").first().fill("0.6");
    await vi.waitFor(() => {
      const pose = source.controls.filter((one) => one.type === "pose").at(-1);
      expect(pose?.jointPosition?.[0]).toBeCloseTo(0.6, 2);
    }, patient);
    await picture(page, "pose");
    await page.click("text=Let go");
    await vi.waitFor(
      () => expect(source.controls.at(-1)).toMatchObject({ type: "pose", jointPosition: null }),
      patient,
    );
  });

  test("will it survive: a knob beyond what was trained, and a grid over two of them", async () => {
    here = await visit(browser, { hash: "#/live?tab=world", numEnvs: 16 });
    const { page, source } = here;
    const friction = page.locator(".knob", { hasText: "Friction" });
    await friction.locator("input").fill("1.9");
    await vi.waitFor(
      () => expect(source.controls.at(-1)).toMatchObject({ type: "world", parameter: "friction" }),
      patient,
    );
    await page.waitForSelector(".knob.outside");
    expect(await friction.textContent()).toContain("outside what it was trained on");
    await friction.locator("input").dblclick({ force: true });
    await vi.waitFor(() => expect(source.controls.at(-1)).toMatchObject({ value: null }), patient);

    await page.locator(".stress select").first().selectOption({ label: "friction" });
    await page.locator(".stress select").last().selectOption({ label: "payload" });
    await page.click(".stress .button.primary");
    await page.waitForSelector(".stress-cell >> nth=15");
    await page.locator(".stress-cell").nth(2).click();
    await page.waitForSelector('.stress-cell[aria-pressed="true"]');
    await page.waitForFunction(() => location.hash.includes("env=14"));
    await page.locator(".stress").scrollIntoViewIfNeeded();
    await picture(page, "survive");
  });

  test("another page or a hidden tab asks for nothing, and the way back keeps the time bar", async () => {
    here = await visit(browser);
    const { page, source } = here;
    const rolls = (running: boolean) =>
      vi.waitFor(() => expect(source.running).toBe(running), patient);
    const first = () => page.evaluate<number>("rewardsmith.live.player.timeline.value.firstTime");
    await rolls(true);
    const began = await first();
    await page.keyboard.press("Alt+6");
    await page.waitForSelector("text=reward hacking");
    await rolls(false);
    const stood = source.walker.frame.simTimeSeconds;
    await page.keyboard.press("Alt+2");
    await rolls(true);
    await page.waitForFunction(
      (then) => Number(document.querySelector(".time-text")?.textContent?.slice(2)) > then,
      stood,
    );
    expect(await first()).toBe(began);
    await page.evaluate(() => {
      Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    });
    await rolls(false);
    await page.evaluate(() => {
      Reflect.deleteProperty(document, "visibilityState");
      document.dispatchEvent(new Event("visibilitychange"));
    });
    await rolls(true);
    expect(await first()).toBe(began);
  });

  test("uneven ground is drawn where the task declares it, until its layer is put away", async () => {
    const terrain = { kinds: [{ kind: "stairs", stepMeters: [0.1, 0.2] }], levels: 2 };
    here = await visit(browser, { terrain });
    const { page, errors } = here;
    const triangles = () => page.evaluate<number>("[...rewardsmith.stages][0].report.triangles");
    await page.waitForFunction("[...rewardsmith.stages][0]?.report.triangles > 20000");
    await picture(page, "terrain");
    const all = await triangles();
    await page.keyboard.press("9");
    // Of 28 m of cells of 0.1 m, the level ones around the tiles are drawn coarsely.
    await vi.waitFor(
      async () => expect(all - (await triangles())).toBeGreaterThan(10_000),
      patient,
    );
    expect(errors).toEqual([]);
  });

  test("it is driven with keys that are held together, and with a gamepad until its stick rests", async () => {
    here = await visit(browser, { numEnvs: 1 });
    const { page, source } = here;
    await page.evaluate(() => {
      const axes = [0, 0];
      Object.assign(globalThis, { padAxes: axes });
      navigator.getGamepads = () => [null, { axes } as unknown as Gamepad, null, null];
    });
    const told = (values: readonly number[] | null) =>
      vi.waitFor(() => {
        const last = source.controls.filter((one) => one.type === "command").at(-1);
        expect(last?.values?.map((value) => Math.round(100 * value) / 100 + 0) ?? null).toEqual(
          values,
        );
      }, patient);
    const tilt = (x: number, y: number) =>
      page.evaluate(
        ([x, y]) => {
          Object.assign((globalThis as unknown as { padAxes: number[] }).padAxes, [x, y]);
        },
        [x, y],
      );
    await page.click("button:has-text('Drive')");
    await page.waitForSelector(".stick-panel");
    await page.keyboard.down("w");
    await told([1.5, 0]);
    await page.keyboard.down("a");
    await told([1.5, 1]);
    await page.keyboard.up("w");
    await told([0, 1]);
    await page.keyboard.up("a");
    await told([0, 0]);

    await tilt(0.5, -1);
    await told([1.5, -0.5]);
    await tilt(0.05, 0.05);
    await told([0, 0]);
    const sent = source.controls.length;
    await page.waitForTimeout(300);
    expect(source.controls.length).toBe(sent);
    await page.click("text=hand back");
    await told(null);
  });

  test("draw calls do not grow with the number of environments", async () => {
    const calls: number[] = [];
    for (const numEnvs of [1, 32]) {
      if (calls.length > 0) await leave(here);
      here = await visit(browser, { numEnvs });
      await here.page.waitForFunction("[...rewardsmith.stages][0]?.report.drawCalls > 0");
      await here.page.keyboard.press("1");
      await here.page.keyboard.press("2");
      // Drawn by the processor, a picture may take longer than any fixed wait.
      await here.page.waitForFunction(
        "[...rewardsmith.stages][0].report.pictures > " +
          `${await here.page.evaluate("[...rewardsmith.stages][0].report.pictures")} + 2`,
      );
      calls.push(await here.page.evaluate("[...rewardsmith.stages][0].report.drawCalls"));
    }
    // Five shapes of the walker.
    expect(Math.max(...calls)).toBeLessThanOrEqual(5 + 20);
    expect(Math.abs(calls[1] - calls[0])).toBeLessThanOrEqual(2);
  });

  test("a link that may only look offers nothing that changes anything", async () => {
    here = await visit(browser, { readOnly: true });
    const { page, source } = here;
    await page.waitForSelector("text=read-only");
    expect(await page.locator("text=Push").count()).toBe(0);
    await page.keyboard.press("p");
    await page.click("role=tab[name=World]");
    expect(await page.locator(".knob input").first().isDisabled()).toBe(true);
    expect(source.controls).toEqual([]);
  });
});
