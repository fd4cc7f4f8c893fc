/**
 * Loops. Those over an array, or counting between bounds that are known, are written out pass by
 * pass; the others stay loops and pay fuel.
 */
import type ts from "typescript";
import type { Context } from "./context.js";
import { bind } from "./fields.js";
import { Refusal } from "./refusal.js";
import { isName } from "./source.js";
import { number, requireArray, requireCondition, Scope } from "./values.js";

/** A counting loop is written out where passes × source nodes of its body stay below this. */
const writtenOutNodes = 3_000;
const writtenOutPasses = 128;

export function forOf(context: Context, node: ts.ForOfStatement, scope: Scope): void {
  const { emit, ts } = context;
  const list = node.initializer;
  if (!ts.isVariableDeclarationList(list)) {
    throw new Refusal("E_REWARD_FORBIDDEN", list, "for..of without const");
  }
  const mutable = (list.flags & ts.NodeFlags.Const) === 0;
  const values = context.expression(node.expression, scope);
  const items = requireArray(emit.hold(values, node.expression), node.expression);
  inBlock(context, (breakLabel) => {
    for (const item of items) {
      emit.visit(node);
      const pass = new Scope(scope);
      inBlock(context, (continueLabel) => {
        const value = mutable ? emit.declareMutable(item, node) : item;
        bind(context, list.declarations[0].name, value, pass, mutable);
        context.loopBody(node.statement, pass, breakLabel, continueLabel);
      });
    }
  });
}

export function forLoop(context: Context, node: ts.ForStatement, scope: Scope): void {
  const passes = countPasses(context, node, scope);
  if (passes === null) {
    countingLoop(context, node, scope);
    return;
  }
  inBlock(context, (breakLabel) => {
    for (const i of passes.values) {
      context.emit.visit(node);
      const pass = new Scope(scope);
      pass.declare(passes.name, number(i));
      inBlock(context, (continueLabel) => {
        context.loopBody(node.statement, pass, breakLabel, continueLabel);
      });
    }
  });
}

function countingLoop(context: Context, node: ts.ForStatement, outer: Scope): void {
  const { emit, ts } = context;
  const scope = new Scope(outer);
  if (node.initializer !== undefined) {
    if (ts.isVariableDeclarationList(node.initializer)) {
      for (const { name, initializer } of node.initializer.declarations) {
        const value = initializer && context.expression(initializer, scope);
        if (value === undefined) {
          throw new Refusal("E_REWARD_FORBIDDEN", name, "a loop variable without a first value");
        }
        bind(context, name, emit.declareMutable(value, name), scope, true);
      }
    } else {
      context.effect(node.initializer, scope);
    }
  }
  loop(context, node, scope, () => {
    if (node.incrementor) context.effect(node.incrementor, scope);
  });
}

export function whileLoop(context: Context, node: ts.WhileStatement, scope: Scope): void {
  loop(context, node, scope, () => {});
}

export function doLoop(context: Context, node: ts.DoStatement, scope: Scope): void {
  const { emit } = context;
  inBlock(context, (breakLabel) => {
    const { statements } = emit.collect(() => {
      inBlock(context, (continueLabel) => {
        context.loopBody(node.statement, new Scope(scope), breakLabel, continueLabel);
      });
      leaveUnless(context, node.expression, scope, breakLabel);
    });
    emit.emit({ do: "loop", body: statements });
  });
}

function loop(
  context: Context,
  node: ts.ForStatement | ts.WhileStatement,
  scope: Scope,
  update: () => void,
): void {
  const { emit, ts } = context;
  inBlock(context, (breakLabel) => {
    const { statements } = emit.collect(() => {
      const condition = ts.isForStatement(node) ? node.condition : node.expression;
      if (condition) leaveUnless(context, condition, scope, breakLabel);
      inBlock(context, (continueLabel) => {
        context.loopBody(node.statement, new Scope(scope), breakLabel, continueLabel);
      });
      update();
    });
    emit.emit({ do: "loop", body: statements });
  });
}

function leaveUnless(
  context: Context,
  condition: ts.Expression,
  scope: Scope,
  label: number,
): void {
  const { emit } = context;
  const value = requireCondition(context.expression(condition, scope), condition);
  if (value === true) return;
  emit.emit({
    do: "if",
    condition: emit.apply("not", value),
    whenTrue: [{ do: "leave", label }],
    whenFalse: [],
  });
}

function inBlock(context: Context, body: (label: number) => void): void {
  const label = context.emit.label();
  const { statements } = context.emit.collect(() => body(label));
  context.emit.emit({ do: "block", label, body: statements });
}

/** The values `i` takes in `for (let i = a; i < b; i += c)` where a, b and c are known. */
function countPasses(
  context: Context,
  node: ts.ForStatement,
  scope: Scope,
): { name: string; values: number[] } | null {
  const { ts } = context;
  const { initializer, condition, incrementor } = node;
  if (!initializer || !condition || !incrementor) return null;
  if (!ts.isVariableDeclarationList(initializer) || initializer.declarations.length !== 1) {
    return null;
  }
  const { name, initializer: first } = initializer.declarations[0];
  if (!ts.isIdentifier(name) || !first) return null;
  if (!ts.isBinaryExpression(condition) || !isName(ts, condition.left, name.text)) return null;
  const sign = condition.operatorToken.getText();
  const start = known(context, first, scope);
  const bound = known(context, condition.right, scope);
  const step = stepOf(context, incrementor, name.text, scope);
  if (start === null || bound === null || step === null || step === 0) return null;
  if (context.facts.assigns(node.statement, name.text)) return null;

  const holds = (i: number) =>
    sign === "<" ? i < bound : sign === "<=" ? i <= bound : sign === ">" ? i > bound : i >= bound;
  if (!["<", "<=", ">", ">="].includes(sign)) return null;
  const limit = Math.min(writtenOutPasses, writtenOutNodes / context.facts.size(node.statement));
  const values: number[] = [];
  for (let i = start; holds(i); i += step) {
    values.push(i);
    if (values.length > limit) return null;
  }
  return { name: name.text, values };
}

function stepOf(context: Context, node: ts.Expression, name: string, scope: Scope): number | null {
  const { ts } = context;
  if (ts.isPostfixUnaryExpression(node) || ts.isPrefixUnaryExpression(node)) {
    if (!isName(ts, node.operand, name)) return null;
    if (node.operator === ts.SyntaxKind.PlusPlusToken) return 1;
    return node.operator === ts.SyntaxKind.MinusMinusToken ? -1 : null;
  }
  if (!ts.isBinaryExpression(node) || !isName(ts, node.left, name)) return null;
  const step = known(context, node.right, scope);
  if (step === null) return null;
  if (node.operatorToken.kind === ts.SyntaxKind.PlusEqualsToken) return step;
  return node.operatorToken.kind === ts.SyntaxKind.MinusEqualsToken ? -step : null;
}

/** The value of an expression that is a literal once names and lengths are replaced. */
function known(context: Context, node: ts.Expression, scope: Scope): number | null {
  const { statements, result } = context.emit.collect(() => context.expression(node, scope));
  if (statements.length > 0 || result.kind !== "number") return null;
  return typeof result.expression === "number" ? result.expression : null;
}
