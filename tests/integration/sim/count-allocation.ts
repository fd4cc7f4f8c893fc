/**
 * Prints how many bytes of heap an environment step takes. Run outside a test runner's module
 * wrappers, with --expose-gc and a young generation so large that nothing is collected in a window:
 * a collection would hide what was allocated. Arguments: engine, and bytes below which to stop.
 */
import { compileRobot } from "../../../src/robot/mujoco/compile.js";
import type { EngineName } from "../../../src/sim/simulator.js";
import { simulate } from "../../sim/world.js";

const [engine, enough] = process.argv.slice(2);
const numEnvs = 128;
const sim = await simulate(await compileRobot("envs/cartpole/robot.xml"), {
  engine: engine as EngineName,
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
for (let round = 0; round < 12 && bytes >= Number(enough); round++) {
  (globalThis as unknown as { gc: () => void }).gc();
  const before = process.memoryUsage().heapUsed;
  steps(500);
  bytes = Math.min(bytes, (process.memoryUsage().heapUsed - before) / (500 * numEnvs));
}
process.stdout.write(String(bytes));
