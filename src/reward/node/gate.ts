/** What a source must be before TypeScript reads it: small, shallow, and without orders to its tools. */
import type ts from "typescript";
import type { Issue } from "../../core/errors.js";
import { typescript } from "./typescript.js";

export const sourceLimits = {
  characters: 32_768,
  brackets: 60,
  nodes: 6_000,
  depth: 200,
  /** Functions written inside functions. */
  functions: 4,
  issues: 20,
} as const;

/** Parses a source that passes the gate. `file` is null where it does not. */
export function parseSource(source: string): { file: ts.SourceFile | null; issues: Issue[] } {
  const textIssue = checkText(source);
  if (textIssue !== null) return { file: null, issues: [textIssue] };
  const ts = typescript();
  let file: ts.SourceFile;
  try {
    file = ts.createSourceFile("reward.ts", source, ts.ScriptTarget.ES2022, true, ts.ScriptKind.TS);
  } catch (error) {
    // Deep nesting runs the parser out of stack.
    if (!(error instanceof RangeError)) throw error;
    return { file: null, issues: [tooLarge("it is nested too deeply to be read")] };
  }
  const treeIssue = checkTree(file);
  return treeIssue === null ? { file, issues: [] } : { file: null, issues: [treeIssue] };
}

function checkText(source: string): Issue | null {
  if (source.length > sourceLimits.characters) {
    const { characters } = sourceLimits;
    return tooLarge(`${source.length} characters, where ${characters} are allowed`);
  }
  const order = /@ts-|\/\/\/\s*<|^#!|@jsx/.exec(source);
  if (order !== null) {
    return {
      code: "E_REWARD_FORBIDDEN",
      severity: "error",
      message: `${JSON.stringify(order[0])} gives orders to the compiler`,
      hint: "Leave out @ts- comments and /// references.",
      ...place(source, order.index),
    };
  }
  let depth = 0;
  for (let i = 0; i < source.length; i++) {
    const character = source[i];
    if (character === "(" || character === "[" || character === "{") depth++;
    else if (character === ")" || character === "]" || character === "}") depth--;
    if (depth > sourceLimits.brackets) {
      return tooLarge(`brackets nested more than ${sourceLimits.brackets} deep`, place(source, i));
    }
  }
  return null;
}

/** Counts nodes and depth without recursion, so that no input exhausts the stack. */
function checkTree(file: ts.SourceFile): Issue | null {
  const ts = typescript();
  const pending: { node: ts.Node; depth: number; functions: number }[] = [
    { node: file, depth: 0, functions: 0 },
  ];
  let nodes = 0;
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { node, depth } = next;
    const functions = next.functions + (ts.isFunctionLike(node) ? 1 : 0);
    const at = () => place(file.text, node.pos);
    if (++nodes > sourceLimits.nodes) {
      return tooLarge(`more than ${sourceLimits.nodes} syntax nodes`);
    }
    if (depth > sourceLimits.depth) {
      return tooLarge(`expressions nested more than ${sourceLimits.depth} deep`, at());
    }
    if (functions > sourceLimits.functions) {
      return tooLarge(`functions nested more than ${sourceLimits.functions} deep`, at());
    }
    ts.forEachChild(node, (child) => {
      pending.push({ node: child, depth: depth + 1, functions });
    });
  }
  return null;
}

function tooLarge(what: string, where: { line?: number; column?: number } = {}): Issue {
  return {
    code: "E_REWARD_TOO_LARGE",
    severity: "error",
    message: `the source is too large: ${what}`,
    hint: "A reward is usually 10 to 60 short lines.",
    ...where,
  };
}

function place(source: string, offset: number): { line: number; column: number } {
  const before = source.slice(0, offset).split("\n");
  return { line: before.length, column: before[before.length - 1].length + 1 };
}
