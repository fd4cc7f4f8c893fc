/**
 * What a compiled program looks like to those who run it. `src/reward` makes these from source;
 * nothing below it needs to know how.
 */
export interface BatchProgram {
  /**
   * Names of the output columns: a reward has "total" then its terms; terminations one flag (0 or 1)
   * each; fitness "fitness"; derived signals one column a scalar, in the order of the task's signals.
   */
  readonly columns: readonly string[];
  /**
   * Evaluates rows 0..numEnvs−1 of the signal table into `out` `[env][column]`.
   * Returns −1, or the first row whose fuel ran out (its output is then meaningless).
   */
  run(signals: Float32Array, stride: number, numEnvs: number, out: Float64Array): number;
}

/** The programs an environment runs each control step. */
export interface EnvironmentPrograms {
  readonly reward: BatchProgram;
  readonly fitness: BatchProgram;
  readonly termination: BatchProgram;
  readonly derived?: BatchProgram;
  /** Computed beside the reward for the logged correlation; never trained on. */
  readonly human?: BatchProgram;
}
