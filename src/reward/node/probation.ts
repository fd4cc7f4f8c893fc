/**
 * A reward's first contact with states: what it gives over recorded rows, and at what cost. Runs in a
 * process that may be thrown away; `probation-process.ts` is its entry.
 */
import type { SignalTable } from "../../task/signals.js";
import { instantiate } from "../batch.js";
import type { Program } from "../program.js";

export interface ProbationRequest {
  readonly program: Program;
  readonly table: SignalTable;
  /** Recorded signals `[row][stride]`. */
  readonly states: Float32Array;
  readonly fuelPerRow?: number;
}

export interface Sample {
  readonly min: number;
  readonly mean: number;
  readonly max: number;
}

export type ProbationReport =
  | { readonly outcome: "fuel"; readonly row: number }
  | {
      readonly outcome: "notFinite";
      readonly row: number;
      readonly column: string;
      readonly value: number;
    }
  | {
      readonly outcome: "passed";
      /** Over all rows, by column: "total" and the terms. */
      readonly samples: Readonly<Record<string, Sample>>;
      readonly nsPerCall: number;
    };

/** How long the cost of a call is measured, ms, and how often at least: another process may hold one up. */
const measuredMs = 30;
const measuredRuns = 5;

/** Runs a program over recorded rows. `now` is a clock in milliseconds. */
export function runProbation(request: ProbationRequest, now: () => number): ProbationReport {
  const { table, states } = request;
  const fuel = request.fuelPerRow === undefined ? {} : { fuelPerRow: request.fuelPerRow };
  const batch = instantiate(request.program, table, fuel);
  const numRows = Math.floor(states.length / table.stride);
  const numColumns = batch.columns.length;
  const out = new Float64Array(numRows * numColumns);

  const stopped = batch.run(states, table.stride, numRows, out);
  if (stopped >= 0) return { outcome: "fuel", row: stopped };
  const bad = findNotFinite(out, numColumns);
  if (bad >= 0) {
    const row = Math.floor(bad / numColumns);
    return { outcome: "notFinite", row, column: batch.columns[bad % numColumns], value: out[bad] };
  }
  const samples = Object.fromEntries(
    batch.columns.map((column, i) => [column, sampleColumn(out, i, numColumns)]),
  );

  let best = Number.POSITIVE_INFINITY;
  const start = now();
  let time = start;
  for (let runs = 0; runs < measuredRuns || time - start < measuredMs; runs++) {
    batch.run(states, table.stride, numRows, out);
    const after = now();
    best = Math.min(best, after - time);
    time = after;
  }
  return { outcome: "passed", samples, nsPerCall: (best * 1e6) / Math.max(1, numRows) };
}

/**
 * Index of the first value that is not finite, or −1; a term before the total it spoils. Rewards are
 * stored in 32 bits: what overflows there is as useless as infinity.
 */
function findNotFinite(out: Float64Array, numColumns: number): number {
  const bad = out.findIndex((value) => !Number.isFinite(Math.fround(value)));
  if (bad < 0 || bad % numColumns !== 0) return bad;
  const terms = out.subarray(bad + 1, bad + numColumns);
  return bad + 1 + terms.findIndex((value) => !Number.isFinite(Math.fround(value)));
}

function sampleColumn(out: Float64Array, column: number, numColumns: number): Sample {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let sum = 0;
  for (let i = column; i < out.length; i += numColumns) {
    min = Math.min(min, out[i]);
    max = Math.max(max, out[i]);
    sum += out[i];
  }
  const rows = out.length / numColumns;
  return rows === 0 ? { min: 0, mean: 0, max: 0 } : { min, mean: sum / rows, max };
}
