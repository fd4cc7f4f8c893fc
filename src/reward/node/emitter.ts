/** Collects the statements and variables of a program while its source is read. */
import type ts from "typescript";
import { type Expression, type Operator, programLimits, type Statement } from "../program.js";
import { Refusal } from "./refusal.js";
import { describe, isScalar, type ScalarKind, type Value } from "./values.js";

export class Emitter {
  readonly variables: ScalarKind[] = [];
  #statements: Statement[] = [];
  #labels = 0;
  #nodes = 0;
  /** Where the source is being read, for a refusal that concerns its size. */
  #place: ts.Node;
  readonly #mutable = new Set<number>();
  /** What `hold` has given out: the state is passed to helpers over and over. */
  readonly #held = new WeakSet<Value>();

  constructor(place: ts.Node) {
    this.#place = place;
  }

  get statements(): readonly Statement[] {
    return this.#statements;
  }

  /** Pays for a node of the source being read, each time a call or a loop reads it again. */
  visit(node: ts.Node): void {
    if (node.pos >= 0) this.#place = node;
    this.#pay(0.2);
  }

  #pay(nodes: number): void {
    this.#nodes += nodes;
    if (this.#nodes <= programLimits.nodes) return;
    throw new Refusal(
      "E_REWARD_TOO_LARGE",
      this.#place,
      `the program grows beyond ${programLimits.nodes} operations once its calls and array methods are written out`,
      "Call helpers less often, or loop with for (let i = 0; …) over fewer elements.",
    );
  }

  emit(statement: Statement): void {
    this.#pay(1);
    this.#statements.push(statement);
  }

  /** Runs `body` with its statements going into a list of their own. */
  collect<T>(body: () => T): { statements: Statement[]; result: T } {
    const outer = this.#statements;
    const statements: Statement[] = [];
    this.#statements = statements;
    try {
      return { statements, result: body() };
    } finally {
      this.#statements = outer;
    }
  }

  label(): number {
    return this.#labels++;
  }

  apply(operator: Operator, ...args: Expression[]): Expression {
    this.#pay(1 + args.length);
    return foldConstants(operator, args) ?? { op: "apply", operator, args };
  }

  item(items: readonly Expression[], variable: number): Expression {
    this.#pay(1 + items.length);
    return { op: "item", items, variable };
  }

  variable(kind: ScalarKind, mutable: boolean): number {
    this.#pay(1);
    const variable = this.variables.push(kind) - 1;
    if (variable >= programLimits.variables) this.#pay(programLimits.nodes);
    if (mutable) this.#mutable.add(variable);
    return variable;
  }

  set(variable: number, value: Expression): void {
    this.emit({ do: "set", variable, value });
  }

  /** True where reading the expression again, later, gives the same and costs nothing. */
  #isStable(expression: Expression): boolean {
    if (typeof expression !== "object" || expression.op === "signal") return true;
    return expression.op === "variable" && !this.#mutable.has(expression.variable);
  }

  /** The same value in a form that may be read many times and does not change when variables do. */
  hold(value: Value, node: ts.Node): Value {
    if (this.#held.has(value)) return value;
    const held = mapLeaves(value, node, (leaf, kind) => {
      if (this.#isStable(leaf)) return leaf;
      const variable = this.variable(kind, false);
      this.set(variable, leaf);
      return { op: "variable", variable };
    });
    this.#held.add(held);
    return held;
  }

  /** Fresh variables of the value's shape, which start with its numbers. */
  declareMutable(value: Value, node: ts.Node): Value {
    const slots = this.slots(value, node);
    this.assign(slots, value, node);
    return slots;
  }

  /** Fresh variables of the value's shape, not set. */
  slots(shape: Value, node: ts.Node): Value {
    return mapLeaves(shape, node, (_, kind) => ({
      op: "variable",
      variable: this.variable(kind, true),
    }));
  }

  /** Sets variables made by `slots`; shapes must agree. */
  assign(slots: Value, value: Value, node: ts.Node): void {
    // An array may be assigned from its own elements in another order, so it is read before it is set.
    this.#assignHeld(slots, isScalar(value) ? value : this.hold(value, node), node);
  }

  #assignHeld(slots: Value, value: Value, node: ts.Node): void {
    if (isScalar(slots) && value.kind === slots.kind) {
      const target = slots.expression;
      if (typeof target === "object" && target.op === "variable") {
        this.set(target.variable, (value as typeof slots).expression);
      }
      return;
    }
    for (const [slot, part] of pair(slots, value, node)) this.#assignHeld(slot, part, node);
  }

  /** `condition ? a : b` for values of the same shape whose parts are already computed. */
  choose(condition: Expression, a: Value, b: Value, node: ts.Node): Value {
    if (isScalar(a) && a.kind === b.kind) {
      const other = b as typeof a;
      return {
        kind: a.kind,
        expression: this.apply("choose", condition, a.expression, other.expression),
      };
    }
    const parts = pair(a, b, node).map(([x, y]) => this.choose(condition, x, y, node));
    return rebuild(a, parts);
  }
}

