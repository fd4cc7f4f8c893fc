/**
 * A checked program as a small typed tree: what a reward, fitness, termination or derived-signal
 * source means once names, comments and formatting are gone. Plain JSON, and the program's identity.
 *
 * A program is straight-line assignments, branches and loops over scalar variables. Vectors, objects
 * and functions exist in the source only: the compiler has taken them apart, and every call is
 * already written out. So a program has no words for anything but arithmetic over signals.
 */
import { z } from "zod";
import { RewardsmithError } from "../core/errors.js";

export type ProgramKind = "reward" | "fitness" | "termination" | "derived" | "measures";

/** Largest program accepted: tree nodes in all, and how deeply they nest. */
export const programLimits = { nodes: 20_000, depth: 600, columns: 256, variables: 8_192 } as const;

/** Operators by arity. Each means exactly what the JavaScript operator or Math function means. */
export const operators = {
  nan: 0,
  infinity: 0,
  negate: 1,
  not: 1,
  /** A boolean as 0 or 1. */
  number: 1,
  isFinite: 1,
  isNaN: 1,
  isInteger: 1,
  add: 2,
  subtract: 2,
  multiply: 2,
  divide: 2,
  remainder: 2,
  power: 2,
  less: 2,
  lessOrEqual: 2,
  greater: 2,
  greaterOrEqual: 2,
  equal: 2,
  notEqual: 2,
  /** The right side is evaluated only where it decides. */
  and: 2,
  or: 2,
  /** `condition ? a : b`. */
  choose: 3,
  abs: 1,
  acos: 1,
  acosh: 1,
  asin: 1,
  asinh: 1,
  atan: 1,
  atan2: 2,
  atanh: 1,
  cbrt: 1,
  ceil: 1,
  cos: 1,
  cosh: 1,
  exp: 1,
  expm1: 1,
  floor: 1,
  fround: 1,
  hypot: -1,
  log: 1,
  log10: 1,
  log1p: 1,
  log2: 1,
  max: -1,
  min: -1,
  round: 1,
  sign: 1,
  sin: 1,
  sinh: 1,
  sqrt: 1,
  tan: 1,
  tanh: 1,
  trunc: 1,
} as const;
export type Operator = keyof typeof operators;

export type Expression =
  | number
  | boolean
  /** One number of a signal: `signals[row][offset of signal + index]`. */
  | { readonly op: "signal"; readonly signal: string; readonly index: number }
  | { readonly op: "variable"; readonly variable: number }
  /** `items[variable]`, NaN where the variable is no index of it. */
  | { readonly op: "item"; readonly items: readonly Expression[]; readonly variable: number }
  | { readonly op: "apply"; readonly operator: Operator; readonly args: readonly Expression[] };

export type Statement =
  | { readonly do: "set"; readonly variable: number; readonly value: Expression }
  | {
      readonly do: "if";
      readonly condition: Expression;
      readonly whenTrue: readonly Statement[];
      readonly whenFalse: readonly Statement[];
    }
  /** Runs its body once; `leave` with its label jumps behind it. */
  | { readonly do: "block"; readonly label: number; readonly body: readonly Statement[] }
  /** Runs its body again and again until something leaves a block around it. */
  | { readonly do: "loop"; readonly body: readonly Statement[] }
  | { readonly do: "leave"; readonly label: number };

export interface Program {
  readonly format: 1;
  readonly kind: ProgramKind;
  /** Output columns, as in `BatchProgram.columns`. */
  readonly columns: readonly string[];
  /** Kind of each variable; they start as 0 or false in every row. */
  readonly variables: readonly ("number" | "boolean")[];
  readonly body: readonly Statement[];
  /** One expression a column, evaluated after the body. */
  readonly outputs: readonly Expression[];
}

const index = z.int().min(0).max(programLimits.nodes);
const operatorNames = Object.keys(operators) as [Operator, ...Operator[]];

const expressionSchema: z.ZodType<Expression> = z.lazy(() =>
  z.union([
    z.number(),
    z.boolean(),
    z.discriminatedUnion("op", [
      z.strictObject({ op: z.literal("signal"), signal: z.string().max(200), index }),
      z.strictObject({ op: z.literal("variable"), variable: index }),
      z.strictObject({
        op: z.literal("item"),
        items: z.array(expressionSchema).min(1),
        variable: index,
      }),
      z.strictObject({
        op: z.literal("apply"),
        operator: z.enum(operatorNames),
        args: z.array(expressionSchema),
      }),
    ]),
  ]),
);

