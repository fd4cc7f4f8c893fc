/**
 * Errors people can act on: a stable code, what happened, where, and what to do.
 * The message reads "what; value"; `hint` says what to do about it.
 */
export class RewardsmithError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly where: string | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    details: { hint?: string; where?: string; cause?: unknown } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "RewardsmithError";
    this.code = code;
    this.hint = details.hint;
    this.where = details.where;
  }
}

/** Stable codes: `E_<AREA>_<WHAT>`. */
export type ErrorCode = `E_${string}`;

/** A problem as data, for checks of generated text that report rather than throw. */
export interface Issue {
  readonly code: ErrorCode;
  readonly severity: "error" | "warning";
  readonly message: string;
  readonly hint?: string;
  /** 1-based line and column in the checked text, when known. */
  readonly line?: number;
  readonly column?: number;
}

/** One line for people: code, place, message, then the hint on a line of its own. */
export function formatError(error: unknown): string {
  if (!(error instanceof RewardsmithError)) {
    return error instanceof Error ? error.message : String(error);
  }
  const where = error.where ? `${error.where}: ` : "";
  const hint = error.hint ? `\n  → ${error.hint}` : "";
  return `${error.code}: ${where}${error.message}${hint}`;
}

/** One line for an issue: `file:line:column code message`, then the hint. */
export function formatIssue(issue: Issue, file = "reward.ts"): string {
  const place = issue.line === undefined ? file : `${file}:${issue.line}:${issue.column ?? 1}`;
  const hint = issue.hint ? `\n    → ${issue.hint}` : "";
  return `${place} ${issue.severity} ${issue.code}: ${issue.message}${hint}`;
}
