import { expect, test } from "vitest";
import { robotOf, run, simulate } from "./world.js";

const body = (sites: string, actuators: string, inertial = `pos="0 0 0"`) => `
  <option gravity="0 0 0"/>
  <worldbody><body name="b"><freejoint/>
    <inertial ${inertial} mass="2" diaginertia=".1 .2 .25"/>${sites}</body></worldbody>
  <actuator>${actuators}</actuator>`;

test("a thruster off the centre pushes and turns: F t / m and r × F t / I", async () => {
  const robot = await robotOf(
    body(`<site name="s" pos="0 .3 0"/>`, `<motor site="s" gear="0 0 4 0 0 0"/>`),
  );
  const sim = await simulate(robot);
  sim.controls[0] = 0.5;
  run(sim, 10);
  // F = 2 N along z at y = .3: torque .6 N m about x.
  expect(sim.state.bodyVelocity[2]).toBeCloseTo((2 / 2) * 0.05, 3);
  expect(sim.state.bodyVelocity[3]).toBeCloseTo((0.6 / 0.1) * 0.05, 2);
  sim.dispose();
});

test("the lever is measured from the centre of mass, also a shifted one", async () => {
  const robot = await robotOf(
    body(`<site name="s"/>`, `<motor site="s" gear="0 0 1 0 0 0"/>`, `pos="0 -.2 0"`),
  );
  const sim = await simulate(robot);
  sim.controls[0] = 1;
  sim.step();
  expect(sim.state.bodyVelocity[3]).toBeCloseTo((0.2 / 0.1) * 0.005, 4);
  sim.setParameter(0, "centerOfMassOffset.y", 0.2);
  const before = sim.state.bodyVelocity[3];
  sim.step();
  expect(sim.state.bodyVelocity[3]).toBeCloseTo(before, 4);
  sim.dispose();
});

test("force and torque follow the site's axes as the body turns", async () => {
  // The site's z points along the body's x; the body spins about its z at 2π rad/s.
  const robot = await robotOf(
    body(`<site name="s" quat=".5 .5 .5 .5"/>`, `<motor site="s" gear="0 0 2 0 0 0"/>`),
  );
  const sim = await simulate(robot, { physics: { substeps: 4 } });
  sim.reset(0, {
    jointPosition: new Float32Array(0),
    jointVelocity: new Float32Array(0),
    freePose: Float32Array.of(0, 0, 0, 1, 0, 0, 0),
    freeVelocity: Float32Array.of(0, 0, 0, 0, 0, 2 * Math.PI),
  });
  sim.controls[0] = 1;
  run(sim, 50);
  // ∫ (cos ωt, sin ωt) dt over a quarter turn, times F / m = 1: (1, 1) / ω.
  const quarter = 1 / (2 * Math.PI);
  expect(sim.state.bodyVelocity[0]).toBeCloseTo(quarter, 2);
  expect(sim.state.bodyVelocity[1]).toBeCloseTo(quarter, 2);
  sim.dispose();
});

test("a torque alone turns about the site's axis, and a yaw torque rides on a thrust", async () => {
  const robot = await robotOf(
    body(
      `<site name="s" pos=".1 0 0"/>`,
      `<motor site="s" gear="0 0 0 1 0 0"/><motor site="s" gear="0 0 1 0 0 .5"/>`,
    ),
  );
  const sim = await simulate(robot);
  sim.controls.set([0.3, 0]);
  run(sim, 20);
  expect(sim.state.bodyVelocity[3]).toBeCloseTo(0.3, 3);
  expect(sim.state.bodyVelocity[2]).toBeCloseTo(0, 6);
  sim.reset(0, {
    jointPosition: new Float32Array(0),
    jointVelocity: new Float32Array(0),
    freePose: Float32Array.of(0, 0, 0, 1, 0, 0, 0),
    freeVelocity: new Float32Array(6),
  });
  sim.controls.set([0, 0.2]);
  run(sim, 10);
  expect(sim.state.bodyVelocity[5]).toBeCloseTo((0.1 / 0.25) * 0.05, 4);
  expect(sim.state.bodyVelocity[4]).toBeCloseTo((-0.02 / 0.2) * 0.05, 4);
  sim.dispose();
});

test("four rotors of a quadcopter hold it in the air at a quarter of its weight each", async () => {
  const rotor = (name: string, x: number, y: number) => `<site name="${name}" pos="${x} ${y} 0"/>`;
  const motor = (name: string, spin: number) =>
    `<motor site="${name}" gear="0 0 1 0 0 ${0.025 * spin}" ctrlrange="0 .15"/>`;
  const robot = await robotOf(`<worldbody><body name="b" pos="0 0 1"><freejoint/>
      <inertial pos="0 0 0" mass=".027" diaginertia="1.4e-5 1.4e-5 2.2e-5"/>
      ${rotor("r1", 0.028, 0.028)}${rotor("r2", -0.028, 0.028)}${rotor("r3", -0.028, -0.028)}${rotor("r4", 0.028, -0.028)}
    </body></worldbody><actuator>${motor("r1", 1)}${motor("r2", -1)}${motor("r3", 1)}${motor("r4", -1)}</actuator>`);
  const sim = await simulate(robot, { numEnvs: 2 });
  sim.controls.fill((0.027 * 9.81) / 4);
  sim.setParameter(1, "motorStrength", 1.1);
  run(sim, 200);
  expect(sim.state.bodyPose[2]).toBeCloseTo(1, 2);
  expect(sim.state.bodyPose[3]).toBeCloseTo(1, 5);
  // A tenth more thrust lifts it at g / 10; controls beyond the range are cut to it.
  expect(sim.state.bodyVelocity[6 + 2]).toBeCloseTo(0.981, 2);
  sim.controls.fill(7);
  sim.step();
  const gained = (4 * 0.15) / 0.027 - 9.81;
  expect(sim.state.bodyVelocity[2]).toBeCloseTo(gained * 0.005, 2);
  sim.dispose();
});

test("a thruster on a link of a robot drives its joints, beside a joint's own motor", async () => {
  const robot = await robotOf(`<option gravity="0 0 0"/>
    <worldbody><body name="arm"><joint name="j" axis="0 0 1"/>
      <inertial pos="0 0 0" mass="1" diaginertia=".1 .1 .1"/><site name="tip" pos=".5 0 0"/></body></worldbody>
    <actuator><motor joint="j"/><motor site="tip" gear="0 1 0 0 0 0"/></actuator>`);
  const sim = await simulate(robot);
  sim.controls.set([0.1, 0.4]);
  run(sim, 20);
  expect(sim.state.jointVelocity[0]).toBeCloseTo((0.1 + 0.4 * 0.5) / 0.1 / 10, 2);
  expect(sim.state.jointEffort[0]).toBeCloseTo(0.1, 6);
  sim.dispose();
});

test("a thrust that is no number is refused, naming the actuator", async () => {
  const robot = await robotOf(
    body(`<site name="s"/>`, `<motor name="jet" site="s" gear="0 0 1"/>`),
  );
  const sim = await simulate(robot);
  sim.controls[0] = Number.NaN;
  expect(() => sim.step()).toThrowError(/actuator "jet" is NaN/);
  sim.dispose();
});
