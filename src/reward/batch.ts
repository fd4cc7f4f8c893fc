/**
 * A program as a loop over the rows of the signal table. The text given to `new Function` is printed
 * from the checked tree alone: operators from a fixed table, numbers, and names made here.
 */
import { RewardsmithError } from "../core/errors.js";
import type { BatchProgram } from "../task/program.js";
import type { SignalTable } from "../task/signals.js";
import {
  type Expression,
  type Operator,
  type Program,
  parseProgram,
  programLimits,
  type Statement,
} from "./program.js";

export interface BatchOptions {
  /** Tree nodes a row may pay for in loops. */
  readonly fuelPerRow?: number;
}

const defaultFuelPerRow = 20_000;

/** Compiles a program for a signal table. Throws where the program is invalid or reads an unknown signal. */
export function instantiate(
  program: Program,
  table: SignalTable,
  options: BatchOptions = {},
): BatchProgram {
  const text = printProgram(program, table, options);
  // `new Function` sees the printed text only, never anybody's source.
  const run = new Function(`"use strict";\n${text}`)() as BatchProgram["run"];
  return { columns: [...program.columns], run };
}

/** The JavaScript of a program: a function over the rows of a signal table. */
export function printProgram(
  program: Program,
  table: SignalTable,
  options: BatchOptions = {},
): string {
  const checked = parseProgram(program);
  const fuel = options.fuelPerRow ?? defaultFuelPerRow;
  const printer = new Printer(table);
  const body = printer.statements(checked.body, "    ");
  const outputs = checked.outputs.map(
    (output, column) => `    out[to + ${column}] = ${printer.expression(output)};\n`,
  );
  const variables = checked.variables.map(
    (kind, id) => `    let v${id} = ${kind === "number" ? "0" : "false"};\n`,
  );
  return [
    "return function run(signals, stride, numEnvs, out) {\n",
    "  for (let row = 0; row < numEnvs; row++) {\n",
    "    const from = row * stride;\n",
    `    const to = row * ${checked.columns.length};\n`,
    printer.loops > 0 ? `    let fuel = ${Math.floor(fuel)};\n` : "",
    ...printer.sharedReads(),
    ...variables,
    body,
    ...outputs,
    "  }\n",
    "  return -1;\n",
    "};\n",
  ].join("");
}

const infix: Partial<Record<Operator, string>> = {
  add: "+",
  subtract: "-",
  multiply: "*",
  divide: "/",
  remainder: "%",
  power: "**",
  less: "<",
  lessOrEqual: "<=",
  greater: ">",
  greaterOrEqual: ">=",
  equal: "===",
  notEqual: "!==",
  and: "&&",
  or: "||",
};

class Printer {
  loops = 0;
  readonly #table: SignalTable;
  readonly #offsets = new Map<string, { offset: number; size: number }>();
  /** Columns of the table that the program reads, with how often. */
  readonly #reads = new Map<number, number>();

  constructor(table: SignalTable) {
    this.#table = table;
    for (const { name, offset, size } of table.signals) this.#offsets.set(name, { offset, size });
  }

