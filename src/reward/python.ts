/**
 * A reward as Python: one function over batches of states, for NumPy and PyTorch, printed from the
 * checked program. Branches and loops act on a mask of the rows for which they are run.
 */
import { findSignal } from "../task/signal-table.js";
import type { Signal } from "../task/signals.js";
import type { CompiledTask } from "./compiled-task.js";
import type { Expression, Operator, Program, Statement } from "./program.js";
import { signalsRead } from "./simplify.js";

export interface PythonOptions {
  /** What the reward is of, for people. */
  readonly title: string;
}

export function printPython(
  { task, programs }: CompiledTask,
  reward: Program,
  { title }: PythonOptions,
): string {
  const find = (name: string) => findSignal(task.signals, name);
  const read = [...signalsRead(reward)].map(find);
  const needsDerived = read.some(({ source }) => source.kind === "derived");
  const derived = needsDerived ? programs.derived : undefined;
  const measured = new Set([
    ...read.filter(({ source }) => source.kind !== "derived"),
    ...(derived ? [...signalsRead(derived)].map(find) : []),
  ]);
  return [
    '"""',
    `Reward of ${title.replaceAll('"', "'").replaceAll("\\", "/")}, a batched function for NumPy and PyTorch.`,
    "",
    "    import numpy, reward",
    "    terms = reward.reward(signals, numpy)   # or torch",
    "",
    "`signals` maps each name below to an array [batch] or [batch, size]; the result maps `total` and",
    "every term to an array [batch]. SI units; frames: world is z up, body is that of the body.",
    "",
    ...signalTable([...measured]),
    '"""',
    "",
    "# name: (shape without the batch, unit, frame)",
    "SIGNALS = {",
    ...[...measured].map(
      ({ name, size, scalar, unit, frame }) =>
        `    ${text(name)}: (${scalar ? "()" : `(${size},)`}, ${text(unit)}, ${text(frame)}),`,
    ),
    "}",
    `TERMS = [${reward.columns.slice(1).map(text).join(", ")}]`,
    "",
    support,
    ...(derived ? [functionOf("_derived", derived, find, derivedResult(derived, read)), ""] : []),
    functionOf("_reward", reward, find, columnsResult(reward)),
    "",
    "def reward(signals, xp):",
    '    """Total and terms of a batch of states; `xp` is numpy or torch."""',
    ...(derived ? ["    signals = {**signals, **_derived(signals, xp)}"] : []),
    "    return _reward(signals, xp)",
    "",
  ].join("\n");
}

function signalTable(signals: readonly Signal[]): string[] {
  const rows = signals.map(({ name, size, scalar, unit, frame, description }) => [
    name,
    scalar ? "[batch]" : `[batch, ${size}]`,
    unit || "-",
    frame || "-",
    description.replaceAll('"', "'").replaceAll("\\", "/"),
  ]);
  const widths = [0, 1, 2, 3].map((c) => Math.max(...rows.map((row) => row[c].length), 5));
  return rows.map((row) =>
    row
      .map((cell, c) => (c < 4 ? cell.padEnd(widths[c]) : cell))
      .join("  ")
      .trimEnd(),
  );
}

/** What NumPy and PyTorch have in common, and what JavaScript means by the rest. */
const support = `
def _round(xp, x):
    return xp.floor(x + 0.5)


def _cbrt(xp, x):
    return _sign(xp, x) * xp.abs(x) ** (1 / 3)


def _sign(xp, x):
    return xp.where(xp.isnan(x), x, xp.sign(x))


def _power(xp, x, y):
    # 1 ** NaN is NaN in JavaScript, as is 1 ** infinity
    odd = xp.isnan(y) | ((xp.abs(x) == 1) & xp.isinf(y))
    return xp.where(odd, xp.zeros_like(x) + float("nan"), x**y)


def _single(xp, x):
    return x.astype("float32").astype("float64") if hasattr(x, "astype") else x.float().double()


def _item(xp, items, index, nan):
    value = nan
    for i, item in enumerate(items):
        value = xp.where(index == i, item, value)
    return value


def _rows(signals, xp):
    first = next(iter(signals.values()))
    first = first if len(first.shape) == 1 else first[:, 0]
    return xp.zeros_like(first * 1.0)

`.trimStart();

