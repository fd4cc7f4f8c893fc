import type ts from "typescript";
import type { ErrorCode, Issue } from "../../core/errors.js";

/** Thrown while a source is read, caught by `compileProgram`, which turns it into an issue. */
export class Refusal extends Error {
  readonly code: ErrorCode;
  readonly node: ts.Node;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, node: ts.Node, message: string, hint?: string) {
    super(message);
    this.code = code;
    this.node = node;
    this.hint = hint;
  }
}

/** Refuses what the language does not have. */
export function forbidden(node: ts.Node, what: string, hint?: string): Refusal {
  return new Refusal("E_REWARD_FORBIDDEN", node, `${what} is not part of the language`, hint);
}

/** An error at a node of the source. */
export function issueAt(
  node: ts.Node,
  code: ErrorCode,
  message: string,
  hint?: string,
): Issue & { readonly line: number } {
  const file = node.getSourceFile();
  return issueAtPosition(file, node.getStart(file), code, message, hint);
}

/** An error at a character offset of the source. */
export function issueAtPosition(
  file: ts.SourceFile,
  position: number,
  code: ErrorCode,
  message: string,
  hint?: string,
): Issue & { readonly line: number } {
  const { line, character } = file.getLineAndCharacterOfPosition(position);
  return {
    code,
    severity: "error",
    message,
    line: line + 1,
    column: character + 1,
    ...(hint === undefined ? {} : { hint }),
  };
}
