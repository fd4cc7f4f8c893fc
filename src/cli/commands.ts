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

const runs = "Runs";
const machine = "This installation";

export const commandEntries: readonly CommandEntry[] = [
  {
    name: "list",
    group: runs,
    usage: "list",
    summary: "Runs with state, task, best fitness and time",
    example: "list",
    load: () => import("./list.js"),
  },
  {
    name: "doctor",
    group: machine,
    usage: "doctor",
    summary: "Tests engines, ONNX Runtime, disk, key and base URL",
    example: "doctor",
    load: () => import("./doctor.js"),
  },
];
