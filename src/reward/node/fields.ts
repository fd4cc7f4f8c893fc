/** Parts of arrays and objects: fields, elements, and names declared by taking values apart. */
import type ts from "typescript";
import type { Expression } from "../program.js";
import type { Context } from "./context.js";
import { forbidden, Refusal } from "./refusal.js";
import { array, describe, number, requireNumber, type Scope, type Value } from "./values.js";

/** Declares the names of a const, let or parameter. The value is held already. */
export function bind(
  context: Context,
  name: ts.BindingName,
  value: Value,
  scope: Scope,
  mutable: boolean,
): void {
  const { ts } = context;
  if (ts.isIdentifier(name)) {
    scope.declare(name.text, value, mutable);
    return;
  }
  name.elements.forEach((element, i) => {
    context.emit.visit(element);
    if (ts.isOmittedExpression(element)) return;
    if (element.dotDotDotToken) throw forbidden(element, "the rest of an array or object");
    const part = ts.isArrayBindingPattern(name)
      ? elementOf(value, i, element)
      : boundField(context, value, element, scope);
    bind(context, element.name, part, scope, mutable);
  });
}

function boundField(
  context: Context,
  value: Value,
  element: ts.BindingElement,
  scope: Scope,
): Value {
  const { ts, emit } = context;
  const key = element.propertyName ?? element.name;
  if (!ts.isIdentifier(key) && !ts.isStringLiteral(key)) throw forbidden(key, "a computed name");
  const isMissing = value.kind === "object" && !value.fields.has(key.text);
  if (isMissing && element.initializer) {
    return emit.hold(context.expression(element.initializer, scope), element.initializer);
  }
  return fieldOf(value, key.text, element);
}

/** `value.name` */
export function fieldOf(value: Value, name: string, node: ts.Node): Value {
  if (value.kind === "array" && name === "length") return number(value.items.length);
  if (value.kind !== "object") {
    throw new Refusal("E_REWARD_UNKNOWN_FIELD", node, `${describe(value)} has no .${name}`);
  }
  const field = value.fields.get(name);
  if (field !== undefined) return field;
  const names = [...value.fields.keys()].join(", ");
  const message = `there is no field ${JSON.stringify(name)} here`;
  throw new Refusal("E_REWARD_UNKNOWN_FIELD", node, message, `The fields are ${names}.`);
}

/** `value[i]` for an index that is known. */
function elementOf(value: Value, i: number, node: ts.Node): Value {
  if (value.kind !== "array") {
    throw new Refusal("E_REWARD_TYPE", node, `${describe(value)} where an array is needed`);
  }
  const item = value.items[i];
  if (item !== undefined) return item;
  const message = `index ${i} of an array of ${value.items.length}`;
  throw new Refusal("E_REWARD_UNKNOWN_FIELD", node, message);
}

/** `value["name"]`, `value[2]`, or `value[i]` with an index that changes. */
export function indexed(
  context: Context,
  value: Value,
  key: ts.Expression,
  scope: Scope,
  node: ts.Node,
): Value {
  if (context.ts.isStringLiteral(key)) return fieldOf(value, key.text, key);
  const index = requireNumber(context.expression(key, scope), key);
  if (typeof index === "number") return elementOf(value, index, node);
  if (value.kind !== "array" || value.items.length === 0) {
    throw new Refusal("E_REWARD_TYPE", node, `an index into ${describe(value)}`);
  }
  return chosenItem(context, value.items, asVariable(context, index), node);
}

/** Items are chosen by variables; any other index is copied into one. */
function asVariable(context: Context, index: Expression): number {
  if (typeof index === "object" && index.op === "variable") return index.variable;
  const variable = context.emit.variable("number", false);
  context.emit.set(variable, index);
  return variable;
}

function chosenItem(
  context: Context,
  items: readonly Value[],
  variable: number,
  node: ts.Node,
): Value {
  const [first] = items;
  if (first.kind === "number") {
    const expressions = items.map((item) => requireNumber(item, node));
    return number(context.emit.item(expressions, variable));
  }
  if (first.kind === "array" && items.every((item) => item.kind === "array")) {
    const rows = items.map((item) => item.items);
    if (rows.every((row) => row.length === rows[0].length)) {
      const columns = rows[0].map((_, i) => rows.map((row) => row[i]));
      return array(
        columns.map((column) => chosenItem(context, column, variable, node)),
        node,
      );
    }
  }
  throw new Refusal(
    "E_REWARD_TYPE",
    node,
    `an index that changes, into an array of ${describe(first)}`,
    "Index arrays of numbers, or go through the array with for..of.",
  );
}
