/** A task's programs on states written by hand. */
import { instantiate } from "../../src/reward/batch.js";
import type { CompiledTask } from "../../src/reward/compiled-task.js";
import type { Program } from "../../src/reward/program.js";
import { findSignal } from "../../src/task/signal-table.js";

/** What a program gives, to six digits, in a state whose unnamed signals are 0. */
export function evaluateProgram(
  { task, programs }: CompiledTask,
  kind: "fitness" | "termination" | "human" | "sparse" | "derived" | "measures",
  state: Record<string, number | readonly number[]>,
): Record<string, number> {
  const row = new Float32Array(task.signals.stride);
  for (const [signal, value] of Object.entries(state)) {
    row.set(typeof value === "number" ? [value] : value, findSignal(task.signals, signal).offset);
  }
  const program = instantiate(programs[kind] as Program, task.signals);
  const out = new Float64Array(program.columns.length);
  program.run(row, row.length, 1, out);
  return Object.fromEntries(
    program.columns.map((column, i) => [column, Number(out[i].toFixed(6))]),
  );
}
