/** Reward numbers of the last seconds: how long the bars may be, means, what the terms leave over. */
import type { Timeline } from "../timeline/timeline.js";

/** Of the stacked area and the bars' scale, s. */
export const windowSeconds = 10;

/** A remainder below this share of the total is rounding of sums. */
const rounding = 1e-4;

export interface RewardWindow {
  /** Largest size of any term or total that was seen. */
  readonly scale: number;
  /** [term] mean over the window; then of the remainder, then of the total. */
  readonly means: Float64Array;
  /** The terms do not add up to the total. */
  readonly hasRemainder: boolean;
  readonly steps: number;
}

/** What a `total` holds beside the sum of the terms. */
export function remainderOf(timeline: Timeline, step: number, env: number): number {
  let rest = timeline.total(step, env);
  for (let term = 0; term < timeline.model.terms.length; term++) {
    rest -= timeline.term(step, env, term);
  }
  return rest;
}

/** Over the window that ends at a step. */
export function measureWindow(timeline: Timeline, last: number, env: number): RewardWindow {
  const numTerms = timeline.model.terms.length;
  const means = new Float64Array(numTerms + 2);
  const first = Math.max(timeline.begin, timeline.stepAt(timeline.timeOf(last) - windowSeconds));
  let scale = 0;
  let steps = 0;
  let largestRest = 0;
  for (let step = first; step <= last; step++) {
    const total = timeline.total(step, env);
    if (!Number.isFinite(total)) continue;
    steps++;
    scale = Math.max(scale, Math.abs(total));
    let rest = total;
    for (let term = 0; term < numTerms; term++) {
      const value = timeline.term(step, env, term);
      scale = Math.max(scale, Math.abs(value));
      means[term] += value;
      rest -= value;
    }
    largestRest = Math.max(largestRest, Math.abs(rest));
    means[numTerms] += rest;
    means[numTerms + 1] += total;
  }
  for (let i = 0; i < means.length; i++) means[i] /= Math.max(1, steps);
  return { scale: scale || 1, means, hasRemainder: largestRest > rounding * scale, steps };
}
