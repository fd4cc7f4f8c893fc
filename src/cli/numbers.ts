/** Numbers as people read them in lines and tables. */
import type { Interval } from "../core/statistics.js";

/** Three digits; "–" where there is nothing. */
export function formatFitness(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  if (value === 0) return "0.000";
  const size = Math.abs(value);
  if (size >= 1000 || size < 0.0005) return Number(value.toPrecision(4)).toString();
  return value.toFixed(size >= 100 ? 1 : size >= 10 ? 2 : 3);
}

/** `0.971 … 0.998`; "–" for a single value, which has no interval. */
export function formatInterval({ low, high }: Interval): string {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return "–";
  return `${formatFitness(low)} … ${formatFitness(high)}`;
}

/** "1 seed", "2 seeds". */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
