/** Calls as they are written: of Math, Number and Object, of array methods, of functions. */
import type ts from "typescript";
import { callArrayMethod } from "./arrays.js";
import type { Context } from "./context.js";
import { callNumberTest, toNumber } from "./operators.js";
import { forbidden, Refusal } from "./refusal.js";
import { array, boolean, describe, requireCondition, type Scope, type Value } from "./values.js";

export function compileCall(context: Context, node: ts.CallExpression, scope: Scope): Value {
  const { ts, emit } = context;
  const callee = node.expression;
  const args = () => compileArguments(context, node.arguments, scope);
  if (ts.isPropertyAccessExpression(callee)) {
    const name = callee.name.text;
    const owner = globalObject(context, callee.expression, scope);
    if (owner === "Number") return callNumberTest(emit, name, args(), node);
    if (owner === "Object") return callObjectFunction(name, args(), node);
    if (owner === undefined) {
      const value = context.expression(callee.expression, scope);
      if (value.kind === "array") {
        // Elements may be read several times, so they are computed once.
        const held = emit.hold(value, callee);
        const items = held.kind === "array" ? held.items : [];
        return callArrayMethod(context, items, name, args(), node);
      }
    }
  }
  const conversion = conversionName(context, callee, scope);
  if (conversion !== undefined) return convert(context, conversion, args(), node);
  const value = context.expression(callee, scope);
  if (value.kind === "function" || value.kind === "math") return context.call(value, args(), node);
  throw new Refusal("E_REWARD_TYPE", node, `${describe(value)} cannot be called`);
}

/** Arguments or array elements, spreads taken apart. */
export function compileArguments(
  context: Context,
  nodes: readonly ts.Expression[],
  scope: Scope,
): Value[] {
  return nodes.flatMap((node) => {
    if (!context.ts.isSpreadElement(node)) return [context.expression(node, scope)];
    const spread = context.expression(node.expression, scope);
    if (spread.kind === "array") return [...spread.items];
    throw new Refusal("E_REWARD_TYPE", node, `...${describe(spread)}`);
  });
}

/** The name of a global object, unless the source has declared the name itself. */
export function globalObject(
  context: Context,
  node: ts.Expression,
  scope: Scope,
): "Math" | "Number" | "Object" | undefined {
  if (!context.ts.isIdentifier(node) || scope.find(node.text) !== undefined) return undefined;
  return (["Math", "Number", "Object"] as const).find((name) => name === node.text);
}

function conversionName(
  context: Context,
  node: ts.Expression,
  scope: Scope,
): "Number" | "Boolean" | undefined {
  if (!context.ts.isIdentifier(node) || scope.find(node.text) !== undefined) return undefined;
  return (["Number", "Boolean"] as const).find((name) => name === node.text);
}

function convert(
  { emit }: Context,
  name: "Number" | "Boolean",
  args: readonly Value[],
  node: ts.Node,
): Value {
  if (args.length !== 1) throw forbidden(node, `${name} of ${args.length} values`);
  if (name === "Number") return toNumber(emit, args[0], node);
  return boolean(emit.apply("not", emit.apply("not", requireCondition(args[0], node))));
}

function callObjectFunction(name: string, args: readonly Value[], node: ts.Node): Value {
  const [value] = args;
  if (name === "values" && args.length === 1 && value.kind === "object") {
    return array([...value.fields.values()], node);
  }
  throw forbidden(node, `Object.${name}`, "Of Object only Object.values(terms) exists.");
}
