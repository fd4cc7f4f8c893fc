/**
 * Drops what a program computes but never uses and numbers what is left in the order it is met, so
 * that two sources which mean the same by their expressions give the same program.
 */
import type { Expression, Program, Statement } from "./program.js";

export function simplify(program: Program): Program {
  return renumber({ ...program, body: withoutUnusedBlocks(withoutUnread(program)) });
}

/** A branch that falls away may free what its condition read; chains longer than this stay. */
const maxRounds = 20;

/** Removes assignments that no output and no branch depends on. */
function withoutUnread(program: Program): readonly Statement[] {
  let body = program.body;
  for (let round = 0; round < maxRounds; round++) {
    const needed = neededVariables(body, program.outputs);
    const kept = keep(
      body,
      (statement) => statement.do !== "set" || needed.has(statement.variable),
    );
    if (count(kept) === count(body)) break;
    body = kept;
  }
  return body;
}

/** Variables that outputs and conditions read, and those that these are computed from. */
function neededVariables(
  body: readonly Statement[],
  outputs: readonly Expression[],
): ReadonlySet<number> {
  const sources = new Map<number, Set<number>>();
  const needed = new Set<number>();
  const pending: number[] = [];
  const need = (variable: number): void => {
    if (needed.has(variable)) return;
    needed.add(variable);
    pending.push(variable);
  };
  forEachExpression(body, (expression, target) => {
    if (target === undefined) {
      forEachVariable(expression, need);
      return;
    }
    const read = sources.get(target) ?? new Set();
    sources.set(target, read);
    forEachVariable(expression, (variable) => read.add(variable));
  });
  for (const output of outputs) forEachVariable(output, need);
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    sources.get(next)?.forEach(need);
  }
  return needed;
}

/** Rebuilds the list without the statements refused, and without branches that became empty. */
function keep(
  statements: readonly Statement[],
  wanted: (statement: Statement) => boolean,
): Statement[] {
  return statements.flatMap((statement): Statement[] => {
    if (!wanted(statement)) return [];
    if (statement.do === "if") {
      const whenTrue = keep(statement.whenTrue, wanted);
      const other = keep(statement.whenFalse, wanted);
      return whenTrue.length + other.length === 0
        ? []
        : [{ ...statement, whenTrue, whenFalse: other }];
    }
    if (statement.do === "block") {
      const body = keep(statement.body, wanted);
      return body.length === 0 ? [] : [{ ...statement, body }];
    }
    // An empty loop still burns fuel for ever, so it stays.
    if (statement.do === "loop") return [{ ...statement, body: keep(statement.body, wanted) }];
    return [statement];
  });
}

function count(statements: readonly Statement[]): number {
  return statements.reduce((total, statement) => {
    const inner =
      statement.do === "if"
        ? count(statement.whenTrue) + count(statement.whenFalse)
        : statement.do === "block" || statement.do === "loop"
          ? count(statement.body)
          : 0;
    return total + 1 + inner;
  }, 0);
}

/** A block nothing leaves, or leaves only as its last act, is no more than its statements. */
function withoutUnusedBlocks(statements: readonly Statement[]): Statement[] {
  return statements.flatMap((statement): Statement[] => {
    switch (statement.do) {
      case "if":
        return [
          {
            ...statement,
            whenTrue: withoutUnusedBlocks(statement.whenTrue),
            whenFalse: withoutUnusedBlocks(statement.whenFalse),
          },
        ];
      case "loop":
        return [{ ...statement, body: withoutUnusedBlocks(statement.body) }];
      case "block": {
        const body = withoutLastLeave(withoutUnusedBlocks(statement.body), statement.label);
        return leaves(body, statement.label) ? [{ ...statement, body }] : body;
      }
      default:
        return [statement];
    }
  });
}

