/** The table of contents: every command, its group in the help, and where it lives. */
import type { Command } from "commander";
import type { CliContext } from "./context.js";

export interface CommandEntry {
  readonly name: string;
  readonly group: string;
  readonly usage: string;
  readonly summary: string;
  readonly example: string;
  readonly load: () => Promise<CommandModule>;
}

/** A command file defines its arguments and flags and what happens on them. */
export interface CommandModule {
  define(command: Command, cli: CliContext): void;
}

export const commandEntries: readonly CommandEntry[] = [];
