/** Operators and the functions of Math and Number, on values. */
import type ts from "typescript";
import { mathConstants, mathFunctions } from "../helpers.js";
import { type Expression, type Operator, operators } from "../program.js";
import type { Emitter } from "./emitter.js";
import { Refusal } from "./refusal.js";
import {
  boolean,
  describe,
  isScalar,
  number,
  requireCondition,
  requireNumber,
  type ScalarValue,
  type Value,
} from "./values.js";

const arithmetic: Readonly<Record<string, Operator>> = {
  "+": "add",
  "-": "subtract",
  "*": "multiply",
  "/": "divide",
  "%": "remainder",
  "**": "power",
};

const comparison: Readonly<Record<string, Operator>> = {
  "<": "less",
  "<=": "lessOrEqual",
  ">": "greater",
  ">=": "greaterOrEqual",
};

const equality: Readonly<Record<string, Operator>> = {
  "===": "equal",
  "==": "equal",
  "!==": "notEqual",
  "!=": "notEqual",
};

export function binary(
  emit: Emitter,
  sign: string,
  left: Value,
  right: Value,
  node: ts.BinaryExpression,
): Value {
  if (Object.hasOwn(arithmetic, sign)) {
    const a = requireNumber(left, node.left);
    return number(emit.apply(arithmetic[sign], a, requireNumber(right, node.right)));
  }
  if (Object.hasOwn(comparison, sign)) {
    const a = requireNumber(left, node.left);
    return boolean(emit.apply(comparison[sign], a, requireNumber(right, node.right)));
  }
  if (Object.hasOwn(equality, sign)) {
    if (isScalar(left) && isScalar(right) && left.kind === right.kind) {
      return boolean(emit.apply(equality[sign], left.expression, right.expression));
    }
    throw new Refusal(
      "E_REWARD_TYPE",
      node,
      `${describe(left)} compared with ${describe(right)}`,
      "Compare numbers with numbers: elements one by one, distances with distance(a, b).",
    );
  }
  throw new Refusal("E_REWARD_FORBIDDEN", node, `the operator ${sign}`);
}

/** `&&` and `||` of operands that need no statements. */
export function logical(
  emit: Emitter,
  sign: "&&" | "||",
  left: Value,
  right: Value,
  node: ts.Node,
): ScalarValue {
  const a = requireCondition(left, node);
  const b = requireCondition(right, node);
  if (left.kind !== right.kind) {
    throw new Refusal(
      "E_REWARD_TYPE",
      node,
      `${sign} between ${describe(left)} and ${describe(right)}`,
      "Both sides have to be conditions (x > 0) or both numbers.",
    );
  }
  const kind = left.kind === "boolean" ? "boolean" : "number";
  return { kind, expression: emit.apply(sign === "&&" ? "and" : "or", a, b) };
}

export function unary(
  emit: Emitter,
  sign: "+" | "-" | "!",
  operand: Value,
  node: ts.Node,
): ScalarValue {
  if (sign === "!") return boolean(emit.apply("not", requireCondition(operand, node)));
  if (sign === "-") return number(emit.apply("negate", requireNumber(operand, node)));
  return toNumber(emit, operand, node);
}

/** `Number(x)` and `+x`: a boolean becomes 0 or 1. */
export function toNumber(emit: Emitter, operand: Value, node: ts.Node): ScalarValue {
  if (operand.kind === "boolean") return number(emit.apply("number", operand.expression));
  return number(requireNumber(operand, node));
}

export function mathConstant(name: string): number | undefined {
  return mathConstants.find((known) => known === name) === undefined
    ? undefined
    : Math[name as (typeof mathConstants)[number]];
}

export function isMathFunction(name: string): boolean {
  return mathFunctions.some((known) => known === name);
}

export function callMath(
  emit: Emitter,
  name: string,
  args: readonly Value[],
  node: ts.Node,
): ScalarValue {
  const operator = (name === "pow" ? "power" : name) as Operator;
  const arity = operators[operator];
  if (arity >= 0 && args.length !== arity) {
    throw new Refusal(
      "E_REWARD_TYPE",
      node,
      `Math.${name} takes ${arity} ${arity === 1 ? "number" : "numbers"}, not ${args.length}`,
    );
  }
  return number(emit.apply(operator, ...args.map((arg) => requireNumber(arg, node))));
}

const numberTests = ["isFinite", "isNaN", "isInteger"] as const;

/** `Number.isFinite(x)` and its like. */
export function callNumberTest(
  emit: Emitter,
  name: string,
  args: readonly Value[],
  node: ts.Node,
): ScalarValue {
  const test = numberTests.find((known) => known === name);
  if (test === undefined || args.length !== 1) {
    throw new Refusal(
      "E_REWARD_FORBIDDEN",
      node,
      `Number.${name}`,
      "Number.isFinite(x), Number.isNaN(x) and Number.isInteger(x) exist.",
    );
  }
  return boolean(emit.apply(test, requireNumber(args[0], node)));
}

/** `NaN` and `Infinity`, which JSON cannot hold as numbers. */
export function namedConstant(emit: Emitter, name: string): Expression | undefined {
  if (name === "NaN") return emit.apply("nan");
  if (name === "Infinity") return emit.apply("infinity");
  return undefined;
}