function withoutLastLeave(statements: Statement[], label: number): Statement[] {
  const last = statements[statements.length - 1];
  const before = statements.slice(0, -1);
  if (last?.do === "leave" && last.label === label) return withoutLastLeave(before, label);
  if (last?.do === "if") {
    const whenTrue = withoutLastLeave([...last.whenTrue], label);
    return [
      ...before,
      { ...last, whenTrue, whenFalse: withoutLastLeave([...last.whenFalse], label) },
    ];
  }
  return statements;
}

function leaves(statements: readonly Statement[], label: number): boolean {
  return statements.some((statement) => {
    switch (statement.do) {
      case "if":
        return leaves(statement.whenTrue, label) || leaves(statement.whenFalse, label);
      case "block":
      case "loop":
        return leaves(statement.body, label);
      case "leave":
        return statement.label === label;
      default:
        return false;
    }
  });
}

function renumber(program: Program): Program {
  const variables = new Map<number, number>();
  const labels = new Map<number, number>();
  const numbered = (map: Map<number, number>, id: number): number => {
    const known = map.get(id);
    if (known !== undefined) return known;
    map.set(id, map.size);
    return map.size - 1;
  };
  const expression = (node: Expression): Expression => {
    if (typeof node !== "object") return node;
    switch (node.op) {
      case "signal":
        return node;
      case "variable":
        return { ...node, variable: numbered(variables, node.variable) };
      case "item": {
        const variable = numbered(variables, node.variable);
        return { ...node, variable, items: node.items.map(expression) };
      }
      case "apply":
        return { ...node, args: node.args.map(expression) };
    }
  };
  const statement = (node: Statement): Statement => {
    switch (node.do) {
      case "set": {
        const value = expression(node.value);
        return { ...node, value, variable: numbered(variables, node.variable) };
      }
      case "if": {
        const condition = expression(node.condition);
        const whenTrue = node.whenTrue.map(statement);
        return { ...node, condition, whenTrue, whenFalse: node.whenFalse.map(statement) };
      }
      case "block":
        return { ...node, label: numbered(labels, node.label), body: node.body.map(statement) };
      case "loop":
        return { ...node, body: node.body.map(statement) };
      case "leave":
        return { ...node, label: numbered(labels, node.label) };
    }
  };
  const body = program.body.map(statement);
  const outputs = program.outputs.map(expression);
  const kinds = [...variables.keys()].map((id) => program.variables[id]);
  return { ...program, variables: kinds, body, outputs };
}

/** Calls back for every expression that stands in a statement, with the variable it sets, if any. */
function forEachExpression(
  statements: readonly Statement[],
  visit: (expression: Expression, target?: number) => void,
): void {
  for (const statement of statements) {
    switch (statement.do) {
      case "set":
        visit(statement.value, statement.variable);
        break;
      case "if":
        visit(statement.condition);
        forEachExpression(statement.whenTrue, visit);
        forEachExpression(statement.whenFalse, visit);
        break;
      case "block":
      case "loop":
        forEachExpression(statement.body, visit);
    }
  }
}

function forEachVariable(expression: Expression, visit: (variable: number) => void): void {
  if (typeof expression !== "object") return;
  if (expression.op === "variable") visit(expression.variable);
  if (expression.op === "item") {
    visit(expression.variable);
    for (const item of expression.items) forEachVariable(item, visit);
  }
  if (expression.op === "apply") {
    for (const arg of expression.args) forEachVariable(arg, visit);
  }
}

/** The signals a program reads. */
export function signalsRead(program: Program): Set<string> {
  const names = new Set<string>();
  const visit = (expression: Expression): void => {
    if (typeof expression !== "object") return;
    if (expression.op === "signal") names.add(expression.signal);
    else if (expression.op === "item") expression.items.forEach(visit);
    else if (expression.op === "apply") expression.args.forEach(visit);
  };
  forEachExpression(program.body, (expression) => visit(expression));
  program.outputs.forEach(visit);
  return names;
}
