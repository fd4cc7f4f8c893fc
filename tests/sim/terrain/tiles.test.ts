import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Terrain, terrainSchema } from "../../../src/sim/terrain/declaration.js";
import { type HeightField, heightAt } from "../../../src/sim/terrain/height-field.js";
import { buildHeightField, tileMiddle } from "../../../src/sim/terrain/tiles.js";

type Kind = Terrain["kinds"][number];

function terrain(kind: object, rest: object = {}): Terrain {
  return terrainSchema.parse({
    kinds: [kind],
    levels: 2,
    tileMeters: 6,
    platformMeters: 1,
    ...rest,
  });
}

/** Heights at places of the tile at column 0, relative to its middle. */
function relief(declared: Terrain, level: number): (x: number, y: number) => number {
  const field = buildHeightField(declared);
  const [x0, y0] = tileMiddle(declared, field, 0, level);
  return (x, y) => heightAt(field, x0 + x, y0 + y);
}

describe("a tile", () => {
  test("of a slope rises by its angle from edge to middle, or falls by it", () => {
    const down = relief(terrain({ kind: "slope", degrees: [5, 20], direction: "down" }), 1);
    // tan 20° × (3 m − 0.5 m) on the platform, and a metre from the edge.
    expect(down(0, 0)).toBeCloseTo(0.90993, 4);
    expect(down(0.4, -0.4)).toBeCloseTo(0.90993, 4);
    expect(down(2, 0.3)).toBeCloseTo(0.36397, 4);
    expect(down(0, -2)).toBeCloseTo(0.36397, 4);
    const up = relief(terrain({ kind: "slope", degrees: [5, 20], direction: "up" }), 0);
    expect(up(0, 0)).toBeCloseTo(-2.5 * Math.tan(Math.PI / 36), 4);
  });

  test("of stairs has level treads of the given depth, one step above the other", () => {
    const stairs = terrain({ kind: "stairs", stepMeters: [0.05, 0.15], direction: "down" });
    const at = relief(stairs, 1);
    // Treads are 0.3 m deep, the riser's ramp one cell of 0.1 m.
    for (const [toEdge, steps] of [
      [0.1, 0],
      [0.2, 0],
      [0.3, 1],
      [0.5, 1],
      [0.6, 2],
      [0.9, 3],
      [2.4, 8],
    ] as const) {
      expect(at(3 - toEdge, 0), `${toEdge} m from the edge`).toBeCloseTo(0.15 * steps, 5);
      expect(at(0, toEdge - 3)).toBeCloseTo(0.15 * steps, 5);
    }
    expect(at(0, 0)).toBeCloseTo(0.15 * 8, 5);
  });

  test("of boxes holds blocks from half the height to all of it, none on the platform", () => {
    const at = relief(terrain({ kind: "boxes", heightMeters: [0.02, 0.2], perTile: 12 }), 1);
    const tops = new Set<number>();
    for (let i = -29; i <= 29; i++) {
      for (let j = -29; j <= 29; j++) tops.add(at(i / 10, j / 10));
    }
    const found = [...tops].filter((top) => top > 0.001);
    expect(found.length).toBeGreaterThan(4);
    expect(Math.max(...found)).toBeLessThanOrEqual(0.2001);
    expect(at(0, 0)).toBe(0);
    expect(at(0.5, -0.5)).toBe(0);
  });

  test("of rough ground stays within its amplitude, which grows with the level", () => {
    const declared = terrain({ kind: "rough", amplitudeMeters: [0.02, 0.1] });
    const highest = (level: number) => {
      const at = relief(declared, level);
      let most = 0;
      for (let i = -29; i <= 29; i++) {
        for (let j = -29; j <= 29; j++) most = Math.max(most, Math.abs(at(i / 10, j / 10)));
      }
      return most;
    };
    expect(highest(0)).toBeGreaterThan(0.01);
    expect(highest(0)).toBeLessThanOrEqual(0.02);
    expect(highest(1)).toBeGreaterThan(0.05);
    expect(highest(1)).toBeLessThanOrEqual(0.1);
  });

  test("of any kind ends at height 0 and has a level middle", () => {
    const kinds: object[] = [
      { kind: "flat" },
      { kind: "rough", amplitudeMeters: [0.1, 0.1] },
      { kind: "slope", degrees: [15, 15] },
      { kind: "stairs", stepMeters: [0.1, 0.1] },
      { kind: "boxes", heightMeters: [0.2, 0.2] },
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...kinds),
        fc.integer({ min: 0, max: 1000 }),
        fc.double({ min: -3, max: 3, noNaN: true }),
        (kind, seed, along) => {
          const at = relief(terrain(kind, { seed, levels: 1 }), 0);
          for (const edge of [-3, 3]) {
            if (at(edge, along) !== 0 || at(along, edge) !== 0) return false;
          }
          const spot = along / 6.1;
          return Math.abs(at(spot, -spot) - at(0, 0)) < 1e-6;
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe("a height field", () => {
  test("is the same each time, and another for another seed", () => {
    const rough = (seed: number) =>
      buildHeightField(
        terrain({ kind: "rough", amplitudeMeters: [0.1, 0.1] }, { seed }),
      ).heights.join();
    const [first, second, other] = [3, 3, 4].map(rough);
    expect(first === second).toBe(true);
    expect(first === other).toBe(false);
  });

  test("lays levels along y and kinds along x, over and over", () => {
    const declared = terrainSchema.parse({
      kinds: [{ kind: "flat" }, { kind: "slope", degrees: [10, 20], direction: "down" }],
      columns: 5,
      levels: 3,
      tileMeters: 4,
      platformMeters: 1,
    });
    const field = buildHeightField(declared);
    expect([field.columns, field.rows]).toEqual([201, 121]);
    expect(tileMiddle(declared, field, 0, 0)).toEqual([-8, -4, 0]);
    const height = (degrees: number) => 1.5 * Math.tan((degrees * Math.PI) / 180);
    expect(tileMiddle(declared, field, 1, 0)[2]).toBeCloseTo(height(10), 5);
    expect(tileMiddle(declared, field, 3, 1)[2]).toBeCloseTo(height(15), 5);
    expect(tileMiddle(declared, field, 3, 2)[2]).toBeCloseTo(height(20), 5);
    expect(tileMiddle(declared, field, 4, 2)[2]).toBe(0);
  });

  test("is cut into triangles from −x +y to +x −y, and level outside", () => {
    const heights = Float32Array.from([0, 1, 2, 7]);
    const field: HeightField = { rows: 2, columns: 2, cellMeters: 2, x: -1, y: -1, heights };
    expect(heightAt(field, -1, -1)).toBe(0);
    expect(heightAt(field, 1, -1)).toBe(1);
    expect(heightAt(field, -1, 1)).toBe(2);
    expect(heightAt(field, 1, 1)).toBe(7);
    // On the cut: between 1 and 2. Below it a plane through 0, 1, 2; above through 1, 2, 7.
    expect(heightAt(field, 0, 0)).toBe(1.5);
    expect(heightAt(field, -0.5, -0.5)).toBeCloseTo(0.75, 6);
    expect(heightAt(field, 0.5, 0.5)).toBeCloseTo(4.25, 6);
    expect(heightAt(field, 1.01, 0)).toBe(0);
    expect(heightAt(field, Number.NaN, 0)).toBe(0);
  });
});

test.each([
  [{ kinds: [] }, "kinds"],
  [{ kinds: [{ kind: "slope", degrees: [0, 60] }] }, "degrees"],
  [{ kinds: [{ kind: "flat" }], tileMeters: 8, cellMeters: 0.3 }, "whole number of cells"],
  [{ kinds: [{ kind: "flat" }], platformMeters: 9 }, "smaller than the tile"],
  [{ kinds: [{ kind: "flat" }, { kind: "flat" }], columns: 1 }, "one for each kind"],
  [{ kinds: [{ kind: "flat" }], levels: 20, tileMeters: 50, cellMeters: 0.1 }, "million points"],
  [{ kinds: [{ kind: "lava" } as unknown as Kind] }, "kind"],
])("a terrain that cannot be is refused: %j", (declared, why) => {
  expect(JSON.stringify(terrainSchema.safeParse(declared).error?.issues)).toContain(why);
});