/** The parts of two values of the same shape, side by side. */
function pair(a: Value, b: Value, node: ts.Node): [Value, Value][] {
  if (a.kind === "array" && b.kind === "array" && a.items.length === b.items.length) {
    const other = b.items;
    return a.items.map((item, i) => [item, other[i]]);
  }
  if (a.kind === "object" && b.kind === "object" && a.fields.size === b.fields.size) {
    const other = b.fields;
    const pairs = [...a.fields].map(([name, field]) => [field, other.get(name)] as const);
    if (pairs.every(([, field]) => field !== undefined)) return pairs as [Value, Value][];
  }
  throw new Refusal(
    "E_REWARD_TYPE",
    node,
    `${describe(b)} where the same place also holds ${describe(a)}`,
    "A variable or result keeps one kind: always a number, or an array of the same length, or an object with the same fields.",
  );
}

function rebuild(shape: Value, parts: readonly Value[]): Value {
  if (shape.kind === "array") return { kind: "array", items: parts };
  if (shape.kind !== "object") return shape;
  return {
    kind: "object",
    fields: new Map([...shape.fields.keys()].map((name, i) => [name, parts[i]])),
  };
}

function mapLeaves(
  value: Value,
  node: ts.Node,
  leaf: (expression: Expression, kind: ScalarKind) => Expression,
): Value {
  if (isScalar(value)) return { kind: value.kind, expression: leaf(value.expression, value.kind) };
  if (value.kind === "array") {
    return { kind: "array", items: value.items.map((item) => mapLeaves(item, node, leaf)) };
  }
  if (value.kind === "object") {
    const fields = [...value.fields].map(
      ([name, field]) => [name, mapLeaves(field, node, leaf)] as const,
    );
    return { kind: "object", fields: new Map(fields) };
  }
  throw new Refusal(
    "E_REWARD_FORBIDDEN",
    node,
    "a function used as a value",
    "Declare it as a const or function and call it, or pass it to map, reduce, every, some or forEach.",
  );
}

/** Arithmetic on literals, where its result is exact by IEEE 754 and survives JSON. */
function foldConstants(operator: Operator, args: readonly Expression[]): number | undefined {
  const [a, b] = args;
  if (typeof a !== "number") return undefined;
  const folded = operator === "negate" ? -a : typeof b === "number" ? fold(operator, a, b) : NaN;
  return Number.isFinite(folded) && !Object.is(folded, -0) ? folded : undefined;
}

function fold(operator: Operator, a: number, b: number): number {
  switch (operator) {
    case "add":
      return a + b;
    case "subtract":
      return a - b;
    case "multiply":
      return a * b;
    case "divide":
      return a / b;
    default:
      return NaN;
  }
}
