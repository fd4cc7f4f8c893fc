import type { LoadedTask } from "../task/loaded-task.js";
import type { Program } from "./program.js";

/** A task whose programs have been checked and compiled. Plain JSON data. */
export interface CompiledTask {
  readonly task: LoadedTask;
  readonly programs: {
    readonly fitness: Program;
    readonly termination: Program;
    readonly derived?: Program;
    readonly human?: Program;
    readonly sparse?: Program;
    readonly measures?: Program;
  };
}