const statementSchema: z.ZodType<Statement> = z.lazy(() =>
  z.discriminatedUnion("do", [
    z.strictObject({ do: z.literal("set"), variable: index, value: expressionSchema }),
    z.strictObject({
      do: z.literal("if"),
      condition: expressionSchema,
      whenTrue: z.array(statementSchema),
      whenFalse: z.array(statementSchema),
    }),
    z.strictObject({ do: z.literal("block"), label: index, body: z.array(statementSchema) }),
    z.strictObject({ do: z.literal("loop"), body: z.array(statementSchema) }),
    z.strictObject({ do: z.literal("leave"), label: index }),
  ]),
);

/** Shape only; `parseProgram` also checks sizes, variables, labels and arities. */
export const programSchema: z.ZodType<Program> = z.strictObject({
  format: z.literal(1),
  kind: z.enum(["reward", "fitness", "termination", "derived", "measures"]),
  columns: z
    .array(z.string().regex(/^[A-Za-z][\w.[\]]*$/))
    .min(1)
    .max(programLimits.columns),
  variables: z.array(z.enum(["number", "boolean"])).max(programLimits.variables),
  body: z.array(statementSchema),
  outputs: z.array(expressionSchema).max(programLimits.columns),
});

/** Reads a program from data nobody vouches for. Throws E_PROGRAM_INVALID where it is not one. */
export function parseProgram(data: unknown): Program {
  requireShallow(data);
  const parsed = programSchema.safeParse(data);
  if (!parsed.success) throw invalid(z.prettifyError(parsed.error));
  const program = parsed.data;
  if (program.outputs.length !== program.columns.length) {
    throw invalid(`${program.outputs.length} outputs for ${program.columns.length} columns`);
  }
  if (new Set(program.columns).size !== program.columns.length) {
    throw invalid("two columns of the same name");
  }
  checkStatements(program, program.body, new Set());
  for (const output of program.outputs) checkExpression(program, output);
  return program;
}

/** Nodes and depth, before anything recurses into the data. */
function requireShallow(data: unknown): void {
  const pending: { value: unknown; depth: number }[] = [{ value: data, depth: 0 }];
  let nodes = 0;
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (typeof next.value !== "object" || next.value === null) continue;
    // Every tree node is an object and its list of parts; the columns and variables are lists too.
    if (++nodes > 3 * programLimits.nodes) throw invalid("it is too large");
    if (next.depth > 2 * programLimits.depth) throw invalid("it is nested too deeply");
    for (const value of Object.values(next.value)) {
      pending.push({ value, depth: next.depth + 1 });
    }
  }
}

function checkStatements(
  program: Program,
  statements: readonly Statement[],
  labels: ReadonlySet<number>,
): void {
  for (const statement of statements) {
    switch (statement.do) {
      case "set":
        checkVariable(program, statement.variable);
        checkExpression(program, statement.value);
        break;
      case "if":
        checkExpression(program, statement.condition);
        checkStatements(program, statement.whenTrue, labels);
        checkStatements(program, statement.whenFalse, labels);
        break;
      case "block":
        if (labels.has(statement.label)) throw invalid(`label ${statement.label} nested in itself`);
        checkStatements(program, statement.body, new Set([...labels, statement.label]));
        break;
      case "loop":
        checkStatements(program, statement.body, labels);
        break;
      case "leave":
        if (!labels.has(statement.label)) throw invalid(`no block ${statement.label} to leave`);
    }
  }
}

function checkExpression(program: Program, expression: Expression): void {
  if (typeof expression !== "object") return;
  switch (expression.op) {
    case "signal":
      return;
    case "variable":
      checkVariable(program, expression.variable);
      return;
    case "item":
      checkVariable(program, expression.variable);
      for (const item of expression.items) checkExpression(program, item);
      return;
    case "apply": {
      const arity = operators[expression.operator];
      if (arity >= 0 && expression.args.length !== arity) {
        throw invalid(`${expression.operator} takes ${arity}, not ${expression.args.length}`);
      }
      for (const arg of expression.args) checkExpression(program, arg);
    }
  }
}

function checkVariable(program: Program, variable: number): void {
  if (variable >= program.variables.length) throw invalid(`there is no variable ${variable}`);
}

function invalid(what: string): RewardsmithError {
  return new RewardsmithError("E_PROGRAM_INVALID", `not a valid program: ${what}`, {
    hint: "Compile it again from its source.",
  });
}

/** A reward that pays nothing. */
export const zeroReward: Program = {
  format: 1,
  kind: "reward",
  columns: ["total"],
  variables: [],
  body: [],
  outputs: [0],
};
