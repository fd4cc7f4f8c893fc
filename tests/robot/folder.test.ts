/** A folder as robots are published in: a scene that includes the robot, default classes, meshes in assets/. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { RobotModel } from "../../src/robot/model.js";
import { compileRobot } from "../../src/robot/mujoco/compile.js";
import { createSimulator } from "../../src/sim/node/create-simulator.js";

async function pup(): Promise<RobotModel> {
  const cacheFolder = mkdtempSync(join(tmpdir(), "robot-"));
  try {
    return await compileRobot("tests/robot/pup/scene.xml", { cacheFolder });
  } finally {
    rmSync(cacheFolder, { recursive: true });
  }
}

test("classes, includes and meshes arrive as they are meant", async () => {
  const robot = await pup();
  expect(robot.bodies).toHaveLength(13);
  expect(robot.bodies.reduce((mass, body) => mass + body.massKg, 0)).toBeCloseTo(3.6, 9);
  expect(robot.joints.find(({ name }) => name === "RR_calf_joint")).toMatchObject({
    kind: "hinge",
    axis: [0, 1, 0],
    range: [-2.6, -0.4],
    damping: 0.1,
    armature: 0.002,
    frictionLoss: 0.02,
  });
  expect(robot.actuators.map(({ kp }) => kp).slice(0, 3)).toEqual([20, 20, 25]);
  expect(robot.actuators[0]).toMatchObject({
    kind: "position",
    kv: 0.5,
    controlRange: [-0.8, 0.8],
    effortRange: [-6, 6],
  });
  const trunk = robot.geoms.filter(({ body }) => body === 0);
  expect(trunk[0]).toMatchObject({ shape: "mesh", contype: 0, rgba: [0.9, 0.7, 0.2, 1] });
  expect(trunk[1]).toMatchObject({ shape: "box", friction: 0.6 });
  const calf = robot.geoms.find(
    ({ body, shape, contype }) => body === 3 && shape === "mesh" && contype > 0,
  );
  expect(calf?.vertices).toHaveLength(3 * 8);
  expect(robot.keyframes[0].name).toBe("home");
  expect(robot.overlaps?.filter(({ keyframe }) => keyframe === "home") ?? []).toEqual([]);
  expect(robot.ignored).toEqual(
    expect.arrayContaining([
      expect.stringContaining("gyro"),
      expect.stringMatching(/"FL".*condim 6/),
      expect.stringMatching(/"FL".*priority/),
    ]),
  );
});

test.each(["rapier", "mujoco"] as const)("stands on its feet in %s", async (engine) => {
  const robot = await pup();
  const simulator = await createSimulator(engine, {
    robot,
    numEnvs: 2,
    controlDtSeconds: 0.02,
    physics: { substeps: 4, solverIterations: 4, pgsIterations: 4, softCcdMeters: 0 },
    contactGeoms: ["FL", "FR", "RL", "RR"],
  });
  const [home] = robot.keyframes;
  for (const env of [0, 1]) {
    simulator.reset(env, {
      jointPosition: Float32Array.from(home.qpos.slice(7)),
      jointVelocity: new Float32Array(12),
      freePose: Float32Array.from(home.qpos.slice(0, 7)),
      freeVelocity: new Float32Array(6),
    });
    simulator.controls.set(home.ctrl, 12 * env);
  }
  for (let step = 0; step < 100; step++) simulator.step();
  const { bodyPose, contactForce } = simulator.state;
  expect(bodyPose[2]).toBeGreaterThan(0.14);
  expect(bodyPose[2]).toBeLessThan(0.17);
  expect(bodyPose[3]).toBeGreaterThan(0.99);
  let weight = 0;
  for (let foot = 0; foot < 4; foot++) weight += contactForce[3 * foot + 2];
  expect(weight / (3.6 * 9.81)).toBeCloseTo(1, 1);
  simulator.dispose();
});
