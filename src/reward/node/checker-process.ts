/** Entry of the process in which strangers' text meets the type checker. Answers until it is killed. */
import type { SignalTable } from "../../task/signals.js";
import { compileProgram } from "./compile.js";

export interface CheckRequest {
  readonly source: string;
  readonly table: SignalTable;
}

process.on("message", ({ source, table }: CheckRequest) => {
  process.send?.(compileProgram(source, "reward", table));
});
process.once("disconnect", () => process.exit(0));
