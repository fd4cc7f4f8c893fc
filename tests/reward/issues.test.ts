import { describe, expect, it } from "vitest";
import type { Issue } from "../../src/core/errors.js";
import { compileProgram } from "../../src/reward/node/compile.js";
import type { ProgramKind } from "../../src/reward/program.js";
import { table } from "./table.js";

function issuesOf(source: string, kind: ProgramKind = "reward"): Issue[] {
  const { program, issues } = compileProgram(source, kind, table);
  expect(program === null).toBe(issues.length > 0);
  return issues;
}

function firstIssue(body: string): Issue {
  return issuesOf(`export function reward(s: State): Terms {\n  ${body}\n}`)[0];
}

describe("an issue names what, where and what to do", () => {
  it("places a syntax error", () => {
    const [issue] = issuesOf("export function reward(s: State): Terms {\n  return { a: ; }\n}");
    expect(issue).toMatchObject({
      code: "E_REWARD_SYNTAX",
      severity: "error",
      line: 2,
      column: 15,
    });
  });

  it("suggests the signal that was meant", () => {
    expect(firstIssue("return { a: s.cart.pos };")).toMatchObject({
      code: "E_REWARD_UNKNOWN_FIELD",
      line: 2,
      column: 22,
      hint: "Did you mean s.cart.position?",
    });
    expect(firstIssue("return { a: s.pole.angularVel };").hint).toBe(
      "Did you mean s.pole.angularVelocity?",
    );
    expect(firstIssue("return { a: s.base.linvel[0] };").hint).toBe("Did you mean s.base.linVel?");
    expect(firstIssue("return { a: s.linVel[0] };").hint).toBe("Did you mean s.base.linVel?");
    expect(firstIssue("return { a: s.pole.theta };").hint).toBe(
      "The signals here are s.pole.angle, s.pole.angularVelocity, s.pole.cos, s.pole.up.",
    );
  });

  it("suggests helpers and signals for unknown names", () => {
    expect(firstIssue("return { a: clip(s.cart.position, 0, 1) };")).toMatchObject({
      code: "E_REWARD_TYPE",
      message: "Cannot find name 'clip'.",
    });
    expect(firstIssue("return { a: cart.position };").hint).toBe("Did you mean s.cart.position?");
    expect(firstIssue("return { a: smoothStep(0, 1, s.cart.position) };").hint).toBe(
      "Did you mean smoothstep?",
    );
    expect(firstIssue("return { a: Math.clamp(s.cart.position, 0, 1) };").hint).toBe(
      "Use clamp(…).",
    );
  });

  it("leaves out advice to install what no program can have", () => {
    const { message } = firstIssue("return { a: process.uptime() };");
    expect(message).toBe("Cannot find name 'process'.");
  });

  it("says what a type error is", () => {
    expect(firstIssue("return { a: s.base.linVel };").code).toBe("E_REWARD_TYPE");
    expect(firstIssue("const x: number = s.base.linVel; return { a: x };").message).toContain(
      "is not assignable to type 'number'",
    );
    const beyond =
      "export function reward(s: State): Terms { return { a: s.joints.position[4] }; }";
    expect(issuesOf(beyond).map(({ code }) => code)).toContain("E_REWARD_UNKNOWN_FIELD");
    expect(issuesOf("export function reward(s) { return { a: 1 }; }")[0].hint).toContain(
      "s: State",
    );
  });

  it.each([
    ["console.log(s.cart.position); return { a: 1 };", "helper functions"],
    ['return { a: "high" };', "a term is a number"],
    ["return { a: Math.random() };", "same numbers for the same state"],
    ["s.cart.position = 1; return { a: 1 };", "never change"],
    ["const a = [1]; a.push(2); return { a: sum(a) };", "[...a, x]"],
    ["return { a: s.cart.position > 0 };", "(condition ? 1 : 0)"],
    ["return { a: s.base.linVel };", "norm(a)"],
    ["return { a: -s.base.linVel };", "norm(a)"],
    ["return { a: s.base.linVel * 2 };", "norm(a)"],
    ["return { a: Object.keys({ a: 1 }).length };", "Object.values(terms)"],
    ["return { a: s.base.linVel.filter((v) => v > 0)[0] };", "Lengths are fixed"],
    ["try { return { a: 1 }; } finally { }", "Nothing here throws"],
    ["const d = new Date(); return { a: 1 };", "[a, b, c]"],
    ["switch (1) { default: return { a: 1 }; }", "if and else"],
    ["var x = 1; return { a: x };", "const or let"],
    ["const x = s.cart?.position; return { a: x };", "s.a.b"],
    ["const f = (n: number): number => (n > 0 ? f(n - 1) : 0); return { a: f(3) };", "use a loop"],
    ["let x: any = 1; return { a: x };", "number, boolean"],
  ])("hints at the way round: %s", (body, hint) => {
    const issue = firstIssue(body);
    expect(`${issue.hint}`).toContain(hint);
    expect(issue.line).toBe(2);
    expect(issue.column).toBeGreaterThan(0);
  });

  it("names the entry it looked for", () => {
    const [issue] = issuesOf("export function computeReward(s: State): Terms { return { a: 1 }; }");
    expect(issue.code).toBe("E_REWARD_NO_ENTRY");
    expect(issue.hint).toContain("export function reward(s: State): Terms");
    expect(issuesOf("export const x = 1;", "fitness")[0].hint).toContain(
      "fitness(s: State): number",
    );
  });

  it("says which terms differ from one return to the next", () => {
    const issue = firstIssue(
      "if (s.cart.position > 0) return { a: 1, b: 2 };\n  return { a: 1, c: 2 };",
    );
    expect(issue).toMatchObject({ code: "E_REWARD_TERMS", line: 3 });
    expect(issue.message).toContain("lacks b and adds c");
  });

  it("names a total that stands among the components too", () => {
    const issue = firstIssue("return { total: 1, components: { total: s.cart.position } };");
    expect(issue).toMatchObject({ code: "E_REWARD_TERMS" });
    expect(issue.message).toContain("the term total twice");
  });

  it("reports several mistakes at once", () => {
    const body = "return { a: s.cart.pos, b: foo, c: Math.random() };";
    const issues = issuesOf(`export function reward(s: State): Terms { ${body} }`);
    expect(issues.map(({ code }) => code)).toEqual([
      "E_REWARD_UNKNOWN_FIELD",
      "E_REWARD_TYPE",
      "E_REWARD_FORBIDDEN",
    ]);
  });

  it("refuses what is too large, by characters, nodes, depth and size written out", () => {
    const long = `export function reward(s: State): Terms { return { a: 1 }; } // ${"x".repeat(40_000)}`;
    expect(issuesOf(long)[0].code).toBe("E_REWARD_TOO_LARGE");
    expect(firstIssue(`return { a: ${Array(2_100).fill("1").join("+")} };`).code).toBe(
      "E_REWARD_TOO_LARGE",
    );
    expect(firstIssue(`return { a: ${"(".repeat(70)}1${")".repeat(70)} };`)).toMatchObject({
      code: "E_REWARD_TOO_LARGE",
      line: 2,
    });
  });
});
