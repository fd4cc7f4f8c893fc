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
