import { expect, test } from "vitest";
import { terrainSchema } from "../../../src/sim/terrain/declaration.js";
import { heightAt } from "../../../src/sim/terrain/height-field.js";
import { buildHeightField } from "../../../src/sim/terrain/tiles.js";
import { unevenMesh } from "../../../src/view/raster/uneven-ground.js";

const field = buildHeightField(
  terrainSchema.parse({
    kinds: [{ kind: "slope", degrees: [20, 20], direction: "down" }],
    levels: 1,
    tileMeters: 6,
    platformMeters: 1,
  }),
);
const origin = [0.5, -0.25, 0.9] as const;

test("the drawn ground lies where the field has it, relative to the episode's origin", () => {
  const { positions, normals, indices } = unevenMesh({ field, origin }, [-4, -4], [4, 4]);
  expect(positions.length / 3).toBe(81 * 81);
  for (let v = 0; v < positions.length; v += 300) {
    const [x, y, z] = positions.subarray(v, v + 3);
    expect(z + origin[2]).toBeCloseTo(heightAt(field, x + origin[0], y + origin[1]), 4);
  }
  // The slope on the side of +x leans that way.
  const lean = Array.from({ length: positions.length / 3 }, (_, i) => 3 * i).find(
    (v) => Math.abs(positions[v] - 1) < 0.06 && Math.abs(positions[v + 1]) < 0.06,
  );
  expect(normals[(lean ?? 0) + 0]).toBeCloseTo(Math.sin(Math.PI / 9), 3);
  // Counter-clockwise seen from above.
  for (let t = 0; t < indices.length; t += 999) {
    const [a, b, c] = [indices[t], indices[t + 1], indices[t + 2]].map((i) => [
      positions[3 * i],
      positions[3 * i + 1],
    ]);
    expect((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])).toBeGreaterThan(0);
  }
});

test("a large place is drawn with larger cells", () => {
  const { indices } = unevenMesh({ field, origin }, [-60, -60], [60, 60]);
  expect(indices.length / 6).toBeLessThan(121_000);
  expect(indices.length / 6).toBeGreaterThan(30_000);
});
