/** What a person may hold while environments run, to see what a policy can take. Training holds nothing. */
import type { WorldParameterName } from "./world-parameter-names.js";

export interface Overrides {
  /** [env][world parameter] in the order of `worldParameterNames`: what holds now, drawn or held. */
  readonly parameters: Float64Array;
  /** The same as drawn, or nominal; what `parameter(…, null)` goes back to. */
  readonly drawn: Float64Array;
  /** Holds a parameter at a value from now on, through resets; null: as the task draws it. */
  parameter(env: number, name: WorldParameterName, value: number | null): void;
  /** Control steps by which actions are late, at most the environment's `maxDelaySteps`; null: as drawn. */
  actionDelay(env: number, steps: number | null): void;
  /** [env] control steps by which actions are late now. */
  readonly actionDelays: Int32Array;
  /** [env] multiplies the task's sensor noise; written by whoever wants it different. */
  readonly noiseFactors: Float32Array;
  /** [env] multiplies the velocity of the task's pushes. */
  readonly pushFactors: Float32Array;
  /** The values of all commands, one after another; null: as the task draws them. */
  command(env: number, values: readonly number[] | null): void;
}
