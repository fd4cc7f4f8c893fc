/** Controls are kept within the limits of deploy.yaml, whatever the network says. */
import type { Deployment } from "./deployment.js";

/** Changes `controls` `[actuator]` in place and returns how many were outside. */
export function clampControls(
  controls: Float32Array,
  { actions }: Deployment,
  actuators: readonly string[],
): number {
  let outside = 0;
  for (const { name, limits } of actions) {
    if (limits === null) continue;
    const i = actuators.indexOf(name);
    const kept = Math.min(limits[1], Math.max(limits[0], controls[i]));
    // Single precision: a limit itself may come out a little beyond it.
    if (Math.abs(kept - controls[i]) > 1e-6) outside++;
    controls[i] = kept;
  }
  return outside;
}