function functionOf(
  name: string,
  program: Program,
  find: (name: string) => Signal,
  result: (expression: (e: Expression) => string) => string[],
): string {
  const printer = new PythonPrinter(find);
  const body = printer.statements(program.body, "    ");
  const outcome = result((expression) => printer.expression(expression));
  const usesMask = program.body.length > 0;
  return [
    `def ${name}(s, xp):`,
    "    zero = _rows(s, xp)",
    "    true = zero == zero",
    "    nan = zero + float('nan')",
    ...printer.reads(),
    ...program.variables.map((kind, id) => `    v${id} = ${kind === "number" ? "zero" : "~true"}`),
    ...(usesMask ? ["    active = true"] : []),
    ...body,
    ...outcome,
    "",
  ].join("\n");
}

function columnsResult(program: Program) {
  return (print: (e: Expression) => string) => [
    "    return {",
    ...program.columns.map(
      (column, i) => `        ${text(column)}: zero + ${print(program.outputs[i])},`,
    ),
    "    }",
  ];
}

/** Columns "a", "b[0]", "b[1]" … become arrays [batch] and [batch, size]; only those that are read. */
function derivedResult(program: Program, read: readonly Signal[]) {
  return (print: (e: Expression) => string) => [
    "    return {",
    ...read.flatMap(({ name, source, size, scalar }) => {
      if (source.kind !== "derived") return [];
      const columns = scalar ? [name] : Array.from({ length: size }, (_, i) => `${name}[${i}]`);
      const values = columns.map(
        (column) => `zero + ${print(program.outputs[program.columns.indexOf(column)])}`,
      );
      if (scalar) return [`        ${text(name)}: ${values[0]},`];
      return [
        `        ${text(name)}: xp.stack([`,
        ...values.map((value) => `            ${value},`),
        "        ], 1),",
      ];
    }),
    "    }",
  ];
}

const infix: Partial<Record<Operator, string>> = {
  add: "+",
  subtract: "-",
  multiply: "*",
  divide: "/",
  less: "<",
  lessOrEqual: "<=",
  greater: ">",
  greaterOrEqual: ">=",
  equal: "==",
  notEqual: "!=",
  and: "&",
  or: "|",
};

/** Operators that are evaluated from the left without brackets. */
const chains: readonly (readonly Operator[])[] = [
  ["add", "subtract"],
  ["multiply", "divide"],
  ["and"],
  ["or"],
];

/** Functions that both libraries have under the same name. */
const common: Partial<Record<Operator, string>> = {
  isFinite: "isfinite",
  isNaN: "isnan",
  abs: "abs",
  acos: "arccos",
  acosh: "arccosh",
  asin: "arcsin",
  asinh: "arcsinh",
  atan: "arctan",
  atan2: "arctan2",
  atanh: "arctanh",
  ceil: "ceil",
  cos: "cos",
  cosh: "cosh",
  exp: "exp",
  expm1: "expm1",
  floor: "floor",
  log: "log",
  log10: "log10",
  log1p: "log1p",
  log2: "log2",
  remainder: "fmod",
  sin: "sin",
  sinh: "sinh",
  sqrt: "sqrt",
  tan: "tan",
  tanh: "tanh",
  trunc: "trunc",
};

class PythonPrinter {
  readonly #find: (name: string) => Signal;
  /** Local names of what was read, by signal and place. */
  readonly #locals = new Map<string, string>();
  #labels = 0;

  constructor(find: (name: string) => Signal) {
    this.#find = find;
  }

