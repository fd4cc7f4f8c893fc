import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bestOf, rank } from "../../src/design/ranking.js";

const scored = (
  name: string,
  fitness: number | null,
  stepsTo95: number | null,
  complete = true,
) => ({
  name,
  fitness,
  stepsTo95,
  complete,
});
const names = (list: readonly { name: string }[]) => list.map(({ name }) => name);

describe("the ranking", () => {
  it("puts the higher fitness first and leaves out what was not trained", () => {
    const list = [scored("a", 0.2, 1), scored("b", null, 1), scored("c", 0.9, 9)];
    expect(names(rank(list, 0.02))).toEqual(["c", "a"]);
  });

  it("breaks ties by the steps to 95 %, those that never rose last", () => {
    const list = [
      scored("a", 1, 300),
      scored("b", 0.99, 100),
      scored("c", 1, null),
      scored("d", 0.9, 1),
    ];
    expect(names(rank(list, 0.02))).toEqual(["b", "a", "c", "d"]);
  });

  it("measures ties by the size of the fitness where it is negative too", () => {
    const list = [scored("a", -100, 9), scored("b", -101, 3), scored("c", -110, 1)];
    expect(names(rank(list, 0.02))).toEqual(["b", "a", "c"]);
  });

  it("never puts a candidate before one that is better by more than the tolerance", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.double({ min: -5, max: 5, noNaN: true }), fc.nat(100))),
        (pairs) => {
          const ranked = rank(
            pairs.map(([f, s]) => scored("", f, s)),
            0.02,
          );
          expect(ranked).toHaveLength(pairs.length);
          for (let i = 1; i < ranked.length; i++) {
            const best = Math.max(...ranked.slice(i).map((c) => c.fitness ?? 0));
            expect(best - (ranked[i - 1].fitness ?? 0)).toBeLessThanOrEqual(
              0.02 * Math.abs(best) + 1e-12,
            );
          }
        },
      ),
    );
  });

  it("puts those that the engine watch marked after all others, however high they score", () => {
    const marked = { ...scored("m", 9, 1), marked: true };
    const worse = { ...scored("w", 8, 1), marked: true };
    const list = [worse, marked, scored("a", 0.1, 5), scored("b", 0.5, 5)];
    expect(names(rank(list, 0.02))).toEqual(["b", "a", "m", "w"]);
    expect(bestOf(list, 0.02)?.name).toBe("b");
    expect(bestOf([marked, scored("a", 0.1, 5, false)], 0.02)?.name).toBe("a");
    expect(bestOf([worse, marked], 0.02)?.name).toBe("m");
  });

  it("prefers candidates that had the whole budget", () => {
    expect(bestOf([scored("a", 0.9, 1, false), scored("b", 0.5, 1)], 0.02)?.name).toBe("b");
    expect(bestOf([scored("a", 0.9, 1, false), scored("b", null, 1)], 0.02)?.name).toBe("a");
    expect(bestOf([], 0.02)).toBeNull();
  });
});
