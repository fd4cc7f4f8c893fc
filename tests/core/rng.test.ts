import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Rng } from "../../src/core/rng.js";
import { mean, standardDeviation } from "../../src/core/statistics.js";

const draws = (rng: Rng, count: number) => Array.from({ length: count }, () => rng.uniform());

describe("Rng", () => {
  test("the generator is xoshiro128++: first outputs from a known state", () => {
    const rng = new Rng(1);
    rng.load([1, 2, 3, 4, 0, 0]);
    // rotl(1 + 4, 7) + 1 = 641; the second and third follow from the published update by hand.
    expect([rng.uint32(), rng.uint32(), rng.uint32()]).toEqual([641, 1573767, 3222811527]);
  });

  test("the same seed gives the same numbers and another seed others", () => {
    expect(draws(new Rng(5), 8)).toEqual(draws(new Rng(5), 8));
    expect(draws(new Rng(5), 8)).not.toEqual(draws(new Rng(6), 8));
  });

  test("streams of neighbouring labels are uncorrelated", () => {
    const streams = Array.from({ length: 200 }, (_, env) => Rng.stream(3, "reset", env).uniform());
    expect(new Set(streams).size).toBe(200);
    expect(mean(streams)).toBeCloseTo(0.5, 1);
  });

  test("uniform and normal numbers have the moments they should", () => {
    const rng = new Rng(11);
    const uniform = Array.from({ length: 20000 }, () => rng.uniform(-2, 4));
    const normal = Array.from({ length: 20000 }, () => rng.normal());
    expect(mean(uniform)).toBeCloseTo(1, 1);
    expect(standardDeviation(uniform)).toBeCloseTo(6 / Math.sqrt(12), 1);
    expect(mean(normal)).toBeCloseTo(0, 1);
    expect(standardDeviation(normal)).toBeCloseTo(1, 1);
  });

  test("a saved state continues exactly, in the middle of a pair of normals too", () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(50), (seed, before) => {
        const rng = new Rng(seed);
        for (let i = 0; i < before; i++) rng.normal();
        const copy = new Rng(0);
        copy.load(JSON.parse(JSON.stringify(rng.save())));
        expect([copy.normal(), copy.normal(), copy.uint32()]).toEqual([
          rng.normal(),
          rng.normal(),
          rng.uint32(),
        ]);
      }),
    );
  });

  test("shuffling keeps every element", () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.nat(), (list, seed) => {
        const shuffled = [...list];
        new Rng(seed).shuffle(shuffled);
        expect(shuffled.sort()).toEqual([...list].sort());
      }),
    );
  });
});
