/** Loads a simulator snapshot from a file, runs on, prints what it came to. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { compileRobot } from "../../../src/robot/mujoco/compile.js";
import { simulate } from "../../sim/world.js";

const sim = await simulate(await compileRobot("envs/cartpole/robot.xml"), {
  numEnvs: 8,
  controlDtSeconds: 1 / 60,
});
sim.load(readFileSync(process.argv.at(-1)!));
for (let i = 0; i < 50; i++) sim.step();
const hash = createHash("sha256").update(new Uint8Array(sim.state.bodyPose.buffer)).digest("hex");
process.stdout.write(hash);
