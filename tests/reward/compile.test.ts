import { describe, expect, it } from "vitest";
import { instantiate } from "../../src/reward/batch.js";
import { compileProgram } from "../../src/reward/node/compile.js";
import { accepted } from "./accepted.js";
import { runPlainly } from "./plain.js";
import { makeStates, table } from "./table.js";

const numRows = 64;
const states = makeStates(numRows);

describe("rewards as people and models write them", () => {
  it.each(Object.entries(accepted))("%s: compiled and plain agree to the bit", (_, source) => {
    const { program, issues } = compileProgram(source, "reward", table);
    expect(issues).toEqual([]);
    const batch = instantiate(program!, table);
    const out = new Float64Array(numRows * batch.columns.length);
    expect(batch.run(states, table.stride, numRows, out)).toBe(-1);
    expect(out).toEqual(runPlainly(source, states));
  });
});
