import type { Rng } from "../core/rng.js";
import type { Distribution } from "./task.js";

/** One draw; a plain number is itself and draws nothing. */
export function draw(distribution: Distribution, rng: Rng): number {
  if (typeof distribution === "number") return distribution;
  if ("uniform" in distribution)
    return rng.uniform(distribution.uniform[0], distribution.uniform[1]);
  if ("logUniform" in distribution) {
    return rng.logUniform(distribution.logUniform[0], distribution.logUniform[1]);
  }
  return distribution.normal[0] + distribution.normal[1] * rng.normal();
}

/** Ends of what is drawn; of a normal distribution two deviations to either side. */
export function boundsOf(distribution: Distribution): [low: number, high: number] {
  if (typeof distribution === "number") return [distribution, distribution];
  if ("uniform" in distribution) return [...distribution.uniform];
  if ("logUniform" in distribution) return [...distribution.logUniform];
  const [mean, deviation] = distribution.normal;
  return [mean - 2 * deviation, mean + 2 * deviation];
}
