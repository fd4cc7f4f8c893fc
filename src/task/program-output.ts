/** A program run on the signal table, its output columns, and the guard that they are usable. */
import { RewardsmithError } from "../core/errors.js";
import type { BatchProgram } from "./program.js";

export type ProgramName = "reward" | "human" | "fitness" | "termination" | "derived";

export class ProgramOutput {
  /** [env][column] */
  readonly values: Float64Array;
  /** Columns. */
  readonly width: number;
  private readonly name: ProgramName;
  private readonly program: BatchProgram;
  private readonly signals: Float32Array;
  private readonly stride: number;
  private readonly numEnvs: number;
  /** Views of one environment's row, made once so that a single run allocates nothing. */
  private readonly rows: readonly {
    readonly signals: Float32Array;
    readonly values: Float64Array;
  }[];

  constructor(name: ProgramName, program: BatchProgram, signals: Float32Array, stride: number) {
    this.name = name;
    this.program = program;
    this.signals = signals;
    this.stride = stride;
    this.numEnvs = signals.length / stride;
    this.width = program.columns.length;
    this.values = new Float64Array(this.numEnvs * this.width);
    this.rows = Array.from({ length: name === "derived" ? this.numEnvs : 0 }, (_, env) => ({
      signals: signals.subarray(env * stride, (env + 1) * stride),
      values: this.values.subarray(env * this.width, (env + 1) * this.width),
    }));
    if ((name === "reward" || name === "human") && program.columns[0] !== "total") {
      throw new Error(`the first column of a reward is "total", not "${program.columns[0]}"`);
    }
  }

  /** Runs all environments; those that are `broken` give zeros. `steps` tells the age in errors. */
  run(broken: Uint8Array, steps: Int32Array): void {
    const { values, width } = this;
    const outOfFuel = this.program.run(this.signals, this.stride, this.numEnvs, values);
    if (outOfFuel >= 0) throw this.fuelError(outOfFuel, steps);
    for (let env = 0; env < this.numEnvs; env++) {
      if (broken[env] === 1) values.fill(0, env * width, (env + 1) * width);
      this.check(env, steps);
    }
  }

  /** Runs one environment (derived signals, after a reset). */
  runOne(env: number, steps: Int32Array): void {
    const row = this.rows[env];
    if (this.program.run(row.signals, this.stride, 1, row.values) >= 0)
      throw this.fuelError(env, steps);
    this.check(env, steps);
  }

  private check(env: number, steps: Int32Array): void {
    const { values, width } = this;
    let zero = 0;
    for (let i = env * width; i < (env + 1) * width; i++) zero += values[i] * 0;
    if (zero !== 0) throw this.notFiniteError(env, steps);
  }

  private notFiniteError(env: number, steps: Int32Array): RewardsmithError {
    const { columns } = this.program;
    const column = columns.findIndex((_, i) => !Number.isFinite(this.values[env * this.width + i]));
    return new RewardsmithError(
      `E_${this.codeName()}_NOT_FINITE`,
      `"${columns[column]}" is ${this.values[env * this.width + column]} in step ${steps[env]} of an episode (environment ${env})`,
      {
        where: this.file(),
        hint: "guard what can leave the numbers: division by zero, square root or logarithm of a negative, exp of a large value",
      },
    );
  }

  private fuelError(env: number, steps: Int32Array): RewardsmithError {
    return new RewardsmithError(
      `E_${this.codeName()}_FUEL`,
      `ran too long in step ${steps[env]} of an episode (environment ${env})`,
      { where: this.file(), hint: "a loop may not end; bound it by a constant" },
    );
  }

  private codeName(): string {
    return this.name === "human" ? "REWARD" : this.name.toUpperCase();
  }

  private file(): string {
    return this.name === "human" ? "the human reward" : `${this.name}.ts`;
  }
}
