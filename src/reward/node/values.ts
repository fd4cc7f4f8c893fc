/**
 * What an expression of the source is while it is being compiled. Only numbers and booleans exist
 * at run time; arrays, objects and functions are taken apart here, so their shapes are known.
 */
import type ts from "typescript";
import type { Expression } from "../program.js";
import { Refusal } from "./refusal.js";

export type ScalarKind = "number" | "boolean";
export interface ScalarValue {
  readonly kind: ScalarKind;
  readonly expression: Expression;
}
export interface ArrayValue {
  readonly kind: "array";
  readonly items: readonly Value[];
}
export interface ObjectValue {
  readonly kind: "object";
  readonly fields: ReadonlyMap<string, Value>;
}
/** Something that can only be called. */
export interface FunctionValue {
  readonly kind: "function";
  readonly node: ts.FunctionDeclaration | ts.FunctionExpression | ts.ArrowFunction;
  readonly scope: Scope;
}
/** `Math.abs` and the like, named without being called. */
export interface MathValue {
  readonly kind: "math";
  readonly name: string;
}
export type Value = ScalarValue | ArrayValue | ObjectValue | FunctionValue | MathValue;

/** Most scalars one array or object may hold. */
export const maxLeaves = 256;

export interface Binding {
  readonly value: Value;
  /** A `let`: its value is variables of its own, which assignments set. */
  readonly mutable: boolean;
  /** The function call whose body declared it. */
  readonly frame: number;
}

export class Scope {
  readonly parent: Scope | null;
  /** Counts function calls; a function may assign only to what its own call declared. */
  readonly frame: number;
  readonly #names = new Map<string, Binding>();

  constructor(parent: Scope | null, frame = parent?.frame ?? 0) {
    this.parent = parent;
    this.frame = frame;
  }

  declare(name: string, value: Value, mutable = false): void {
    this.#names.set(name, { value, mutable, frame: this.frame });
  }

  find(name: string): Binding | undefined {
    return this.#names.get(name) ?? this.parent?.find(name);
  }
}

export function number(expression: Expression): ScalarValue {
  return { kind: "number", expression };
}

export function boolean(expression: Expression): ScalarValue {
  return { kind: "boolean", expression };
}

/** How a kind is called in messages. */
export function describe(value: Value): string {
  if (value.kind === "array") return `an array of ${value.items.length}`;
  if (value.kind === "object") return "an object";
  if (value.kind === "function" || value.kind === "math") return "a function";
  return `a ${value.kind}`;
}

export function isScalar(value: Value): value is ScalarValue {
  return value.kind === "number" || value.kind === "boolean";
}

/** The number of scalars in a value, counted no further than just beyond the limit. */
export function countLeaves(value: Value): number {
  if (value.kind !== "array" && value.kind !== "object") return 1;
  let leaves = 0;
  for (const part of value.kind === "array" ? value.items : value.fields.values()) {
    leaves += countLeaves(part);
    if (leaves > maxLeaves) break;
  }
  return leaves;
}

export function array(items: readonly Value[], node: ts.Node): ArrayValue {
  const value: ArrayValue = { kind: "array", items };
  requireSmall(value, node);
  return value;
}

export function object(fields: ReadonlyMap<string, Value>, node: ts.Node): ObjectValue {
  const value: ObjectValue = { kind: "object", fields };
  requireSmall(value, node);
  return value;
}

function requireSmall(value: Value, node: ts.Node): void {
  if (countLeaves(value) <= maxLeaves) return;
  throw new Refusal(
    "E_REWARD_TOO_LARGE",
    node,
    `an array or object of more than ${maxLeaves} numbers`,
    "Keep arrays to the length of the signals.",
  );
}

export function requireNumber(value: Value, node: ts.Node): Expression {
  if (value.kind === "number") return value.expression;
  throw new Refusal(
    "E_REWARD_TYPE",
    node,
    `${describe(value)} where a number is needed`,
    value.kind === "array"
      ? "Arithmetic works on numbers: use norm(a), sum(a), a[i] or a.map(…)."
      : value.kind === "boolean"
        ? "Write (condition ? 1 : 0)."
        : undefined,
  );
}

/** A boolean, or a number whose being 0 or NaN counts as false. */
export function requireCondition(value: Value, node: ts.Node): Expression {
  if (isScalar(value)) return value.expression;
  throw new Refusal("E_REWARD_TYPE", node, `${describe(value)} where a condition is needed`);
}

export function requireArray(value: Value, node: ts.Node): readonly Value[] {
  if (value.kind === "array") return value.items;
  throw new Refusal("E_REWARD_TYPE", node, `${describe(value)} where an array is needed`);
}
