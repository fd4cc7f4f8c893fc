import { expect, test } from "vitest";
import { termLine } from "../../src/reward/term-line.js";

test("a term stands where its name is given its value", () => {
  const code = [
    "export function reward(s: State): Terms {",
    "  const upright = s.pole.cos; // effort: none",
    "  const bonus = 0.1;",
    "  return {",
    "    upright,",
    "    effort: -0.01 * norm(s.action),",
    "    alive: bonus, slow: 1,",
    "  };",
    "}",
  ].join("\n");
  const terms = ["upright", "effort", "alive", "slow", "missing"];
  expect(terms.map((term) => termLine(term, code))).toEqual([2, 6, 7, 7, null]);
  expect(termLine("near$", 'const near$2 = 1;\nreturn { "near$": 1 };')).toBe(2);
});
