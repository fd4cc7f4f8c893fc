import { createRequire } from "node:module";
import fc from "fast-check";
import type typescript from "typescript";
import { expect } from "vitest";
import { instantiate, printProgram } from "../../src/reward/batch.js";
import { compileProgram } from "../../src/reward/node/compile.js";
import { accepted } from "./accepted.js";
import { generateReward, mutate } from "./generate.js";
import { runPlainly } from "./plain.js";
import { makeStates, table } from "./table.js";

const ts = createRequire(import.meta.url)("typescript") as typeof typescript;
const numRows = 12;
const states = makeStates(numRows);
const choices = (maxLength: number) =>
  fc.array(fc.nat(100_000), { maxLength, size: "max", minLength: Math.min(3, maxLength) });

/** Kinds of node that printed text may consist of. */
const printedKinds = new Set(
  [
    "SourceFile EndOfFileToken ReturnStatement FunctionExpression Parameter Identifier Block",
    "ForStatement VariableDeclarationList VariableDeclaration VariableStatement NumericLiteral",
    "BinaryExpression PostfixUnaryExpression PrefixUnaryExpression ConditionalExpression",
    "ParenthesizedExpression CallExpression PropertyAccessExpression ElementAccessExpression",
    "TrueKeyword FalseKeyword IfStatement LabeledStatement BreakStatement ExpressionStatement",
    "PlusToken MinusToken AsteriskToken SlashToken PercentToken AsteriskAsteriskToken EqualsToken",
    "LessThanToken LessThanEqualsToken GreaterThanToken GreaterThanEqualsToken QuestionToken",
    "EqualsEqualsEqualsToken ExclamationEqualsEqualsToken AmpersandAmpersandToken BarBarToken",
    "ColonToken MinusEqualsToken EmptyStatement",
  ]
    .flatMap((line) => line.split(" "))
    .map((name) => ts.SyntaxKind[name as keyof typeof ts.SyntaxKind]),
);

const printedNames =
  /^(run|signals|stride|numEnvs|out|row|from|to|fuel|Math|Number|NaN|Infinity|[svb]\d+|[a-z]+[0-9]*p?|isFinite|isNaN|isInteger)$/;

/** Printed text holds nothing but arithmetic, branches, loops, and the names the printer makes. */
export function expectOnlyPrintedNodes(text: string): void {
  const file = ts.createSourceFile("printed.js", text, ts.ScriptTarget.ES2022, true);
  const visit = (node: typescript.Node): void => {
    if (!printedKinds.has(node.kind)) throw new Error(`printed ${ts.SyntaxKind[node.kind]}`);
    if (ts.isIdentifier(node) && !printedNames.test(node.text)) {
      throw new Error(`printed the name ${node.text}`);
    }
    if (ts.isPropertyAccessExpression(node))
      expect(node.expression.getText()).toMatch(/^(Math|Number)$/);
    if (ts.isElementAccessExpression(node))
      expect(node.expression.getText()).toMatch(/^(signals|out)$/);
    ts.forEachChild(node, visit);
  };
  visit(file);
}

/** Compiled and plain evaluation agree to the bit wherever the program compiles and ends. */
function expectAgreement(source: string, skipTypes: boolean): string {
  const { program, issues } = compileProgram(source, "reward", table, { skipTypes });
  expect(issues.map(({ code }) => code)).not.toContain("E_REWARD_INTERNAL");
  if (program === null) return issues[0].code;
  expectOnlyPrintedNodes(printProgram(program, table));
  const batch = instantiate(program, table);
  const out = new Float64Array(numRows * batch.columns.length);
  if (batch.run(states, table.stride, numRows, out) >= 0) return "out of fuel";
  expect(out).toEqual(runPlainly(source, states));
  return "agrees";
}

/** Random programs; most of them have to compile, or the test tests nothing. */
export function fuzzGenerated(numRuns: number, seed: number): void {
  let agreed = 0;
  fc.assert(
    fc.property(choices(400), (list) => {
      const source = generateReward(list);
      // Without types, which object to comparisons that are always false and other oddities.
      const fate = expectAgreement(source, true);
      expect(["agrees", "out of fuel", "E_REWARD_TOO_LARGE"]).toContain(fate);
      if (fate === "agrees") agreed++;
    }),
    { numRuns, seed, endOnFailure: true },
  );
  expect(agreed).toBeGreaterThan(0.8 * numRuns);
}

/** Ordinary rewards with some tokens changed: whatever still compiles has to mean the same. */
export function fuzzMutated(numRuns: number, seed: number): void {
  const sources = Object.values(accepted);
  let agreed = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(...sources),
      fc.constantFrom(...sources),
      choices(9),
      (source, other, list) => {
        if (expectAgreement(mutate(source, other, list), false) === "agrees") agreed++;
      },
    ),
    { numRuns, seed, endOnFailure: true },
  );
  expect(agreed).toBeGreaterThan(0.02 * numRuns);
}
