import { describe, expect, it } from "vitest";
import { instantiate } from "../../src/reward/batch.js";
import { compileProgram } from "../../src/reward/node/compile.js";
import type { ProgramKind } from "../../src/reward/program.js";
import { table } from "./table.js";

/** Columns and values of a program over one row in which signal column i holds i + 1. */
function evaluate(source: string, kind: ProgramKind): Record<string, number> {
  const { program, issues } = compileProgram(source, kind, table);
  expect(issues).toEqual([]);
  const batch = instantiate(program!, table);
  const row = Float32Array.from({ length: table.stride }, (_, i) => i + 1);
  const out = new Float64Array(batch.columns.length);
  expect(batch.run(row, table.stride, 1, out)).toBe(-1);
  return Object.fromEntries(batch.columns.map((name, i) => [name, out[i]]));
}

function issueOf(source: string, kind: ProgramKind): { code: string; message: string } {
  const { code, message } = compileProgram(source, kind, table).issues[0];
  return { code, message };
}

describe("what each kind of program returns", () => {
  it("a reward is the sum of its terms in order", () => {
    const source =
      "export function reward(s: State): Terms { return { a: s.cart.position, b: s.pole.angle }; }";
    expect(evaluate(source, "reward")).toEqual({ total: 4, a: 1, b: 3 });
  });

  it("a total replaces the sum and is no term", () => {
    const source =
      "export function reward(s: State): Terms { return { a: s.cart.position, total: 9, b: 2 }; }";
    expect(Object.entries(evaluate(source, "reward"))).toEqual([
      ["total", 9],
      ["a", 1],
      ["b", 2],
    ]);
  });

  it("components and terms are flattened", () => {
    const source = `export function reward(s: State): Terms {
      const components = { a: s.cart.position, b: 2 };
      return { total: components.a * 10, components };
    }`;
    expect(evaluate(source, "reward")).toEqual({ total: 10, a: 1, b: 2 });
  });

  it("fitness is one number", () => {
    const source = "export function fitness(s: State): number { return s.pole.cos * 2; }";
    expect(evaluate(source, "fitness")).toEqual({ fitness: 36 });
    const wrong = "export function fitness(s: State) { return { a: s.pole.cos }; }";
    expect(issueOf(wrong, "fitness")).toEqual({
      code: "E_REWARD_TERMS",
      message: "fitness returns an object",
    });
  });

  it("a termination is flags of 0 and 1", () => {
    const source = `export function termination(s: State): Flags {
      return { far: Math.abs(s.cart.position) > 0.5, fell: s.pole.angle > 100 };
    }`;
    expect(evaluate(source, "termination")).toEqual({ far: 1, fell: 0 });
    const wrong = "export function termination(s: State) { return { far: s.cart.position }; }";
    expect(issueOf(wrong, "termination").code).toBe("E_REWARD_TERMS");
  });

  it("derived signals become columns in the order of the task", () => {
    const source = `export function derived(s: State): Derived {
      return { "pole.up": [s.pole.angle, 0, 1], "pole.cos": s.cart.velocity };
    }`;
    expect(Object.entries(evaluate(source, "derived"))).toEqual([
      ["pole.cos", 2],
      ["pole.up[0]", 3],
      ["pole.up[1]", 0],
      ["pole.up[2]", 1],
    ]);
  });

  it("derived signals do not read each other, and have to be all of them and no more", () => {
    const reading = `export function derived(s: State) { return { "pole.cos": s.pole.up[0], "pole.up": [1, 2, 3] }; }`;
    expect(issueOf(reading, "derived").code).toBe("E_REWARD_UNKNOWN_FIELD");
    const missing = `export function derived(s: State) { return { "pole.cos": 1 }; }`;
    expect(issueOf(missing, "derived").message).toContain('"pole.up"');
    const extra = `export function derived(s: State) { return { "pole.cos": 1, "pole.up": [1, 2, 3], x: 1 }; }`;
    expect(issueOf(extra, "derived").message).toContain('"x"');
    const short = `export function derived(s: State) { return { "pole.cos": 1, "pole.up": [1, 2] }; }`;
    expect(issueOf(short, "derived").message).toContain("an array of 3 numbers");
  });

  it("helpers compute what their documentation says", () => {
    const source = `export function reward(s: State): Terms { return {
      clamp: clamp(5, -1, 2), sum: sum([1, 2, 3]), mean: mean([1, 2, 6]), norm: norm([3, 4]),
      dot: dot([1, 2], [3, 4]), distance: distance([1, 1], [4, 5]), lerp: lerp(2, 4, 0.25),
      half: smoothstep(0, 2, 1), quarter: smoothstep(0, 4, 1), gauss: gaussian(0.5, 0.25),
      wrap: wrapAngle(Math.PI * 2.5), squares: sumOfSquares([1, 2, 3]), square: square(-3),
    }; }`;
    const values = evaluate(source, "reward");
    expect(values).toMatchObject({ clamp: 2, sum: 6, mean: 3, norm: 5, dot: 11, distance: 5 });
    expect(values).toMatchObject({ lerp: 2.5, half: 0.5, squares: 14, square: 9 });
    expect(values.quarter).toBeCloseTo(0.0625 * 2.5, 14);
    expect(values.gauss).toBeCloseTo(Math.exp(-2), 14);
    expect(values.wrap).toBeCloseTo(Math.PI / 2, 14);
  });
});
