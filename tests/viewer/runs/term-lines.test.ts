import { expect, test } from "vitest";
import { termLines } from "../../../viewer/src/pages/lab/term-lines.js";

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
  expect(termLines(code, ["upright", "effort", "alive", "slow", "missing"])).toEqual([
    2, 6, 7, 7, 0,
  ]);
});
