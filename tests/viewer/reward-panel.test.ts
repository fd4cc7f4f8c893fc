import { expect, test } from "vitest";
import { channelNames } from "../../src/stream/channel.js";
import { FramePacker } from "../../src/stream/pack.js";
import { ranking, rankOf } from "../../viewer/src/panels/ranking.js";
import { measureWindow, remainderOf } from "../../viewer/src/panels/reward-scale.js";
import { Timeline } from "../../viewer/src/timeline/timeline.js";
import { short, signed } from "../../viewer/src/ui/format.js";
import { linesInComment, tokens } from "../../viewer/src/ui/highlight.js";
import { sharesColor, termColors } from "../../viewer/src/ui/term-colors.js";
import { Walker, walkerModel } from "../browser/walker.js";

const all = { channels: new Set(channelNames), focusEnvs: "all" as const };

function timelineOf(change: (walker: Walker, step: number) => void, steps: number): Timeline {
  const model = walkerModel(3);
  const walker = new Walker(model);
  const packer = new FramePacker();
  const timeline = new Timeline(model, steps);
  for (let step = 0; step < steps; step++) {
    walker.step();
    change(walker, step);
    for (const packet of packer.pack(walker.frame, all)) timeline.append(packet);
  }
  return timeline;
}

test("the remainder is what the total holds beside its terms", () => {
  const timeline = timelineOf(({ frame }) => {
    frame.terms.fill(0.25);
    frame.totals.fill(2);
  }, 20);
  expect(remainderOf(timeline, 19, 0)).toBeCloseTo(2 - 6 * 0.25, 6);
  const { hasRemainder, scale, means, steps } = measureWindow(timeline, 19, 0);
  expect([hasRemainder, scale, steps]).toEqual([true, 2, 20]);
  expect([...means]).toEqual([0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.5, 2]);
});

test("no remainder is shown where the terms add up", () => {
  const timeline = timelineOf(() => {}, 20);
  expect(measureWindow(timeline, 19, 0).hasRemainder).toBe(false);
});

test("environments are ranked by their returns", () => {
  const timeline = timelineOf(({ frame }) => {
    frame.flags.fill(0);
    frame.episodeReturn.set([3, 9, 5]);
  }, 5);
  const order = ranking(timeline, 1);
  expect(order.map(({ env }) => env)).toEqual([1, 2, 0]);
  expect(rankOf(order, "worst")).toBe(0);
  expect(rankOf(order, "median")).toBe(2);
  expect(rankOf(order, "best")).toBe(1);
});

test("a term keeps its colour, and the first eight have different ones", () => {
  const names = ["progress", "alive", "upright", "effort", "energy", "limits", "fall", "heading"];
  const colors = termColors(names);
  expect(new Set(colors).size).toBe(8);
  expect(termColors([...names].reverse())).toEqual([...colors].reverse());
  const nine = termColors([...names, "more"]);
  expect(sharesColor(nine).filter((shared) => shared)).toHaveLength(1);
  expect(termColors(["progress"])).toEqual(termColors(["progress", "progress2"]).slice(0, 1));
});

test("numbers keep three or four digits", () => {
  expect([0, 1234.5, 12.345, 1.2345, 0.12345, -0.00002].map(short)).toEqual([
    "0",
    "1235",
    "12.3",
    "1.23",
    "0.123",
    "−2.0e−5",
  ]);
  expect(signed(0.5)).toBe("+0.500");
  expect(short(Number.NaN)).toBe("–");
});

test("code is told apart into words, numbers, text and comments", () => {
  const found = tokens('return { a: 2 * exp(-x), "b": 1 }; // why').map(({ kind }) => kind);
  expect(found).toContain("keyword");
  expect(found.filter((kind) => kind === "literal")).toHaveLength(2);
  expect(found).toContain("call");
  expect(found.at(-1)).toBe("comment");
  expect(linesInComment(["/** one", " * two */", "code"])).toEqual([false, true, false]);
});
