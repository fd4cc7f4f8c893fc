/** The function a program is made from, its parameter `s`, and what its result becomes. */
import type ts from "typescript";
import type { SignalTable } from "../../task/signals.js";
import type { Expression, ProgramKind } from "../program.js";
import type { Emitter } from "./emitter.js";
import { Refusal } from "./refusal.js";
import { describe, type FunctionValue, type Scope, type Value } from "./values.js";

const maxTerms = 32;

const forms: Readonly<Record<ProgramKind, string>> = {
  reward: "export function reward(s: State): Terms { return { progress: s.…, effort: … }; }",
  fitness: "export function fitness(s: State): number { return …; }",
  termination: "export function termination(s: State): Flags { return { fell: s.… < 0.3 }; }",
  derived: 'export function derived(s: State): Derived { return { "name": … }; }',
  measures: "export function measures(s: State): Terms { return { speed: s.…, torque: … }; }",
};

/** The form of a program of this kind, for hints. */
export function entryForm(kind: ProgramKind): string {
  return `Write ${forms[kind]}`;
}

/** The function named after the kind; one exported by default will do as well. */
export function findEntry(
  file: ts.SourceFile,
  kind: ProgramKind,
  scope: Scope,
  typescriptModule: typeof ts,
): FunctionValue {
  const named = scope.find(kind)?.value;
  if (named?.kind === "function") return named;
  for (const node of file.statements) {
    if (
      typescriptModule.isFunctionDeclaration(node) &&
      node.modifiers?.some(({ kind: m }) => m === typescriptModule.SyntaxKind.DefaultKeyword)
    ) {
      return { kind: "function", node, scope };
    }
  }
  throw new Refusal(
    "E_REWARD_NO_ENTRY",
    file,
    `there is no function named ${kind}`,
    `${entryForm(kind)} Only a function of that name is run.`,
  );
}

/** The parameter `s`: nested objects over the signals, by their dotted names. */
export function stateValue(table: SignalTable, kind: ProgramKind): Value {
  type Node = Map<string, Value | Node>;
  const root: Node = new Map();
  for (const { name, source, size, scalar } of table.signals) {
    if (kind === "derived" && source.kind === "derived") continue;
    const path = name.split(".");
    let node = root;
    for (const part of path.slice(0, -1)) {
      const existing = node.get(part);
      const inner: Node = existing instanceof Map ? existing : new Map();
      node.set(part, inner);
      node = inner;
    }
    const items = Array.from({ length: size }, (_, index): Value => {
      return { kind: "number", expression: { op: "signal", signal: name, index } };
    });
    node.set(path[path.length - 1], scalar ? items[0] : { kind: "array", items });
  }
  const toValue = (node: Value | Node): Value =>
    node instanceof Map
      ? {
          kind: "object",
          fields: new Map([...node].map(([name, part]) => [name, toValue(part)] as const)),
        }
      : node;
  return toValue(root);
}

export interface Outputs {
  readonly columns: string[];
  readonly outputs: Expression[];
}

/** Turns what the entry returns into columns. */
export function toOutputs(
  result: Value,
  kind: ProgramKind,
  table: SignalTable,
  emit: Emitter,
  node: ts.Node,
): Outputs {
  switch (kind) {
    case "reward":
    case "measures":
      return rewardOutputs(result, kind, emit, node);
    case "termination":
      return terminationOutputs(result, emit, node);
    case "derived":
      return derivedOutputs(result, table, node);
    case "fitness":
      if (result.kind !== "number") throw wrongResult(kind, result, node);
      return { columns: ["fitness"], outputs: [result.expression] };
  }
}

