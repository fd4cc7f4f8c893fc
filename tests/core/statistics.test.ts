import { describe, expect, test } from "vitest";
import {
  correlation,
  interval95,
  mean,
  median,
  quantile,
  ratioInterval95,
  shareInterval95,
  standardDeviation,
} from "../../src/core/statistics.js";

describe("statistics", () => {
  test("mean, median, quantile and deviation of a list worked out by hand", () => {
    const values = [4, 1, 3, 2];
    expect(mean(values)).toBe(2.5);
    expect(median(values)).toBe(2.5);
    expect(quantile(values, 0.25)).toBe(1.75);
    expect(standardDeviation(values)).toBeCloseTo(Math.sqrt(5 / 3), 12);
  });

  test("the 95 % interval of five values uses Student's t with four degrees of freedom", () => {
    const { mean: centre, low, high, n } = interval95([1, 2, 3, 4, 5]);
    const half = (2.77645 * Math.sqrt(2.5)) / Math.sqrt(5);
    expect([centre, n]).toEqual([3, 5]);
    expect(low).toBeCloseTo(3 - half, 6);
    expect(high).toBeCloseTo(3 + half, 6);
  });

  test("beyond the table the quantile agrees with the published value for 30 degrees of freedom", () => {
    const values = Array.from({ length: 31 }, (_, i) => i);
    const { mean: centre, high } = interval95(values);
    const t = ((high - centre) * Math.sqrt(31)) / standardDeviation(values);
    expect(t).toBeCloseTo(2.0423, 3);
  });

  test("one value has no interval", () => {
    expect(interval95([7]).high).toBe(Number.POSITIVE_INFINITY);
  });

  test("the interval of a share over seeds stays between none and all, and is one where all agree", () => {
    const { mean: centre, low, high } = shareInterval95([0.5, 0.6, 0.7], 100);
    expect(centre).toBeCloseTo(0.6, 12);
    expect(low).toBeCloseTo(0.6 - (4.30265 * 0.1) / Math.sqrt(3), 5);
    expect(high).toBeCloseTo(0.6 + (4.30265 * 0.1) / Math.sqrt(3), 5);
    expect(shareInterval95([0.99, 0.53], 200)).toMatchObject({ low: 0, high: 1, n: 2 });
    const agreed = shareInterval95([1, 1], 200);
    expect(agreed.low).toBeCloseTo(400 / (400 + 1.959964 ** 2), 6);
    expect(agreed.high).toBe(1);
    expect(shareInterval95([0.4], 200).high).toBe(Number.POSITIVE_INFINITY);
  });

  test("the interval of a ratio holds what its definition says, and is open where the divisor may be 0", () => {
    const above = [0.9, 0.7, 0.8, 1, 0.6];
    const below = [1, 0.9, 0.7, 1.1, 0.8];
    const { mean: ratio, low, high } = ratioInterval95(above, below);
    expect(ratio).toBeCloseTo(0.8 / 0.9, 12);
    // At either end, numerator − r · denominator has an interval that ends at zero.
    const at = (r: number) => interval95(above.map((value, i) => value - r * below[i]));
    expect(at(low).low).toBeCloseTo(0, 9);
    expect(at(high).high).toBeCloseTo(0, 9);
    // A divisor without spread only scales the mean's interval.
    const scaled = ratioInterval95(above, [2, 2, 2, 2, 2]);
    expect(scaled.low).toBeCloseTo(interval95(above).low / 2, 12);
    expect(scaled.high).toBeCloseTo(interval95(above).high / 2, 12);
    expect(ratioInterval95(above, [1, -1, 2, -2, 0.1]).high).toBe(Number.POSITIVE_INFINITY);
    expect(ratioInterval95([1], [2])).toMatchObject({ mean: 0.5, low: Number.NEGATIVE_INFINITY });
  });

  test("correlation is 1, −1 and undefined for rising, falling and constant companions", () => {
    expect(correlation([1, 2, 3], [2, 4, 6])).toBeCloseTo(1, 12);
    expect(correlation([1, 2, 3], [3, 2, 1])).toBeCloseTo(-1, 12);
    expect(correlation([1, 2, 3], [5, 5, 5])).toBeNaN();
  });
});
