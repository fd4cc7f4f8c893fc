import path from "node:path";
import type { ExitCode } from "./exit-codes.js";
import type { Terminal } from "./terminal.js";

/** What every command is given. */
export interface CliContext {
  readonly terminal: Terminal;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** How this program was called, as printed in advice: "npx rewardsmith" or "rewardsmith". */
  readonly invocation: string;
  /** Folder of runs and of the job store. */
  readonly runsFolder: string;
  /** Aborted by the first Ctrl-C. `onStop` is what is then said about going on. */
  readonly signal: AbortSignal;
  onStop: string;
  /** Of a command that ends without throwing. */
  exitCode: ExitCode;
  /** Whether a person is at a terminal. */
  readonly canAsk: boolean;
  /** A yes-or-no question. */
  ask(question: string): Promise<boolean>;
}

/** Added to commands that are printed as advice, where the runs are not in the usual folder. */
export function runsFlag({ runsFolder }: CliContext): string {
  const shown = path.relative(process.cwd(), runsFolder);
  return shown === "runs" ? "" : ` --runs ${shown || "."}`;
}
