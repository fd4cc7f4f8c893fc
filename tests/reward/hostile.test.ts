import { beforeAll, describe, expect, it } from "vitest";
import { instantiate } from "../../src/reward/batch.js";
import { compileProgram } from "../../src/reward/node/compile.js";
import { hostile, survivors } from "./hostile.js";
import { makeStates, table } from "./table.js";

const numRows = 8;

/** The compiler alone, without TypeScript's opinion: what has to be safe whatever types say. */
function fate(source: string, states: Float32Array): string {
  const { program, issues } = compileProgram(source, "reward", table, { skipTypes: true });
  if (program === null) {
    expect(issues.length).toBeGreaterThan(0);
    expect(issues.map(({ code }) => code)).not.toContain("E_REWARD_INTERNAL");
    return "refused";
  }
  const batch = instantiate(program, table);
  const run = () => {
    const out = new Float64Array(numRows * batch.columns.length);
    return { stopped: batch.run(states, table.stride, numRows, out), out };
  };
  const first = run();
  expect(run()).toEqual(first);
  if (first.stopped >= 0) return "out of fuel";
  return first.out.every((x) => Number.isFinite(Math.fround(x))) ? "no effect" : "not finite";
}

describe("hostile modules are refused, stopped or without effect", () => {
  beforeAll(() => {
    // Loading TypeScript is not the first module's doing.
    compileProgram("", "reward", table);
  });

  it("are more than 130", () => {
    expect(Object.keys(hostile).length).toBeGreaterThanOrEqual(130);
  });

  it.each(Object.entries(hostile))("%s", (name, source) => {
    const states = makeStates(numRows);
    const untouched = Float32Array.from(states);
    const start = performance.now();
    expect(fate(source, states)).toBe(survivors.get(name) ?? "refused");
    expect(performance.now() - start).toBeLessThan(3_000);
    expect(states).toEqual(untouched);
    expect(Object.hasOwn(globalThis, "rewardEscaped")).toBe(false);
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });
});
