/**
 * What the evolutionary search knows of a signal: number, size, range, what kind of quantity its
 * unit says it is, and where its values lay in recorded states. No words.
 */
import { quantile } from "../../core/statistics.js";
import type { Signal, SignalTable } from "../../task/signals.js";

/** Places can be goals; rates, efforts and actions are mostly charged; the rest is left alone. */
export type Quantity = "place" | "rate" | "effort" | "action" | "previousAction" | "other";

export interface SignalFacts {
  readonly index: number;
  readonly size: number;
  readonly scalar: boolean;
  readonly quantity: Quantity;
  /** A full circle: cosine kernels apply and both range ends are one place. */
  readonly angle: boolean;
  /** Usual range: declared, or the 5th to 95th percentile of recorded states. Low < high. */
  readonly low: number;
  readonly high: number;
  /** Whether the range was declared. */
  readonly bounded: boolean;
  /**
   * The far end of a rate's declared range where the other end, beyond zero, is less than half as
   * far: such a rate is wanted one way. Null for all others.
   */
  readonly wanted: number | null;
  /** Median over recorded states. */
  readonly median: number;
  /** Values in recorded states, `[row][size]`; what an untrained robot does. */
  readonly samples: Float32Array;
  /** Printed in the source and nowhere else. */
  readonly name: string;
  readonly unit: string;
}

/** Facts for every signal of a task. `states` is `[row][stride]`, as recorded under simple actions. */
export function signalFacts(table: SignalTable, states: Float32Array): SignalFacts[] {
  const rows = Math.floor(states.length / table.stride);
  return table.signals.map((signal, index) => {
    const { size, offset } = signal;
    const samples = new Float32Array(rows * size);
    for (let row = 0; row < rows; row++) {
      const start = row * table.stride + offset;
      samples.set(states.subarray(start, start + size), row * size);
    }
    const values = Array.from(samples).filter(Number.isFinite);
    const { low, high } = rangeOf(signal, values);
    const quantity = quantityOf(signal);
    return {
      index,
      size: signal.size,
      scalar: signal.scalar,
      quantity,
      angle: signal.unit === "rad" && high - low > 6.2,
      low,
      high,
      bounded: signal.range !== undefined,
      wanted: quantity === "rate" && signal.range ? farEnd(low, high) : null,
      median: values.length > 0 ? quantile(values, 0.5) : 0,
      samples,
      name: signal.name,
      unit: signal.unit,
    };
  });
}

/** Half the width of the usual range: the size that temperatures and costs are measured in. */
export function scaleOf(facts: SignalFacts): number {
  return (facts.high - facts.low) / 2;
}

function rangeOf(signal: Signal, values: readonly number[]): { low: number; high: number } {
  if (signal.range && signal.range[1] > signal.range[0]) {
    return { low: signal.range[0], high: signal.range[1] };
  }
  if (values.length === 0) return { low: -1, high: 1 };
  // Random actions see little of what a trained policy will: twice the observed spread around zero.
  const size = 2 * Math.max(Math.abs(quantile(values, 0.05)), Math.abs(quantile(values, 0.95)));
  return size > 1e-6 ? { low: -size, high: size } : { low: -1, high: 1 };
}

function farEnd(low: number, high: number): number | null {
  if (low >= 0 || high <= 0) return null;
  if (Math.abs(high) > 2 * Math.abs(low)) return high;
  return Math.abs(low) > 2 * Math.abs(high) ? low : null;
}

function quantityOf(signal: Signal): Quantity {
  switch (signal.source.kind) {
    case "action":
      return "action";
    case "previousAction":
      return "previousAction";
    case "bodyOrientation":
    case "parameter":
    case "episodeTime":
      return "other";
    default:
  }
  const { unit } = signal;
  if (unit.includes("²") || unit === "s") return "other";
  if (unit.includes("/s")) return "rate";
  if (unit.startsWith("N")) return "effort";
  return "place";
}
