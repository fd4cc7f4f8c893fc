import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { compileRobot } from "../../src/robot/mujoco/compile.js";
import { mujoco } from "../../src/robot/mujoco/engine.js";
import { resetState, run, simulate } from "./world.js";

const robot = await compileRobot("envs/cartpole/robot.xml");
const [cartKg, poleKg, length, inertia, gravity] = [1, 1, 0.47, 0.0836, 9.81];

/** Cart-pole equations of motion; θ from upright, the pole's tip towards −y for θ > 0. */
function accelerations(theta: number, omega: number, force: number): [number, number] {
  const [c, s] = [Math.cos(theta), Math.sin(theta)];
  const a = cartKg + poleKg;
  const b = -poleKg * length * c;
  const d = inertia + poleKg * length * length;
  const right1 = force - poleKg * length * s * omega * omega;
  const right2 = poleKg * gravity * length * s;
  const det = a * d - b * b;
  return [(right1 * d - b * right2) / det, (a * right2 - b * right1) / det];
}

test("the cartpole accelerates as its equations of motion say", async () => {
  const states: [number, number, number, number, number][] = [
    [0, 0, 0, 0, 10],
    [0.3, 0.5, 1, 0, 0],
    [-0.2, -1, 0, 2, -5],
    [0, 2.5, -0.5, -3, 20],
    [1, Math.PI - 0.1, 0, 4, -25],
  ];
  const dt = 0.0005;
  const sim = await simulate(robot, { numEnvs: states.length, controlDtSeconds: dt });
  states.forEach(([x, theta, v, omega, force], env) => {
    sim.reset(env, resetState(robot, [x, theta], [v, omega]));
    sim.controls[env] = force;
  });
  run(sim, 10);
  states.forEach(([, theta, v, omega, force], env) => {
    let [q1, v1, w1] = [theta, v, omega];
    for (let i = 0; i < 1000; i++) {
      const [a, alpha] = accelerations(q1, w1, force);
      v1 += (a * 10 * dt) / 1000;
      w1 += (alpha * 10 * dt) / 1000;
      q1 += (w1 * 10 * dt) / 1000;
    }
    const scale = Math.abs(accelerations(theta, omega, force)[1]) * 10 * dt;
    expect(Math.abs(sim.state.jointVelocity[2 * env] - v1)).toBeLessThan(0.02 * scale);
    expect(Math.abs(sim.state.jointVelocity[2 * env + 1] - w1)).toBeLessThan(0.02 * scale);
  });
  sim.dispose();
});

test("the cartpole moves as it does in MuJoCo", async () => {
  const engine = await mujoco();
  const model = engine.MjModel.from_xml_string(readFileSync("envs/cartpole/robot.xml", "utf8"));
  model.opt.timestep = 1 / 1920;
  const data = new engine.MjData(model);
  const sim = await simulate(robot, { controlDtSeconds: 1 / 60, physics: { substeps: 16 } });
  sim.reset(0, resetState(robot, [0, 0.2]));
  data.qpos[1] = 0.2;
  for (let step = 0; step < 60; step++) {
    const force = 8 * Math.sin(step / 5);
    sim.controls[0] = force;
    data.ctrl[0] = force;
    sim.step();
    for (let k = 0; k < 32; k++) engine.mj_step(model, data);
    const wrapped = Math.atan2(Math.sin(data.qpos[1]), Math.cos(data.qpos[1]));
    expect(Math.abs(sim.state.jointPosition[0] - data.qpos[0])).toBeLessThan(0.01);
    expect(Math.abs(sim.state.jointPosition[1] - wrapped)).toBeLessThan(0.02);
    expect(Math.abs(sim.state.bodyPose[7 + 1] - data.xpos[7])).toBeLessThan(0.01);
  }
  data.delete();
  model.delete();
  sim.dispose();
});

test("the cart stops at the rail's end", async () => {
  const sim = await simulate(robot, { controlDtSeconds: 1 / 60 });
  sim.controls[0] = 400;
  run(sim, 120);
  expect(sim.state.jointPosition[0]).toBeCloseTo(4, 1);
  sim.dispose();
});

test("the joints keep the pole on the cart", async () => {
  const sim = await simulate(robot, { controlDtSeconds: 1 / 60 });
  sim.reset(0, resetState(robot, [0, 3], [0, 0]));
  for (let step = 0; step < 600; step++) {
    sim.controls[0] = step % 40 < 20 ? 25 : -25;
    sim.step();
    const pose = sim.state.bodyPose;
    expect(Math.hypot(pose[7] - pose[0] - 0.12, pose[8] - pose[1], pose[9] - pose[2])).toBeLessThan(
      4e-3,
    );
  }
  sim.dispose();
});
