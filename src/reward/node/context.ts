import type ts from "typescript";
import type { Emitter } from "./emitter.js";
import type { SourceFacts } from "./source.js";
import type { FunctionValue, MathValue, Scope, Value } from "./values.js";

/** What the parts of the compiler ask of each other; `Compiler` in compiler.ts is all of it. */
export interface Context {
  readonly ts: typeof ts;
  readonly emit: Emitter;
  readonly facts: SourceFacts;
  expression(node: ts.Expression, scope: Scope): Value;
  /** False where control never comes out behind the statement. */
  statement(node: ts.Statement, scope: Scope): boolean;
  /** An expression for its effect: an assignment, `i++`, or `a.forEach(…)`. */
  effect(node: ts.Expression, scope: Scope): void;
  /** A helper function of the language, undefined where there is none of that name. */
  helper(name: string): FunctionValue | undefined;
  /** Writes a call out. `node` is where it is called. */
  call(callee: FunctionValue | MathValue, args: readonly Value[], node: ts.Node): Value;
  /** A call as a statement: the function may change variables around it and returns nothing. */
  run(callee: FunctionValue, args: readonly Value[], node: ts.Node): void;
  /** Compiles the body of a loop, where break and continue leave these blocks. */
  loopBody(node: ts.Statement, scope: Scope, breakLabel: number, continueLabel: number): void;
}
