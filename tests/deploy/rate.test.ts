import { expect, test } from "vitest";
import { runAtRate } from "../../src/deploy/rate.js";

/** A clock that only moves when it is read, and at what the test takes for work. */
function clock() {
  let time = 0;
  return {
    now: () => {
      time += 1e-4;
      return time;
    },
    work: (seconds: number) => {
      time += seconds;
    },
  };
}

test("periods begin in time however long work takes, and what is late is counted", async () => {
  const { now, work } = clock();
  const begun: number[] = [];
  const report = await runAtRate({
    periodSeconds: 0.02,
    periods: 10,
    now,
    onPeriod(period) {
      begun.push(period);
      // The third takes two and a half periods.
      work(period === 2 ? 0.05 : 0.015);
      return true;
    },
  });
  // 10 ms late, then one that has no time left at all is left out.
  expect(begun).toEqual([0, 1, 2, 4, 5, 6, 7, 8, 9]);
  expect(report).toMatchObject({ periods: 9, skipped: 1 });
  expect(report.missed).toBeGreaterThanOrEqual(1);
  expect(report.latenessMs.max).toBeGreaterThan(9);
});

test("false, or a signal, ends it", async () => {
  const { now } = clock();
  const stopped = await runAtRate({ periodSeconds: 0.01, periods: 9, now, onPeriod: (n) => n < 3 });
  expect(stopped.periods).toBe(4);
  const abort = new AbortController();
  abort.abort();
  const none = await runAtRate({
    periodSeconds: 0.01,
    periods: 9,
    now,
    signal: abort.signal,
    onPeriod: () => true,
  });
  expect(none).toEqual({
    periods: 0,
    missed: 0,
    skipped: 0,
    latenessMs: { mean: 0, p99: 0, max: 0 },
  });
});
