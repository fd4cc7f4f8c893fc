/** What the process tells its caller, in one place. */
import { RewardsmithError } from "../core/errors.js";

export const exitCode = { done: 0, failed: 1, usage: 2, stopped: 3, budget: 4 } as const;
export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

/** Printed by `--help`. */
export const exitCodeMeanings: readonly (readonly [ExitCode, string])[] = [
  [exitCode.done, "done"],
  [exitCode.failed, "failed, or the reward was refused"],
  [exitCode.usage, "unknown command, task, flag or value"],
  [exitCode.stopped, "stopped by Ctrl-C; goes on with resume"],
  [exitCode.budget, "a budget was reached; the best found until then is reported"],
];

const byCode: readonly (readonly [RegExp, ExitCode])[] = [
  [/^E_(CLI|SETTINGS)_|_UNKNOWN$/, exitCode.usage],
  [/^E_(CANCELLED|STOPPED)$|_CANCELLED$/, exitCode.stopped],
  [/BUDGET/, exitCode.budget],
];

export function exitCodeOf(error: unknown): ExitCode {
  if (isAbort(error)) return exitCode.stopped;
  if (!(error instanceof RewardsmithError)) return exitCode.failed;
  return byCode.find(([pattern]) => pattern.test(error.code))?.[1] ?? exitCode.failed;
}

export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}
