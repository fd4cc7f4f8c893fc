import { expect, test } from "vitest";
import { FrameRate } from "../../src/view/frame-rate.js";

/** A minute of 60 Hz; every 250 ms the client acknowledges what was sent `lagMs` ago. */
function play(rate: FrameRate, seconds: number, lagMs: number, from = 0): number[] {
  const seen: number[] = [];
  for (let ms = from; ms < from + 1000 * seconds; ms += 10) {
    rate.sent(ms / 10, ms);
    if (ms % 250 === 0 && ms >= lagMs) rate.acknowledged((ms - lagMs) / 10, ms);
    if (ms % 1000 === 990) seen.push(rate.hz);
  }
  return seen;
}

test("a client that keeps up gets every frame, however far away it is", () => {
  expect(new Set(play(new FrameRate(), 20, 20))).toEqual(new Set([60]));
  expect(new Set(play(new FrameRate(), 20, 400))).toEqual(new Set([60]));
});

test("a client that falls behind is slowed step by step, and tried again once it keeps up", () => {
  const rate = new FrameRate();
  play(rate, 1, 20);
  const slowed = play(rate, 1, 600, 1000);
  expect(slowed).toEqual([5]);
  const recovered = play(rate, 60, 20, 2000);
  expect(recovered[recovered.length - 1]).toBe(60);
  expect(recovered[5]).toBeLessThan(60);
});

test("another roll-out's frames are not waited for", () => {
  const rate = new FrameRate();
  for (let i = 0; i < 10; i++) rate.sent(i, 0);
  rate.forget();
  expect(rate.tick(20_000)).toBe(false);
  expect(rate.suspended).toBe(false);
});