/** Measures take the reward's place in an environment that measures, so their sum comes first, too. */
function rewardOutputs(
  result: Value,
  kind: "reward" | "measures",
  emit: Emitter,
  node: ts.Node,
): Outputs {
  const fields = requireObject(kind, result, node);
  const total = fields.get("total");
  const terms = new Map<string, Value>();
  for (const [name, field] of fields) {
    if (name === "total") continue;
    if ((name === "components" || name === "terms") && field.kind === "object") {
      for (const [inner, value] of field.fields) {
        if (inner === "total" || terms.has(inner)) throw badTerm(`the term ${inner} twice`, node);
        terms.set(inner, value);
      }
    } else {
      terms.set(name, field);
    }
  }
  if (terms.size === 0) throw badTerm("no terms", node);
  if (terms.size > maxTerms) throw badTerm(`${terms.size} terms, more than ${maxTerms}`, node);
  const outputs = [...terms].map(([name, value]) => {
    requireName(name, node);
    if (value.kind === "number") return value.expression;
    throw badTerm(`${describe(value)} as the term ${name}`, node);
  });
  if (total !== undefined && total.kind !== "number") {
    throw badTerm(`${describe(total)} as total`, node);
  }
  const sum = total?.expression ?? outputs.reduce((all, term) => emit.apply("add", all, term));
  return { columns: ["total", ...terms.keys()], outputs: [sum, ...outputs] };
}

function terminationOutputs(result: Value, emit: Emitter, node: ts.Node): Outputs {
  const flags = requireObject("termination", result, node);
  if (flags.size === 0 || flags.size > maxTerms) {
    throw badTerm(`${flags.size} flags, where 1 to ${maxTerms} are needed`, node);
  }
  const outputs = [...flags].map(([name, value]) => {
    requireName(name, node);
    if (value.kind === "boolean") return emit.apply("number", value.expression);
    throw badTerm(`${describe(value)} as the flag ${name}, which has to be a condition`, node);
  });
  return { columns: [...flags.keys()], outputs };
}

function derivedOutputs(result: Value, table: SignalTable, node: ts.Node): Outputs {
  const fields = requireObject("derived", result, node);
  const signals = table.signals.filter(({ source }) => source.kind === "derived");
  const unknown = [...fields.keys()].find((name) => !signals.some((s) => s.name === name));
  if (unknown !== undefined) {
    throw badTerm(`"${unknown}", which is no derived signal of the task`, node);
  }
  const columns: string[] = [];
  const outputs: Expression[] = [];
  for (const { name, size, scalar } of signals) {
    const value = fields.get(name);
    if (value === undefined) throw badTerm(`no value for the derived signal "${name}"`, node);
    const items = value.kind === "array" && !scalar ? value.items : [value];
    if (items.length !== size || (value.kind === "array") === scalar) {
      const needed = scalar ? "a number" : `an array of ${size} numbers`;
      throw badTerm(`${describe(value)} as "${name}", which is ${needed}`, node);
    }
    items.forEach((item, i) => {
      if (item.kind !== "number") throw badTerm(`${describe(item)} in "${name}"`, node);
      columns.push(scalar ? name : `${name}[${i}]`);
      outputs.push(item.expression);
    });
  }
  return { columns, outputs };
}

function requireObject(
  kind: ProgramKind,
  result: Value,
  node: ts.Node,
): ReadonlyMap<string, Value> {
  if (result.kind === "object") return result.fields;
  throw wrongResult(kind, result, node);
}

function requireName(name: string, node: ts.Node): void {
  if (/^[A-Za-z][A-Za-z0-9_]{0,63}$/.test(name) && !(name in {})) return;
  throw badTerm(`the name ${JSON.stringify(name.slice(0, 80))}`, node);
}

function wrongResult(kind: ProgramKind, result: Value, node: ts.Node): Refusal {
  return new Refusal(
    "E_REWARD_TERMS",
    node,
    `${kind} returns ${describe(result)}`,
    entryForm(kind),
  );
}

function badTerm(what: string, node: ts.Node): Refusal {
  return new Refusal(
    "E_REWARD_TERMS",
    node,
    `the result has ${what}`,
    "Return one number (a condition in terminations) under each name; names are letters, digits and underscores.",
  );
}
