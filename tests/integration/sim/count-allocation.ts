/** Prints how many bytes of heap an environment step takes. Run with --expose-gc, outside a test runner's module wrappers. */
import { compileRobot } from "../../../src/robot/mujoco/compile.js";
import { simulate } from "../../sim/world.js";

const numEnvs = 128;
const sim = await simulate(await compileRobot("envs/cartpole/robot.xml"), {
  numEnvs,
  controlDtSeconds: 1 / 60,
});
let tick = 0;
function steps(count: number): void {
  for (let i = 0; i < count; i++) {
    tick++;
    for (let env = 0; env < numEnvs; env++) sim.controls[env] = ((env + tick) % 7) - 3;
    sim.step();
  }
}
steps(2000);
let bytes = Number.POSITIVE_INFINITY;
// Unoptimized code boxes every number; on a busy machine the optimizer's thread may come late.
for (let round = 0; round < 4 && bytes > 20; round++) {
  (globalThis as unknown as { gc: () => void }).gc();
  const before = process.memoryUsage().heapUsed;
  steps(500);
  bytes = Math.min(bytes, (process.memoryUsage().heapUsed - before) / (500 * numEnvs));
}
process.stdout.write(String(bytes));
