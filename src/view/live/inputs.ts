/** What people did to the robots in one step. */
import type { Pull } from "./drag.js";

/** A sudden change of a body's velocity, m/s. */
export interface Shove {
  readonly env: number;
  readonly body: number;
  readonly velocity: readonly [number, number, number];
}

export interface Inputs {
  readonly shoves: readonly Shove[];
  readonly pulls: readonly Pull[];
}

export const noInputs: Inputs = { shoves: [], pulls: [] };
