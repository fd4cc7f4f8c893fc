import type ts from "typescript";
import { type Issue, RewardsmithError } from "../../core/errors.js";
import type { SignalTable } from "../../task/signals.js";
import { type Program, type ProgramKind, parseProgram } from "../program.js";
import { simplify } from "../simplify.js";
import { Compiler } from "./compiler.js";
import { entryForm, findEntry, stateValue, toOutputs } from "./entry.js";
import { parseSource } from "./gate.js";
import { issueAt, Refusal } from "./refusal.js";
import { checkSyntax } from "./syntax.js";
import { diagnose } from "./typecheck.js";
import { Scope } from "./values.js";

export interface CompileResult {
  /** Null where an issue is an error. */
  readonly program: Program | null;
  readonly issues: Issue[];
}

export interface CompileOptions {
  /**
   * Leave TypeScript's diagnostics out. What is accepted then is exactly as safe, but messages are
   * fewer and plainer. Default false.
   */
  readonly skipTypes?: boolean;
}

/**
 * Source text to program: size gate, allow-list over the syntax tree, type check, compilation.
 * Whatever the text, this returns issues and never throws; its time is bounded by the gate, save for
 * the type checker, which strangers' text meets in a process of its own (`checkReward`).
 */
export function compileProgram(
  source: string,
  kind: ProgramKind,
  table: SignalTable,
  options: CompileOptions = {},
): CompileResult {
  const { file, issues } = parseSource(source);
  if (file === null) return { program: null, issues };
  try {
    const diagnostics = diagnose(file, kind, table);
    const errors = firstErrors(
      diagnostics.syntax,
      () => checkSyntax(file),
      options.skipTypes ? () => [] : diagnostics.types,
    );
    if (errors.length > 0) return { program: null, issues: errors };
    return { program: build(file, kind, table), issues: [] };
  } catch (error) {
    return { program: null, issues: [toIssue(error, file)] };
  }
}

/** Each check presupposes the ones before it. */
function firstErrors(...checks: (() => Issue[])[]): Issue[] {
  for (const check of checks) {
    const issues = check();
    if (issues.length > 0) return issues;
  }
  return [];
}

function build(file: ts.SourceFile, kind: ProgramKind, table: SignalTable): Program {
  const compiler = new Compiler(file);
  const scope = new Scope(null);
  compiler.statements(file.statements, scope);
  const entry = findEntry(file, kind, scope, compiler.ts);
  if (entry.node.parameters.length > 1) {
    const second = entry.node.parameters[1];
    const message = `${kind} has one parameter, the state`;
    throw new Refusal("E_REWARD_NO_ENTRY", second, message, entryForm(kind));
  }
  const returned = compiler.enter(entry, stateValue(table, kind));
  // A term stands in its own column and in the total: it is computed once.
  const result = compiler.emit.hold(returned, entry.node);
  const { columns, outputs } = toOutputs(result, kind, table, compiler.emit, entry.node);
  const { variables, statements } = compiler.emit;
  const program = simplify({ format: 1, kind, columns, variables, body: statements, outputs });
  // What the compiler writes has to pass as what a stranger sends.
  return parseProgram(JSON.parse(JSON.stringify(program)));
}

function toIssue(error: unknown, file: ts.SourceFile): Issue {
  if (error instanceof Refusal) return issueAt(error.node, error.code, error.message, error.hint);
  if (error instanceof RangeError) {
    return issueAt(file, "E_REWARD_TOO_LARGE", "the source is nested too deeply to be compiled");
  }
  if (error instanceof RewardsmithError) {
    return issueAt(file, "E_REWARD_TOO_LARGE", error.message, "Write a smaller program.");
  }
  const message = error instanceof Error ? error.message : String(error);
  return issueAt(file, "E_REWARD_INTERNAL", `the compiler failed: ${message}`);
}
