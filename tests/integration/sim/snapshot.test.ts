import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Rng } from "../../../src/core/rng.js";
import { compileRobot } from "../../../src/robot/mujoco/compile.js";
import { resetState, run, simulate } from "../../sim/world.js";

test("a snapshot continues bit for bit in another process", async () => {
  const robot = await compileRobot("envs/cartpole/robot.xml");
  const sim = await simulate(robot, { numEnvs: 8, controlDtSeconds: 1 / 60 });
  const rng = new Rng(1);
  for (let env = 0; env < 8; env++) {
    sim.reset(env, resetState(robot, [0, rng.uniform(-3, 3)], [rng.uniform(-1, 1), 0]));
    sim.controls[env] = rng.uniform(-20, 20);
    sim.setParameter(env, "massFactor", rng.uniform(0.8, 1.2));
  }
  run(sim, 30);
  const folder = mkdtempSync(join(tmpdir(), "snapshot-"));
  try {
    const file = join(folder, "state.bin");
    writeFileSync(file, sim.save());
    const entry = new URL("continue-snapshot.ts", import.meta.url).pathname;
    const theirs = execFileSync(process.execPath, ["--import", "tsx", entry, file], {
      encoding: "utf8",
      env: { ...process.env, NODE_OPTIONS: "" },
    });
    run(sim, 50);
    const poses = new Uint8Array(sim.state.bodyPose.buffer);
    expect(theirs).toBe(createHash("sha256").update(poses).digest("hex"));
  } finally {
    rmSync(folder, { recursive: true });
    sim.dispose();
  }
});