  reads(): string[] {
    return [...this.#locals].map(([source, name]) => `    ${name} = ${source}`);
  }

  /** Rows that have left a block wait at its end; `active` holds those still on their way. */
  statements(statements: readonly Statement[], indent: string): string[] {
    return statements.flatMap((statement) => this.#statement(statement, indent));
  }

  #statement(statement: Statement, indent: string): string[] {
    switch (statement.do) {
      case "set": {
        const v = `v${statement.variable}`;
        return [`${indent}${v} = xp.where(active, ${this.expression(statement.value)}, ${v})`];
      }
      case "if": {
        const id = this.#labels++;
        const no = this.statements(statement.whenFalse, indent);
        return [
          `${indent}is${id} = ${this.expression(statement.condition)}`,
          `${indent}else${id} = active & ~is${id}`,
          `${indent}active = active & is${id}`,
          ...this.statements(statement.whenTrue, indent),
          ...(no.length === 0
            ? [`${indent}active = active | else${id}`]
            : [
                `${indent}then${id} = active`,
                `${indent}active = else${id}`,
                ...no,
                `${indent}active = active | then${id}`,
              ]),
        ];
      }
      case "block":
        return [
          `${indent}left${statement.label} = ~true`,
          ...this.statements(statement.body, indent),
          `${indent}active = active | left${statement.label}`,
        ];
      case "loop":
        return [
          `${indent}for _ in range(${mostPasses}):`,
          `${indent}    if not bool(active.any()):`,
          `${indent}        break`,
          ...this.statements(statement.body, `${indent}    `),
        ];
      case "leave":
        return [
          `${indent}left${statement.label} = left${statement.label} | active`,
          `${indent}active = ~true`,
        ];
    }
  }

  expression(expression: Expression): string {
    if (typeof expression === "boolean") return expression ? "true" : "~true";
    if (typeof expression === "number") return `(zero + ${printNumber(expression)})`;
    switch (expression.op) {
      case "signal":
        return this.#read(expression.signal, expression.index);
      case "variable":
        return `v${expression.variable}`;
      case "item": {
        const items = expression.items.map((item) => this.expression(item));
        return `_item(xp, [${items.join(", ")}], v${expression.variable}, nan)`;
      }
      case "apply":
        return this.#apply(expression.operator, expression.args);
    }
  }

  #apply(operator: Operator, args: readonly Expression[]): string {
    const sign = infix[operator];
    if (sign !== undefined) {
      // A number on the right needs no array.
      const [, right] = args;
      const plain =
        typeof right === "number" && right !== 0 && sign !== "&" && sign !== "|"
          ? printNumber(right)
          : this.expression(right);
      return `(${this.#left(args[0], operator)} ${sign} ${plain})`;
    }
    const printed = args.map((arg) => this.expression(arg));
    const name = common[operator];
    if (name !== undefined) return `xp.${name}(${printed.join(", ")})`;
    const folded = (f: string, empty: string) =>
      printed.length === 0 ? empty : printed.reduce((a, b) => `xp.${f}(${a}, ${b})`);
    switch (operator) {
      case "nan":
        return "nan";
      case "infinity":
        return "(zero + float('inf'))";
      case "negate":
        return `(-${printed[0]})`;
      case "not":
        return `(~${printed[0]})`;
      case "number":
        return `xp.where(${printed[0]}, zero + 1, zero)`;
      case "choose":
        return `xp.where(${printed.join(", ")})`;
      case "isInteger":
        return `(xp.isfinite(${printed[0]}) & (xp.floor(${printed[0]}) == ${printed[0]}))`;
      case "min":
        return folded("minimum", "(zero + float('inf'))");
      case "max":
        return folded("maximum", "(zero - float('inf'))");
      case "hypot":
        return `xp.sqrt(${printed.map((x) => `${x} * ${x}`).join(" + ") || "zero"})`;
      case "fround":
        return `_single(xp, ${printed[0]})`;
      case "round":
      case "cbrt":
      case "sign":
      case "power":
        return `_${operator}(xp, ${printed.join(", ")})`;
      default:
        throw new Error(`no Python for "${operator}"`);
    }
  }

  /** Long sums come as deep trees, and Python allows 200 open brackets. */
  #left(expression: Expression, operator: Operator): string {
    const printed = this.expression(expression);
    const chained = chains.some(
      (chain) =>
        chain.includes(operator) &&
        typeof expression === "object" &&
        expression.op === "apply" &&
        chain.includes(expression.operator),
    );
    return chained ? printed.slice(1, -1) : printed;
  }

  #read(signal: string, index: number): string {
    const { scalar } = this.#find(signal);
    const source = `s[${text(signal)}]${scalar ? "" : `[:, ${index}]`}`;
    const known = this.#locals.get(source);
    if (known !== undefined) return known;
    const name = `${signal.replaceAll(/[^A-Za-z0-9]/g, "_")}${scalar ? "" : `_${index}`}`;
    const taken = new Set(this.#locals.values());
    let free = `s_${name}`;
    while (taken.has(free)) free += "_";
    this.#locals.set(source, free);
    return free;
  }
}

/** A loop that would run longer has been refused as a reward. */
const mostPasses = 20_000;

function printNumber(value: number): string {
  const printed = Object.is(value, -0) ? "-0.0" : String(value);
  return value < 0 || Object.is(value, -0) ? `(${printed})` : printed;
}

/** As Python and JSON both write it. */
function text(value: string): string {
  return JSON.stringify(value);
}
