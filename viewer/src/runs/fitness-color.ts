/**
 * Fitness as a colour: dark violet to yellow (viridis, van der Walt and Smith 2015), which grows in
 * lightness and reads the same for colour-blind eyes.
 */
const stops = [
  [68, 1, 84],
  [65, 68, 135],
  [42, 120, 142],
  [34, 168, 132],
  [122, 209, 81],
  [253, 231, 37],
] as const;

/** @param share of the way from the least to the greatest fitness shown, 0 to 1 */
export function fitnessColor(share: number): string {
  const at = Math.min(1, Math.max(0, share)) * (stops.length - 1);
  const i = Math.min(stops.length - 2, Math.floor(at));
  const t = at - i;
  const mixed = stops[i].map((low, channel) => Math.round(low + t * (stops[i + 1][channel] - low)));
  return `rgb(${mixed.join(" ")})`;
}

/** Black or white, whichever can be read on that colour. */
export function inkOn(share: number): string {
  return share > 0.52 ? "#10151b" : "#ffffff";
}

export interface FitnessRange {
  readonly low: number;
  readonly high: number;
}

/** So that a range is never empty, also where every fitness is 0. */
export const leastHigh = 1e-9;

export function fitnessRange(values: readonly number[]): FitnessRange {
  return { low: Math.min(0, ...values), high: Math.max(leastHigh, ...values) };
}

export function shareOf(value: number, { low, high }: FitnessRange): number {
  return high > low ? (value - low) / (high - low) : 0.5;
}
