/** A task's programs over its signals: derived signals first, then what ends, ranks and pays for a step. */
import { RewardsmithError } from "../core/errors.js";
import type { BatchProgram, EnvironmentPrograms } from "./program.js";
import { type ProgramName, ProgramOutput } from "./program-output.js";
import type { SignalTable } from "./signals.js";

export class TaskPrograms {
  readonly reward: ProgramOutput;
  readonly fitness: ProgramOutput;
  readonly human: ProgramOutput | undefined;
  /** Column of the first derived signal: they are the last of the table. */
  readonly derivedOffset: number;
  private readonly termination: ProgramOutput;
  private readonly derived: ProgramOutput | undefined;
  private readonly derivedSize: number;
  private readonly signals: Float32Array;
  private readonly stride: number;

  /** @param signals [env][stride] the table, into which derived signals are written */
  constructor(programs: EnvironmentPrograms, table: SignalTable, signals: Float32Array) {
    this.signals = signals;
    this.stride = table.stride;
    const output = (name: ProgramName, program: BatchProgram) =>
      new ProgramOutput(name, program, signals, table.stride);
    this.reward = output("reward", programs.reward);
    this.fitness = output("fitness", programs.fitness);
    this.termination = output("termination", programs.termination);
    this.human = programs.human && output("human", programs.human);
    this.derived = programs.derived && output("derived", programs.derived);
    const derived = table.signals.filter((signal) => signal.source.kind === "derived");
    this.derivedSize = derived.reduce((sum, signal) => sum + signal.size, 0);
    this.derivedOffset = table.stride - this.derivedSize;
    const given = this.derived?.width ?? 0;
    if (this.derivedSize !== given) {
      throw new RewardsmithError(
        "E_TASK_INVALID",
        `derived.ts gives ${given} numbers, its signals have ${this.derivedSize}`,
        { hint: `it must return ${derived.map((signal) => signal.name).join(", ")}` },
      );
    }
  }

  /** Runs all on every environment; those that are `broken` give zeros. `steps` tells the age in errors. */
  run(broken: Uint8Array, steps: Int32Array): void {
    if (this.derived) {
      this.derived.run(broken, steps);
      for (let env = 0; env < broken.length; env++) this.copyDerived(env, this.derived);
    }
    this.termination.run(broken, steps);
    this.fitness.run(broken, steps);
    this.reward.run(broken, steps);
    this.human?.run(broken, steps);
  }

  /** Computes the derived signals of one environment anew. */
  derive(env: number, steps: Int32Array): void {
    if (this.derived === undefined) return;
    this.derived.runOne(env, steps);
    this.copyDerived(env, this.derived);
  }

  /** The first termination column that is up in an environment, or −1. */
  terminationOf(env: number): number {
    const { values, width } = this.termination;
    for (let flag = 0; flag < width; flag++) if (values[env * width + flag] !== 0) return flag;
    return -1;
  }

  private copyDerived(env: number, derived: ProgramOutput): void {
    const to = env * this.stride + this.derivedOffset;
    for (let i = 0; i < this.derivedSize; i++) {
      this.signals[to + i] = derived.values[env * this.derivedSize + i];
    }
  }
}
