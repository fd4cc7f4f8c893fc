/** The Runs page and the Lab over a search that goes on in this process; nothing is really trained. */
import type { Browser, Page } from "playwright-core";
import {
  afterAll,
  afterEach,
  beforeAll,
  describe,
  expect,
  inject,
  onTestFinished,
  test,
  vi,
} from "vitest";
import { watchInbox } from "../../src/design/inbox.js";
import { type Journal, openJournal } from "../../src/design/journal.js";
import { design } from "../../src/design/loop.js";
import { eventFormat } from "../../src/events/event.js";
import { foldAll } from "../../src/events/fold.js";
import type { RunState } from "../../src/events/run-state.js";
import { readEventLog } from "../../src/run/event-log.js";
import { openRun } from "../../src/run/run-folder.js";
import { dataRoutes } from "../../src/view/data/routes.js";
import { startViewServer } from "../../src/view/server.js";
import type { ViewServer } from "../../src/view/server-options.js";
import { inputsFor, listDesigner } from "../design/fakes.js";
import { temporaryFolder } from "../temporary-folder.js";
import { makeFolder, makeRun, storingExecutor } from "../view/data/made-run.js";
import { findChromium } from "./chromium.js";
import { launch, picture } from "./visit.js";
import { WalkerSource } from "./walker-source.js";

const reward = (weight: number) =>
  `export function reward(s: State): Terms {\n  return { term: ${weight} * s.pole.cos };\n}\n`;
const texts = { "1.1": reward(0.1), "1.2": reward(0.25), "1.3": reward(0.5) };
const beginning = (candidate: string) => ({
  type: "select",
  policy: { kind: "candidate", run: "steady", candidate },
  seed: 7,
});
const small = { iterations: 2, candidates: 3, finals: false, halving: false } as const;

