/** Rotor inertia and dry friction, which an engine may lack and has to be given. */
import { expect, test } from "vitest";
import { resetState, robotOf, run, simulate } from "./world.js";

const one = (joint: string, gravity = "0 0 0", actuator = `<motor joint="j"/>`) => `
  <option gravity="${gravity}"/><worldbody><body name="part"><joint name="j" ${joint}/>
    <inertial pos="0 0 0" mass="2" diaginertia=".1 .1 .1"/></body></worldbody>
  <actuator>${actuator}</actuator>`;

test("a hinge with rotor inertia a turns with τ / (I + a), at any armature factor", async () => {
  const sim = await simulate(await robotOf(one(`axis="0 0 1" armature=".3"`)), { numEnvs: 2 });
  sim.setParameter(1, "armatureFactor", 2);
  sim.controls.fill(1);
  run(sim, 100);
  expect(sim.state.jointVelocity[0]).toBeCloseTo(0.5 / 0.4, 3);
  expect(sim.state.jointVelocity[1]).toBeCloseTo(0.5 / 0.7, 3);
  sim.dispose();
});

test("a slide with rotor inertia a moves with F / (m + a), and falls with m g / (m + a)", async () => {
  for (const gravity of ["0 0 0", "0 0 -9.81"]) {
    const robot = await robotOf(one(`type="slide" axis="0 0 1" armature="3"`, gravity));
    const sim = await simulate(robot, { numEnvs: 3 });
    sim.setParameter(1, "armatureFactor", 0);
    sim.setParameter(2, "massFactor", 2);
    sim.controls.fill(10);
    run(sim, 100);
    const weight = gravity === "0 0 0" ? 0 : 9.81;
    expect(sim.state.jointVelocity[0]).toBeCloseTo(((10 - 2 * weight) / 5) * 0.5, 2);
    expect(sim.state.jointVelocity[1]).toBeCloseTo(((10 - 2 * weight) / 2) * 0.5, 2);
    expect(sim.state.jointVelocity[2]).toBeCloseTo(((10 - 4 * weight) / 7) * 0.5, 2);
    sim.dispose();
  }
});

test("gravity scale and rotor inertia of a slide act together", async () => {
  const robot = await robotOf(one(`type="slide" axis="0 0 1" armature="2"`, "0 0 -9.81"));
  const sim = await simulate(robot);
  sim.setParameter(0, "gravityScale", 2);
  sim.setParameter(0, "armatureFactor", 3);
  run(sim, 100);
  expect(sim.state.jointVelocity[0]).toBeCloseTo(((-2 * 9.81 * 2) / 8) * 0.5, 2);
  sim.dispose();
});

test("a driven slide with rotor inertia swings at √(k / (m + a))", async () => {
  const robot = await robotOf(
    one(`type="slide" axis="1 0 0" armature="2"`, "0 0 0", `<position joint="j" kp="100"/>`),
  );
  const sim = await simulate(robot, { physics: { substeps: 4 } });
  sim.reset(0, resetState(robot, [0.1]));
  // A quarter period: π / 2 √(4 / 100).
  run(sim, Math.round(((Math.PI / 2) * 0.2) / 0.005));
  expect(Math.abs(sim.state.jointPosition[0])).toBeLessThan(2e-3);
  expect(sim.state.jointVelocity[0]).toBeCloseTo(-0.5, 1.7);
  sim.dispose();
});

test.each([
  ["hinge", `axis="0 0 1" frictionloss=".2"`, 0.1],
  ["slide", `type="slide" axis="1 0 0" frictionloss="4"`, 2],
])(
  "dry friction f of a %s: still below f, then (F − f) / m, and f / m to a stop",
  async (_, joint, inertia) => {
    const f = joint.includes("slide") ? 4 : 0.2;
    const robot = await robotOf(one(joint));
    const sim = await simulate(robot, { numEnvs: 4 });
    for (const env of [2, 3]) sim.reset(env, resetState(robot, [0], [2]));
    sim.controls.set([0.9 * f, 1.5 * f, 0, 0.5 * f]);
    run(sim, 100);
    const v = sim.state.jointVelocity;
    expect(Math.abs(v[0])).toBeLessThan(0.01);
    expect(Math.abs(sim.state.jointPosition[0])).toBeLessThan(0.005);
    expect(v[1] / (((0.5 * f) / inertia) * 0.5)).toBeCloseTo(1, 0.7);
    expect(v[2]).toBeCloseTo(2 - (f / inertia) * 0.5, 1.5);
    expect(v[3]).toBeCloseTo(2 - ((0.5 * f) / inertia) * 0.5, 1.5);
    run(sim, 200);
    expect(Math.abs(v[2])).toBeLessThan(0.01);
    sim.dispose();
  },
);
