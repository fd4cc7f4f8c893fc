import { describe, expect, it } from "vitest";
import { compileProgram } from "../../src/reward/node/compile.js";
import { runProbation } from "../../src/reward/node/probation.js";
import { table } from "./table.js";

/** @param now a clock, ms; by default one on which every reading is 6 ms after the one before */
function probation(body: string, positions: readonly number[], now = clock(() => 6)) {
  const source = `export function reward(s: State): Terms { const x = s.cart.position; ${body} }`;
  const { program } = compileProgram(source, "reward", table);
  const states = new Float32Array(positions.length * table.stride);
  positions.forEach((position, row) => {
    states[row * table.stride] = position;
  });
  return runProbation({ program: program!, table, states }, now);
}

/** A clock whose nth reading is so many ms after the one before. */
function clock(msBefore: (reading: number) => number): () => number {
  let time = 0;
  let readings = 0;
  return () => {
    time += msBefore(readings++);
    return time;
  };
}

describe("a trial run over recorded states", () => {
  it("samples the total and every term, and divides the time of a pass by its rows", () => {
    expect(probation("return { a: x, b: 2 * x };", [1, 2, 6])).toEqual({
      outcome: "passed",
      samples: {
        total: { min: 3, mean: 9, max: 18 },
        a: { min: 1, mean: 3, max: 6 },
        b: { min: 2, mean: 6, max: 12 },
      },
      nsPerCall: 2e6,
    });
  });

  it("measures more than one pass even where the first was held up for long", () => {
    const busy = clock((reading) => (reading === 1 ? 500 : 0.002));
    const { nsPerCall } = probation("return { a: x };", [1, 2], busy) as { nsPerCall: number };
    expect(nsPerCall).toBeCloseTo(1000, 3);
  });

  it("blames the term for a total that is not a number", () => {
    expect(probation("return { fine: x, root: Math.sqrt(x) };", [1, 4, -1])).toEqual({
      outcome: "notFinite",
      row: 2,
      column: "root",
      value: NaN,
    });
  });

  it("blames the total where every term is a number", () => {
    const report = probation("return { total: 1 / x, fine: x };", [1, 0]);
    expect(report).toMatchObject({ outcome: "notFinite", row: 1, column: "total" });
  });

  it("refuses what 32 bits cannot hold", () => {
    const report = probation("return { huge: x * 1e39 };", [1]);
    expect(report).toMatchObject({ outcome: "notFinite", column: "huge", value: 1e39 });
  });

  it("names the row at which the fuel ran out", () => {
    const report = probation("let i = 0; while (i < x) i += 1; return { i };", [3, 1e6]);
    expect(report).toEqual({ outcome: "fuel", row: 1 });
  });
});
