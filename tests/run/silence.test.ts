import { describe, expect, it } from "vitest";
import { ProcessorShare, type ThreadTime } from "../../src/run/processor-share.js";
import { Silence } from "../../src/run/silence.js";

/** Ticks of one second without a beat until it counts as hung. */
function patience(silence: Silence, beats: number, share: number): number {
  for (let seconds = 1; seconds < 100_000; seconds++) {
    if (silence.tick(beats, 1, share)) return seconds;
  }
  return Number.POSITIVE_INFINITY;
}
const limits = { startSeconds: 60, stepSeconds: 30 };
const stepping = () => {
  const silence = new Silence(limits);
  silence.tick(7, 1, 1);
  return silence;
};

describe("silence", () => {
  it("of a training that steps is forgotten", () => {
    const silence = stepping();
    for (let i = 0; i < 200; i++) expect(silence.tick(8 + Math.floor(i / 20), 1, 1)).toBe(false);
  });

  it("of 30 s is a hang where the training gets its processor", () => {
    expect(patience(stepping(), 7, 1)).toBe(30);
  });

  it("is borne longer the less of a processor there is, and for a hundred times as long at most", () => {
    expect(patience(stepping(), 7, 0.5)).toBe(60);
    expect(patience(stepping(), 7, 0.001)).toBeLessThanOrEqual(3001);
    expect(patience(stepping(), 7, 0.001)).toBeGreaterThanOrEqual(2999);
  });

  it("is borne longer before the first step", () => {
    expect(patience(new Silence(limits), 0, 1)).toBe(60);
    // Its first beat says that it was heard; the world is still to be built.
    const heard = new Silence(limits);
    heard.tick(1, 1, 1);
    expect(patience(heard, 1, 1)).toBe(60);
  });
});

describe("the share of a processor", () => {
  const times = (...threads: [string, number, number][]) =>
    new Map(threads.map(([name, ran, waited]): [string, ThreadTime] => [name, { ran, waited }]));

  it("is what threads ran of the time they were ready to, since the last look", () => {
    const looks = [
      times(["1", 5e9, 9e9], ["2", 1e9, 0]),
      times(["1", 5.2e9, 9.4e9], ["2", 1.1e9, 0.2e9]),
      times(["1", 6.2e9, 9.4e9], ["3", 0, 0]),
    ];
    const share = new ProcessorShare(() => looks.shift());
    expect(share.take()).toBeCloseTo(0.3 / 0.9, 9);
    expect(share.take()).toBe(1);
  });

  it("is whole where nobody is ready to run: who sleeps for ever starves of nothing", () => {
    const share = new ProcessorShare(() => times(["1", 5e9, 9e9]));
    expect(share.take()).toBe(1);
  });

  it("is one on this machine too, from 0 to 1", () => {
    const share = new ProcessorShare();
    expect(share.take()).toBeGreaterThanOrEqual(0);
    expect(share.take()).toBeLessThanOrEqual(1);
    const elsewhere = new ProcessorShare(() => undefined);
    expect(elsewhere.take()).toBeGreaterThan(0);
    expect(elsewhere.take()).toBeLessThanOrEqual(1);
  });
});
