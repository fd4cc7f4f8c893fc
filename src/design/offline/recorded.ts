/** What a factor would pay an untrained robot: its mean over recorded states. */
import type { Factor } from "./genome.js";
import type { SignalFacts } from "./signal-facts.js";

/** Rows looked at; recorded states are many and alike. */
const maxRows = 300;

/** Mean of a factor over recorded states; `otherwise` where none were recorded. */
export function recordedMean(factor: Factor, facts: SignalFacts, otherwise: number): number {
  const rows = facts.samples.length / facts.size;
  if (rows === 0) return otherwise;
  const stride = Math.max(1, Math.floor(rows / maxRows));
  let sum = 0;
  let count = 0;
  for (let row = 0; row < rows; row += stride) {
    const value = factorValue(factor, facts, valueAt(factor, facts, row));
    if (!Number.isFinite(value)) continue;
    sum += value;
    count++;
  }
  return count > 0 ? sum / count : otherwise;
}

/** The kernels as `genome.ts` defines them. */
export function factorValue(factor: Factor, facts: SignalFacts, x: number): number {
  const { kernel, target, temperature, rising } = factor;
  const difference = x - target;
  const d = facts.angle ? Math.atan2(Math.sin(difference), Math.cos(difference)) : difference;
  const scaled = d / temperature;
  switch (kernel) {
    case "ramp": {
      const share = (x - facts.low) / (facts.high - facts.low);
      return rising ? share : 1 - share;
    }
    case "sigmoid":
      return 0.5 + (rising ? 0.5 : -0.5) * Math.tanh(scaled);
    case "cosine":
      return 0.5 + 0.5 * Math.cos(d);
    case "gaussian":
      return Math.exp(-(scaled ** 2));
    case "rational":
      return 1 / (1 + scaled ** 2);
    case "step":
      return Math.abs(d) < temperature ? 1 : 0;
    case "quadratic":
      return scaled ** 2;
    case "absolute":
      return Math.abs(scaled);
  }
}

function valueAt({ element }: Factor, { samples, size }: SignalFacts, row: number): number {
  if (element !== null) return samples[row * size + element];
  let squares = 0;
  for (let i = 0; i < size; i++) squares += samples[row * size + i] ** 2;
  return Math.sqrt(squares);
}
