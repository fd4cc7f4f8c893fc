import { describe, expect, test } from "vitest";
import {
  correlation,
  interval95,
  mean,
  median,
  quantile,
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

  test("correlation is 1, −1 and undefined for rising, falling and constant companions", () => {
    expect(correlation([1, 2, 3], [2, 4, 6])).toBeCloseTo(1, 12);
    expect(correlation([1, 2, 3], [3, 2, 1])).toBeCloseTo(-1, 12);
    expect(correlation([1, 2, 3], [5, 5, 5])).toBeNaN();
  });
});