describe.skipIf(findChromium() === null)("Runs and Lab in a browser", () => {
  const runsRoot = temporaryFolder("browser-runs");
  let browser: Browser;
  let server: ViewServer;
  let page: Page;
  const errors: string[] = [];

  beforeAll(async () => {
    await makeRun({ runsRoot, name: "earlier", created: 1.6e12, texts });
    await makeRun({ runsRoot, name: "steady", settings: small, texts });
    server = await startViewServer({
      pagesFolder: inject("pagesFolder"),
      routes: dataRoutes({ runsFolder: runsRoot }),
      openSource: () => undefined,
      version: "test",
    });
    browser = await launch();
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
  });
  afterEach(() => page.close());

  async function open(hash: string, served = server): Promise<void> {
    errors.length = 0;
    page = await browser.newPage({
      viewport: { width: 1280, height: 760 },
      reducedMotion: "reduce",
    });
    page.setDefaultTimeout(60_000);
    page.on("pageerror", (error) => errors.push(error.message));
    await page.goto(`${served.url}${hash}`);
  }

  test("runs are found by words and conditions, and two that are ticked are compared", async () => {
    await open("#/runs");
    await page.waitForSelector("tr[data-run=earlier]");
    expect(await page.textContent(".runs-count")).toBe("2 runs");
    const best = await page.textContent("tr[data-run=earlier] .score");
    expect(best).toMatch(/…/);
    await picture(page, "runs");
    await page.fill('input[type="search"]', "fitness>1000");
    await page.waitForSelector("text=No run fits");
    await page.fill('input[type="search"]', "name:stead");
    await page.waitForSelector("text=1 of 2 runs");
    await page.fill('input[type="search"]', "");
    await page.click("tr[data-run=earlier] input");
    await page.click("tr[data-run=steady] input");
    await page.click("button:has-text('Compare 2')");
    await page.waitForSelector(".term-difference tbody tr");
    await page.click("role=tab[name=Code]");
    await page.waitForSelector(".code-difference .cm-content");
    await picture(page, "compare");
    expect(errors).toEqual([]);
  });

  test("one run is enough to compare: its best and another of its candidates", async () => {
    await open("#/compare");
    await page.click("button:has-text('steady')");
    await page.waitForSelector("text=And with what?");
    await page.waitForSelector("h3:has-text('of steady, with')");
    await picture(page, "compare-with");
    await page.click("button:has-text('candidate 1')");
    await page.waitForSelector(".term-difference tbody tr");
    expect(await page.evaluate("location.hash")).toMatch(/panes=steady%?(2C|,)steady(%2F|\/)1\./);
    expect(errors).toEqual([]);
  });

  test("compared policies begin together from the same seed, each time, and are seen from the same side", async () => {
    const sources = [new WalkerSource(1), new WalkerSource(1)];
    const comparing = await startViewServer({
      pagesFolder: inject("pagesFolder"),
      routes: dataRoutes({ runsFolder: runsRoot }),
      openSource: (name) => sources[Number(name.slice("compare-".length)) - 1],
      version: "test",
    });
    onTestFinished(() => comparing.stop());
    await open("#/compare?panes=steady/1.1,steady/1.3", comparing);
    const begun = () => sources.map(({ controls }) => controls.at(-1));
    const seconds = async () => Number.parseFloat((await page.textContent(".compare-seconds"))!);
    for (const beginning of [1, 2, 3]) {
      if (beginning > 1) {
        // One of them began anew without being asked; all begin with it.
        if (beginning === 3) sources[1].beginAnew(9);
        else await page.click("button:has-text('Again')");
      }
      await vi.waitFor(async () => expect(await seconds()).toBeGreaterThan(0.5), 60_000);
    }
    expect(begun()).toEqual([1, 3].map((n) => beginning(`1.${n}`)));

    const sides = () =>
      page.evaluate<string[]>("[...rewardsmith.stages].map(({ rig }) => rig.toText())");
    const turn = async () => {
      const [before] = await sides();
      const box = (await page.locator(".stage canvas").first().boundingBox())!;
      await page.mouse.move(box.x + 20, box.y + 40);
      await page.mouse.down();
      await page.mouse.move(box.x + 90, box.y + 60, { steps: 4 });
      await page.mouse.up();
      await vi.waitFor(async () => expect((await sides())[0]).not.toBe(before), 20_000);
    };
    await turn();
    await vi.waitFor(async () => expect(new Set(await sides()).size).toBe(1), 20_000);
    await picture(page, "compare-panes");
    await page.click("button:has-text('cameras tied')");
    await turn();
    expect(new Set(await sides()).size).toBe(2);
    expect(errors).toEqual([]);
  });

  test("a vote between two candidates is in the log of their run", async () => {
    await open("#/compare?panes=steady/1.1,steady/1.3");
    await page.click("button:has-text('B is better')");
    await page.waitForSelector(".votes [aria-pressed=true]:has-text('B is better')");
    const { events } = readEventLog(openRun(runsRoot, "steady").eventsFile, eventFormat);
    expect(foldAll(events).votes).toEqual([{ a: "1.1", b: "1.3", answer: "b" }]);
  });

  test("a search is watched, paused, given a note and a reward by hand, and goes on", async () => {
    const running = startSearch(runsRoot, "going-on");
    await open("#/lab?run=going-on");
    await page.waitForSelector('.square[data-candidate="1.2"][data-status="training"]');
    await page.click("button:has-text('Pause')");
    await page.waitForSelector(".status-chip[data-status=paused]");
    await page.fill('[aria-label="Note to the designer"]', "it should not hop");
    await page.click(".note-box button:has-text('Add')");
    await page.waitForSelector(".note-box li:has-text('it should not hop')");

    await page.click('.square[data-candidate="1.1"]');
    await page.click(".reward-pane button:has-text('Fork')");
    const code = page.locator(".reward-pane .cm-content");
    await code.click();
    await page.keyboard.press("Control+End");
    await page.keyboard.type("const x: string = 5;");
    await page.waitForSelector(".cm-lintRange-error");
    for (let i = 0; i < "const x: string = 5;".length; i++) await page.keyboard.press("Backspace");
    await page.keyboard.type("// pays less");
    await page.waitForSelector(".fork-foot output:has-text('Fine: term')");
    await picture(page, "lab-fork");
    await page.click(".fork-foot button:has-text('Train it')");
    await vi.waitFor(() => expect(running.journal.state.pendingForks).toHaveLength(1), 20_000);

    running.release();
    await page.click("button:has-text('Go on')");
    await page.waitForSelector('.square[data-candidate="1.4"] .badge.hand');
    const state = await running.ended;
    await page.waitForSelector(".status-chip[data-status=finished]");
    await page.click('.square[data-candidate="2.1"]');
    await page.waitForSelector(".reflection tr[data-kind=fitness]");
    await page.waitForSelector(".curve-chart canvas");
    await picture(page, "lab");
    expect(state.candidates.map(({ id }) => id)).toContain("1.4");
    expect(state.iterations[1].notes).toEqual(["it should not hop"]);
    expect(errors).toEqual([]);
  });

  test("a fork that is being written stays when another candidate becomes the best", async () => {
    const running = startSearch(runsRoot, "beside");
    await open("#/lab?run=beside");
    await page.waitForSelector('.square[data-candidate="1.2"][data-status="training"]');
    await page.click(".reward-pane button:has-text('Fork')");
    const code = page.locator(".reward-pane .cm-content");
    await code.click();
    await page.keyboard.press("Control+End");
    await page.keyboard.type("// mine");
    running.release();
    await running.ended;
    await page.waitForSelector(".status-chip[data-status=finished]");
    expect(await page.evaluate(() => location.hash)).toBe("#/lab?run=beside&candidate=1.1");
    expect(await code.textContent()).toContain("// mine");
    expect(errors).toEqual([]);
  });
});

/** A search in this process whose trainings wait until they are released. */
function startSearch(
  runsRoot: string,
  name: string,
): {
  journal: Journal;
  release: () => void;
  ended: Promise<RunState>;
} {
  const folder = makeFolder({ runsRoot, name, settings: small, created: 1.8e12 });
  const journal = openJournal(folder, () => new Date());
  const inbox = watchInbox(folder, journal, () => {});
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const executor = storingExecutor(folder, { fitness: (source) => source.length / 100 });
  const run = executor.run.bind(executor);
  executor.run = async (request, options) => {
    await released;
    return run(request, options);
  };
  const designer = listDesigner(texts);
  const inputs = inputsFor({ journal: journal as never, executor, designer, settings: small });
  const ended = design(inputs).finally(() => {
    inbox.close();
    journal.close();
  });
  return { journal, release, ended };
}
