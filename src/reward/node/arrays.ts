/** Methods of arrays. Lengths are known, so every method is written out element by element. */
import type ts from "typescript";
import type { Context } from "./context.js";
import { Refusal } from "./refusal.js";
import {
  array,
  boolean,
  describe,
  type FunctionValue,
  type MathValue,
  number,
  requireNumber,
  type Value,
} from "./values.js";

const fixed = "Arrays never change: build a new one with [...a, x] or a.map(…).";
const hints = new Map([
  ...["push", "pop", "shift", "unshift", "splice", "reverse"].map((name) => [name, fixed] as const),
  ["filter", "Lengths are fixed: use a.map((x) => (condition ? x : 0)) or a.reduce(…)."],
  ["sort", "Use Math.max(...a) or Math.min(...a)."],
  ["fill", "Write the array out, or use a.map(() => 0)."],
  ["includes", "Use a.some((x) => x === value)."],
]);

/** What to do instead of an array method that does not exist here. */
export function arrayHint(name: string): string {
  return (
    hints.get(name) ?? "Arrays offer length, map, reduce, every, some, forEach, slice and concat."
  );
}

/** `items.name(args)` for every method but forEach, which is a statement. */
export function callArrayMethod(
  context: Context,
  items: readonly Value[],
  name: string,
  args: readonly Value[],
  node: ts.CallExpression,
): Value {
  const { emit } = context;
  switch (name) {
    case "map":
      return array(
        items.map((item, i) => each(context, args, items, item, i, node)),
        node,
      );
    case "every":
    case "some": {
      const tests = items.map((item, i) => {
        const test = each(context, args, items, item, i, node);
        if (test.kind === "boolean") return test.expression;
        throw new Refusal(
          "E_REWARD_TYPE",
          node,
          `${name} needs a condition, not ${describe(test)}`,
        );
      });
      const operator = name === "every" ? "and" : "or";
      return boolean(
        tests.length === 0
          ? name === "every"
          : tests.reduce((all, test) => emit.apply(operator, all, test)),
      );
    }
    case "reduce":
      return reduce(context, items, args, node);
    case "slice": {
      const bounds = args.map((arg) => constant(arg, node));
      return array(items.slice(bounds[0], bounds[1]), node);
    }
    case "concat": {
      const others = args.flatMap((arg) => (arg.kind === "array" ? arg.items : [arg]));
      return array([...items, ...others], node);
    }
    case "entries":
      return array(
        items.map((item, i) => array([number(i), item], node)),
        node,
      );
    case "at": {
      const index = args.length === 1 ? constant(args[0], node) : NaN;
      const item = items[index < 0 ? items.length + index : index];
      if (item !== undefined) return item;
      throw new Refusal("E_REWARD_TYPE", node, `index ${index} of an array of ${items.length}`);
    }
    default:
      throw new Refusal("E_REWARD_FORBIDDEN", node, `the array method ${name}`, arrayHint(name));
  }
}

/** `items.forEach(callback)` as a statement. */
export function runForEach(
  context: Context,
  items: readonly Value[],
  args: readonly Value[],
  node: ts.CallExpression,
): void {
  const callee = callback(args, node);
  if (callee.kind === "math") {
    throw new Refusal("E_REWARD_FORBIDDEN", node, "forEach with a function of Math has no effect");
  }
  const held = context.emit.hold(array(items, node), node);
  if (held.kind !== "array") return;
  held.items.forEach((item, i) => {
    context.run(callee, [item, number(i), held], node);
  });
}

function reduce(
  context: Context,
  items: readonly Value[],
  args: readonly Value[],
  node: ts.CallExpression,
): Value {
  const callee = callback(args, node);
  const started = args.length > 1;
  if (!started && items.length === 0) {
    throw new Refusal("E_REWARD_TYPE", node, "reduce of an empty array without a first value");
  }
  let result = started ? args[1] : items[0];
  for (let i = started ? 0 : 1; i < items.length; i++) {
    result = context.call(
      callee,
      [result, items[i], number(i), { kind: "array", items }],
      node.arguments[0],
    );
  }
  return result;
}

function each(
  context: Context,
  args: readonly Value[],
  items: readonly Value[],
  item: Value,
  i: number,
  node: ts.CallExpression,
): Value {
  const all: Value = { kind: "array", items };
  return context.call(callback(args, node), [item, number(i), all], node.arguments[0]);
}

function callback(args: readonly Value[], node: ts.CallExpression): FunctionValue | MathValue {
  const callee = args[0];
  if (callee?.kind === "function" || callee?.kind === "math") return callee;
  throw new Refusal("E_REWARD_TYPE", node, "this array method needs a function", "Write (x) => …");
}

function constant(value: Value, node: ts.Node): number {
  const expression = requireNumber(value, node);
  if (typeof expression === "number") return expression;
  throw new Refusal("E_REWARD_TYPE", node, "an index here has to be known before the program runs");
}
