import { expect, test } from "vitest";
import type { ContactPoints } from "../../src/sim/simulator.js";
import { pendulum, resetState, robotOf, run, simulate, underTest } from "./world.js";

const free = `
  <option gravity="0 0 0"/>
  <worldbody><body name="b" pos="0 0 1"><freejoint/>
    <inertial pos="0 -.2 0" mass="2" diaginertia=".1 .2 .25"/></body></worldbody>`;
const box = `
  <worldbody><geom type="plane" size="0 0 1"/>
    <body name="box" pos="0 0 .1"><freejoint/>
      <geom type="box" size=".2 .1 .1" mass="3"/></body></worldbody>`;

const contactList = (room: number): ContactPoints => ({
  count: 0,
  env: new Uint16Array(room),
  body: new Uint16Array(room),
  point: new Float32Array(3 * room),
  force: new Float32Array(3 * room),
});

test("a pull gives a body F t / m and r × F t / I for one control step, and then is gone", async () => {
  const sim = await simulate(await robotOf(free), { physics: { substeps: 4 } });
  // At x = 0.3 of the centre of mass, along z: −0.3 · 4 N m about y.
  sim.pull(0, 0, [0, 0, 4], [0.3, -0.2, 1]);
  sim.step();
  const { bodyVelocity } = sim.state;
  expect(bodyVelocity[4]).toBeCloseTo((-1.2 / 0.2) * 0.005, 4);
  // Of the body's origin, 0.2 m from the centre along y, about which it does not turn.
  expect(bodyVelocity[2]).toBeCloseTo((4 / 2) * 0.005, 4);
  sim.step();
  expect(bodyVelocity[2]).toBeCloseTo((4 / 2) * 0.005, 4);
  expect(bodyVelocity[4]).toBeCloseTo((-1.2 / 0.2) * 0.005, 3);
  sim.dispose();
});

test("two pulls add up, in their own environment alone", async () => {
  const sim = await simulate(await robotOf(free), { numEnvs: 2 });
  sim.pull(1, 0, [2, 0, 0], [0, -0.2, 1]);
  sim.pull(1, 0, [2, 0, 0], [0, -0.2, 1]);
  sim.step();
  expect(sim.state.bodyVelocity[0]).toBe(0);
  expect(sim.state.bodyVelocity[6]).toBeCloseTo((4 / 2) * 0.005, 4);
  sim.dispose();
});

test("a pull at a jointed body turns its joint", async () => {
  const robot = await robotOf(`<option gravity="0 0 0"/>${pendulum}`);
  const sim = await simulate(robot);
  sim.pull(0, 0, [1, 0, 0], [0, 0, 1]);
  sim.step();
  // One metre below the hinge: torque −1 N m about y, inertia .1 + 2 · 1².
  expect(sim.state.jointVelocity[0]).toBeCloseTo((-1 / 2.1) * 0.005, 4);
  sim.dispose();
});

test("a box at rest touches at its lower corners and the forces carry its weight", async () => {
  const sim = await simulate(await robotOf(box));
  run(sim, 100);
  const contacts = contactList(16);
  sim.readContacts(0, contacts);
  expect(contacts.count).toBe(4);
  let weight = 0;
  for (let i = 0; i < 4; i++) {
    expect(contacts.body[i]).toBe(0);
    expect(Math.abs(contacts.point[3 * i])).toBeCloseTo(0.2, 2);
    expect(Math.abs(contacts.point[3 * i + 1])).toBeCloseTo(0.1, 2);
    expect(Math.abs(contacts.point[3 * i + 2])).toBeLessThan(0.01);
    weight += contacts.force[3 * i + 2];
  }
  expect(weight).toBeGreaterThan(3 * 9.81 * 0.97);
  expect(weight).toBeLessThan(3 * 9.81 * 1.03);
  sim.dispose();
});

test("looking at contacts changes nothing, and a full list is not overrun", async () => {
  const robot = await robotOf(box);
  const watched = await simulate(robot);
  const left = await simulate(robot);
  for (const sim of [watched, left]) {
    sim.reset(0, resetState(robot, [], [], { pose: [0, 0, 0.3, 0.95, 0.2, 0.1, 0] }));
  }
  for (let i = 0; i < 150; i++) {
    const few = contactList(3);
    watched.step();
    watched.readContacts(0, few);
    expect(few.count).toBeLessThanOrEqual(3);
    left.step();
  }
  expect(watched.state.bodyPose).toEqual(left.state.bodyPose);
  expect(underTest.engine).toBe(watched.engine);
  watched.dispose();
  left.dispose();
});
