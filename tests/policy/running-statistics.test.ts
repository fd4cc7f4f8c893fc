import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Rng } from "../../src/core/rng.js";
import { RunningStatistics } from "../../src/policy/running-statistics.js";

function twoPass(rows: readonly number[]): { mean: number; variance: number } {
  const mean = rows.reduce((a, b) => a + b, 0) / rows.length;
  return { mean, variance: rows.reduce((a, b) => a + (b - mean) ** 2, 0) / rows.length };
}

describe("running statistics", () => {
  it("agree with two passes over everything seen, however it was cut into batches", () => {
    const value = fc.double({ min: -100, max: 100, noNaN: true });
    const batches = fc.array(fc.array(value, { minLength: 1, maxLength: 20 }), { minLength: 1 });
    fc.assert(
      fc.property(batches, fc.double({ min: -1e4, max: 1e4, noNaN: true }), (cut, offset) => {
        const statistics = new RunningStatistics(1);
        const rows: number[] = [];
        for (const batch of cut) {
          const shifted = batch.map((x) => x + offset);
          rows.push(...shifted);
          statistics.gather(Float64Array.from(shifted));
          statistics.commit();
        }
        const { mean, variance } = twoPass(rows);
        expect(statistics.mean[0]).toBeCloseTo(mean, 6);
        expect(statistics.variance[0]).toBeCloseTo(variance, 4);
      }),
    );
  });

  it("stay frozen until committed", () => {
    const statistics = new RunningStatistics(1);
    const out = new Float32Array(1);
    statistics.gather(Float32Array.of(10, 12));
    statistics.normalize(Float32Array.of(3), out);
    expect(out[0]).toBeCloseTo(3, 4);
    statistics.commit();
    statistics.normalize(Float32Array.of(12), out);
    expect(out[0]).toBeCloseTo(1, 4);
  });

  it("clip at five deviations and undo what lies inside", () => {
    const rng = new Rng(2);
    const statistics = new RunningStatistics(3);
    statistics.gather(Float64Array.from({ length: 300 }, (_, i) => 10 ** (i % 3) * rng.normal()));
    statistics.commit();
    const rows = Float32Array.of(0.5, 20, 1e9, -0.5, -1e9, 30);
    const normalized = new Float32Array(6);
    statistics.normalize(rows, normalized);
    expect(normalized[2]).toBe(5);
    expect(normalized[4]).toBe(-5);
    const back = new Float32Array(6);
    statistics.denormalize(normalized, back);
    for (const i of [0, 1, 3, 5]) expect(back[i]).toBeCloseTo(rows[i], 4);
  });

  it("say so when what they saw is not finite", () => {
    const statistics = new RunningStatistics(2);
    statistics.gather(Float32Array.of(1, Number.NaN));
    expect(statistics.commit()).toBe(false);
  });

  it("continue exactly from what was saved", () => {
    const rng = new Rng(4);
    const batch = () => Float32Array.from({ length: 8 }, () => rng.normal());
    const first = new RunningStatistics(2);
    first.gather(batch());
    first.commit();
    const second = new RunningStatistics(2);
    second.load(first.save());
    const rows = batch();
    for (const statistics of [first, second]) {
      statistics.gather(rows);
      statistics.commit();
    }
    expect(second.save()).toEqual(first.save());
  });
});

it("statistics with a mirror are those of the rows and of their images", () => {
  const mirror = { permutation: [1, 0, 2], sign: [-1 as const, -1 as const, -1 as const] };
  const rows = Float32Array.of(1, 2, 3, 4, 5, 7);
  const images = Float32Array.of(-2, -1, -3, -5, -4, -7);
  const sided = new RunningStatistics(3);
  const mirrored = new RunningStatistics(3, mirror);
  for (let round = 0; round < 2; round++) {
    sided.gather(rows);
    sided.gather(images);
    sided.commit();
    mirrored.gather(rows);
    mirrored.commit();
  }
  const [expected, actual] = [sided.save(), mirrored.save()];
  expected.mean.forEach((x, i) => {
    expect(actual.mean[i]).toBeCloseTo(x, 12);
  });
  expected.variance.forEach((x, i) => {
    expect(actual.variance[i]).toBeCloseTo(x, 12);
  });
});
