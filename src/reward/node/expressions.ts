/** Expressions of the source, as values. */
import type ts from "typescript";
import type { Statement } from "../program.js";
import { compileArguments, compileCall, globalObject } from "./calls.js";
import type { Context } from "./context.js";
import { fieldOf, indexed } from "./fields.js";
import {
  binary,
  isMathFunction,
  logical,
  mathConstant,
  namedConstant,
  unary,
} from "./operators.js";
import { forbidden, Refusal } from "./refusal.js";
import {
  array,
  boolean,
  describe,
  isScalar,
  number,
  object,
  requireCondition,
  type ScalarValue,
  type Scope,
  type Value,
} from "./values.js";

export function compileExpression(context: Context, node: ts.Expression, scope: Scope): Value {
  const { ts, emit } = context;
  emit.visit(node);
  if (ts.isNumericLiteral(node)) return number(literal(node));
  if (node.kind === ts.SyntaxKind.TrueKeyword) return boolean(true);
  if (node.kind === ts.SyntaxKind.FalseKeyword) return boolean(false);
  if (ts.isIdentifier(node)) return identifier(context, node, scope);
  if (ts.isPropertyAccessExpression(node)) return property(context, node, scope);
  if (ts.isElementAccessExpression(node)) {
    const value = context.expression(node.expression, scope);
    return indexed(context, value, node.argumentExpression, scope, node);
  }
  if (ts.isCallExpression(node)) return compileCall(context, node, scope);
  if (ts.isBinaryExpression(node)) return binaryExpression(context, node, scope);
  if (ts.isConditionalExpression(node)) return conditional(context, node, scope);
  if (ts.isArrowFunction(node) || ts.isFunctionExpression(node)) {
    return { kind: "function", node, scope };
  }
  if (ts.isArrayLiteralExpression(node)) {
    return array(compileArguments(context, node.elements, scope), node);
  }
  if (ts.isObjectLiteralExpression(node)) return objectLiteral(context, node, scope);
  if (ts.isPrefixUnaryExpression(node)) {
    const sign = ts.tokenToString(node.operator);
    if (sign === "+" || sign === "-" || sign === "!") {
      return unary(emit, sign, context.expression(node.operand, scope), node);
    }
  }
  if (
    ts.isParenthesizedExpression(node) ||
    ts.isAsExpression(node) ||
    ts.isSatisfiesExpression(node) ||
    ts.isNonNullExpression(node)
  ) {
    return context.expression(node.expression, scope);
  }
  throw forbidden(node, `${node.getText().slice(0, 40)} inside an expression`);
}

function literal(node: ts.NumericLiteral): number {
  const value = Number(node.text);
  if (Number.isFinite(value)) return value;
  throw new Refusal("E_REWARD_TYPE", node, `the number ${node.getText()} is too large`);
}

function identifier(context: Context, node: ts.Identifier, scope: Scope): Value {
  const binding = scope.find(node.text);
  if (binding !== undefined) return binding.value;
  const constant = namedConstant(context.emit, node.text);
  if (constant !== undefined) return number(constant);
  const helper = context.helper(node.text);
  if (helper !== undefined) return helper;
  throw new Refusal(
    "E_REWARD_FORBIDDEN",
    node,
    `${node.text} does not exist here`,
    "A program knows its parameter s, its own names, Math and the helper functions.",
  );
}

function property(context: Context, node: ts.PropertyAccessExpression, scope: Scope): Value {
  const name = node.name.text;
  const owner = globalObject(context, node.expression, scope);
  if (owner === undefined) {
    return fieldOf(context.expression(node.expression, scope), name, node.name);
  }
  const constant = owner === "Math" ? mathConstant(name) : undefined;
  if (constant !== undefined) return number(constant);
  if (owner === "Math" && isMathFunction(name)) return { kind: "math", name };
  throw forbidden(node, `${owner}.${name}`);
}

function objectLiteral(context: Context, node: ts.ObjectLiteralExpression, scope: Scope): Value {
  const { ts } = context;
  const fields = new Map<string, Value>();
  for (const member of node.properties) {
    if (ts.isSpreadAssignment(member)) {
      const spread = context.expression(member.expression, scope);
      if (spread.kind !== "object") throw forbidden(member, `...${describe(spread)}`);
      for (const [name, field] of spread.fields) fields.set(name, field);
    } else if (ts.isShorthandPropertyAssignment(member)) {
      fields.set(member.name.text, identifier(context, member.name, scope));
    } else if (ts.isPropertyAssignment(member)) {
      const { name } = member;
      if (!ts.isIdentifier(name) && !ts.isStringLiteral(name)) {
        throw forbidden(name, "a computed name");
      }
      fields.set(name.text, context.expression(member.initializer, scope));
    } else {
      throw forbidden(member, "a method, getter or setter");
    }
  }
  return object(fields, node);
}

function binaryExpression(context: Context, node: ts.BinaryExpression, scope: Scope): Value {
  const { ts, emit } = context;
  const sign = ts.tokenToString(node.operatorToken.kind) ?? "";
  const left = context.expression(node.left, scope);
  if (sign !== "&&" && sign !== "||") {
    return binary(emit, sign, left, context.expression(node.right, scope), node);
  }
  const right = emit.collect(() => context.expression(node.right, scope));
  if (right.statements.length === 0) return logical(emit, sign, left, right.result, node);
  requireCondition(left, node.left);
  const held = emit.hold(left, node.left) as ScalarValue;
  const decided = { statements: [], result: held };
  return sign === "&&"
    ? branches(context, held, right, decided, node)
    : branches(context, held, decided, right, node);
}

function conditional(context: Context, node: ts.ConditionalExpression, scope: Scope): Value {
  const condition = context.expression(node.condition, scope);
  requireCondition(condition, node.condition);
  if (!isScalar(condition)) throw forbidden(node.condition, "this condition");
  if (typeof condition.expression === "boolean") {
    return context.expression(condition.expression ? node.whenTrue : node.whenFalse, scope);
  }
  const whenTrue = context.emit.collect(() => context.expression(node.whenTrue, scope));
  const whenFalse = context.emit.collect(() => context.expression(node.whenFalse, scope));
  return branches(context, condition, whenTrue, whenFalse, node);
}

/** One side of a choice, with the statements that compute it. */
interface Branch {
  readonly statements: readonly Statement[];
  readonly result: Value;
}

/** `choose` where both sides are plain, otherwise an `if` that sets variables. */
function branches(
  { emit }: Context,
  condition: ScalarValue,
  whenTrue: Branch,
  whenFalse: Branch,
  node: ts.Node,
): Value {
  if (whenTrue.statements.length + whenFalse.statements.length === 0) {
    const test = isScalar(whenTrue.result) ? condition : emit.hold(condition, node);
    return emit.choose(requireCondition(test, node), whenTrue.result, whenFalse.result, node);
  }
  const slots = emit.slots(whenTrue.result, node);
  const [first, second] = [whenTrue, whenFalse].map(
    ({ statements, result }) =>
      emit.collect(() => {
        for (const statement of statements) emit.emit(statement);
        emit.assign(slots, result, node);
      }).statements,
  );
  emit.emit({
    do: "if",
    condition: condition.expression,
    whenTrue: first,
    whenFalse: second,
  });
  return slots;
}
