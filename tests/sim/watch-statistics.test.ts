import fc from "fast-check";
import { expect, it } from "vitest";
import { quantile } from "../../src/core/statistics.js";
import {
  mergeWatch,
  WatchSums,
  watchMeasures,
  watchStatisticsSchema,
} from "../../src/sim/watch-statistics.js";

/** A sample with one value in every measure. */
const sample = (value: number) => new Float64Array(watchMeasures.length).fill(value);

it("gives mean, maximum and the value that 99 of 100 samples stay below", () => {
  const sums = new WatchSums();
  for (let i = 1; i <= 100; i++) sums.add(sample(i));
  const { samples, measures } = sums.take();
  expect(samples).toBe(100);
  expect(measures.penetration.mean).toBeCloseTo(50.5, 9);
  expect(measures.penetration.max).toBe(100);
  // Bins are 7.5 % wide and speak by their upper edge.
  expect(measures.penetration.high).toBeGreaterThanOrEqual(99);
  expect(measures.penetration.high).toBeLessThanOrEqual(100);
});

it("counts anew after it was taken, and leaves out what is no number", () => {
  const sums = new WatchSums();
  sums.add(sample(7));
  sums.take();
  const broken = sample(1);
  broken[2] = Number.NaN;
  sums.add(broken);
  sums.add(sample(3));
  expect(sums.take()).toMatchObject({ samples: 1, measures: { energyGain: { mean: 3, max: 3 } } });
  const empty = sums.take();
  expect(empty).toMatchObject({
    samples: 0,
    measures: { anchorError: { mean: 0, high: 0, max: 0 } },
  });
  expect(watchStatisticsSchema.parse(empty)).toEqual(empty);
});

it("never tells a high quantile below the true one, nor above the maximum", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 1e-5, max: 1e5, noNaN: true }), { minLength: 1 }),
      (values) => {
        const sums = new WatchSums();
        for (const value of values) sums.add(sample(value));
        const { high, max } = sums.take().measures.bodySpeed;
        const sorted = [...values].sort((a, b) => a - b);
        const rank = sorted[Math.ceil(0.99 * values.length) - 1];
        expect(high).toBeGreaterThanOrEqual(rank * (1 - 1e-12));
        expect(high).toBeLessThanOrEqual(Math.max(rank * 1.075, quantile(values, 0)));
        expect(max).toBe(sorted[sorted.length - 1]);
      },
    ),
  );
});

it("counts an explosion for no more than its cap in the mean, and shows it in the maximum", () => {
  const sums = new WatchSums({ energyGain: 10 });
  for (const value of [1, 2, 3e6]) sums.add(sample(value));
  const { energyGain, bodySpeed } = sums.take().measures;
  expect(energyGain).toMatchObject({ max: 3e6 });
  expect(energyGain.mean).toBeCloseTo(13 / 3, 9);
  expect(bodySpeed.mean).toBeCloseTo(1e6 + 1, 6);
});

it("weighs shards by their samples and keeps the largest maximum", () => {
  const part = (value: number, samples: number) => {
    const sums = new WatchSums();
    for (let i = 0; i < samples; i++) sums.add(sample(value));
    return sums.take();
  };
  const merged = mergeWatch([part(1, 30), undefined, part(5, 10), part(0, 0)]);
  expect(merged?.samples).toBe(40);
  expect(merged?.measures.jointSpeed).toMatchObject({ mean: 2, max: 5 });
  expect(merged?.measures.jointSpeed.high).toBeCloseTo(2, 6);
  expect(mergeWatch([undefined, part(0, 0)])).toBeNull();
});