  /** Every column read is loaded once a row; the engine drops what a row does not use. */
  sharedReads(): string[] {
    return [...this.#reads.keys()]
      .sort((a, b) => a - b)
      .map((column) => `    const s${column} = signals[from + ${column}];\n`);
  }

  statements(statements: readonly Statement[], indent: string): string {
    return statements.map((statement) => this.#statement(statement, indent)).join("");
  }

  #statement(statement: Statement, indent: string): string {
    const inner = `${indent}  `;
    switch (statement.do) {
      case "set":
        return `${indent}v${statement.variable} = ${this.expression(statement.value)};\n`;
      case "if": {
        const whenTrue = this.statements(statement.whenTrue, inner);
        const condition = this.expression(statement.condition);
        const head = `${indent}if (${condition}) {\n${whenTrue}${indent}}`;
        if (statement.whenFalse.length === 0) return `${head}\n`;
        return `${head} else {\n${this.statements(statement.whenFalse, inner)}${indent}}\n`;
      }
      case "block":
        return `${indent}b${statement.label}: {\n${this.statements(statement.body, inner)}${indent}}\n`;
      case "loop": {
        this.loops++;
        const pay = `${inner}if ((fuel -= ${passCost(statement.body)}) < 0) return row;\n`;
        return `${indent}for (;;) {\n${pay}${this.statements(statement.body, inner)}${indent}}\n`;
      }
      case "leave":
        return `${indent}break b${statement.label};\n`;
    }
  }

  expression(expression: Expression): string {
    if (typeof expression === "boolean") return String(expression);
    if (typeof expression === "number") {
      return expression < 0 || Object.is(expression, -0) ? `(-${-expression})` : String(expression);
    }
    switch (expression.op) {
      case "signal":
        return this.#read(expression.signal, expression.index);
      case "variable":
        return `v${expression.variable}`;
      case "item":
        return this.#item(expression.items, `v${expression.variable}`);
      case "apply":
        return this.#apply(expression.operator, expression.args);
    }
  }

  #apply(operator: Operator, args: readonly Expression[]): string {
    const printed = args.map((arg) => this.expression(arg));
    const sign = infix[operator];
    if (sign !== undefined) return `(${printed[0]} ${sign} ${printed[1]})`;
    switch (operator) {
      case "nan":
        return "NaN";
      case "infinity":
        return "Infinity";
      case "negate":
        return `(-${printed[0]})`;
      case "not":
        return `(!${printed[0]})`;
      case "number":
        return `(${printed[0]} ? 1 : 0)`;
      case "choose":
        return `(${printed[0]} ? ${printed[1]} : ${printed[2]})`;
      case "isFinite":
      case "isNaN":
      case "isInteger":
        return `Number.${operator}(${printed[0]})`;
      default:
        return `Math.${operator}(${printed.join(", ")})`;
    }
  }

  #column(signal: string, index: number): number {
    const place = this.#offsets.get(signal);
    if (place === undefined || index >= place.size) {
      const names = this.#table.signals.map(({ name }) => name).join(", ");
      throw new RewardsmithError(
        "E_PROGRAM_SIGNAL",
        `the program reads ${signal}[${index}], which the task does not have`,
        { hint: `The task's signals are ${names}. Compile the source for this task.` },
      );
    }
    return place.offset + index;
  }

  #read(signal: string, index: number): string {
    const column = this.#column(signal, index);
    this.#reads.set(column, (this.#reads.get(column) ?? 0) + 1);
    return `s${column}`;
  }

  /** Consecutive columns are read where they lie; anything else is a chain of comparisons. */
  #item(items: readonly Expression[], variable: string): string {
    const columns = items.map((item) =>
      typeof item === "object" && item.op === "signal" ? this.#column(item.signal, item.index) : -1,
    );
    const first = columns[0];
    if (first >= 0 && columns.every((column, i) => column === first + i)) {
      const inside = `${variable} >= 0 && ${variable} < ${items.length} && Number.isInteger(${variable})`;
      return `(${inside} ? signals[from + ${first} + ${variable}] : NaN)`;
    }
    const arms = items.map((item, i) => `${variable} === ${i} ? ${this.expression(item)} : `);
    return `(${arms.join("")}NaN)`;
  }
}

/** What one pass of a loop costs: the nodes of its body, inner loops paying for themselves. */
function passCost(statements: readonly Statement[]): number {
  let cost = 1;
  for (const statement of statements) {
    switch (statement.do) {
      case "set":
        cost += 1 + expressionCost(statement.value);
        break;
      case "if":
        cost += expressionCost(statement.condition);
        cost += passCost(statement.whenTrue) + passCost(statement.whenFalse);
        break;
      case "block":
        cost += passCost(statement.body);
        break;
      default:
        cost += 1;
    }
  }
  return Math.min(cost, programLimits.nodes);
}

function expressionCost(expression: Expression): number {
  if (typeof expression !== "object") return 1;
  switch (expression.op) {
    case "item":
      return expression.items.reduce<number>((cost, item) => cost + expressionCost(item), 1);
    case "apply":
      return expression.args.reduce<number>((cost, arg) => cost + expressionCost(arg), 1);
    default:
      return 1;
  }
}
