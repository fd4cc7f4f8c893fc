import { expect, test } from "vitest";
import { floatingBase, freeBodies } from "../../src/robot/free-bodies.js";
import { resetState, robotOf, run, simulate } from "./world.js";

const floor = `<geom name="floor" type="plane" size="0 0 1"/>`;
/** A hand that is fixed, with a finger, and a cube. */
const hand = `<worldbody>${floor}
  <body name="cube" pos="0 0 1"><freejoint/><geom name="cube" type="box" size=".05 .05 .05" mass=".1"/></body>
  <body name="palm" pos="0 0 .5"><geom name="palm" type="box" size=".2 .2 .02" mass="1"/>
    <body name="finger" pos=".3 0 0"><joint name="bend" axis="0 1 0"/>
      <geom name="finger" type="capsule" fromto="0 0 0 .1 0 0" size=".01" mass=".05"/></body></body></worldbody>
  <actuator><motor joint="bend"/></actuator>`;
/** A floating robot with an arm, listed between two loose things. */
const juggler = `<worldbody>${floor}
  <body name="ball" pos="2 0 1"><freejoint/><geom name="ball" size=".1" mass=".5"/></body>
  <body name="trunk" pos="0 0 1"><freejoint/><geom name="trunk" type="box" size=".2 .2 .1" mass="5"/>
    <body name="arm" pos=".3 0 0"><joint name="swing" axis="0 1 0"/>
      <geom name="arm" type="capsule" fromto="0 0 0 .2 0 0" size=".02" mass=".3"/></body></body>
  <body name="brick" pos="0 2 1"><freejoint/><geom name="brick" type="box" size=".1 .1 .1" mass="1"/></body></worldbody>
  <actuator><motor joint="swing"/></actuator>
  <keyframe><key qpos="2 0 1 1 0 0 0  0 0 1 1 0 0 0 .3  0 2 1 1 0 0 0"/></keyframe>`;
const loose = `<worldbody>${floor}
  <body name="a" pos="0 0 1"><freejoint/><geom name="a" size=".1" mass="1"/></body>
  <body name="b" pos="0 1 1"><freejoint/><geom name="b" size=".1" mass="2"/></body></worldbody>`;

test("the base is the free body that the robot moves; what is neither jointed nor driven is an object", async () => {
  const of = async (xml: string) => {
    const robot = await robotOf(xml);
    return [floatingBase(robot)?.name, freeBodies(robot).map(({ name, object }) => [name, object])];
  };
  expect(await of(hand)).toEqual([undefined, [["cube", true]]]);
  expect(await of(juggler)).toEqual([
    "trunk",
    [
      ["ball", true],
      ["trunk", false],
      ["brick", true],
    ],
  ]);
  expect(await of(loose)).toEqual([
    "a",
    [
      ["a", false],
      ["b", true],
    ],
  ]);
  const drone = loose
    .replace(`name="b" size`, `name="b2" size`)
    .replace(`<geom name="b2"`, `<site name="rotor"/><geom name="b2"`);
  expect(await of(`${drone}<actuator><motor site="rotor" gear="0 0 1 0 0 0"/></actuator>`)).toEqual(
    [
      "b",
      [
        ["a", true],
        ["b", false],
      ],
    ],
  );
});

test("a keyframe's numbers for a free body begin where freeBodies says", async () => {
  const robot = await robotOf(juggler);
  expect(freeBodies(robot).map(({ qpos }) => robot.keyframes[0].qpos[qpos])).toEqual([2, 0, 0]);
});

test("a reset puts every free body where it is told, moving as it is told", async () => {
  const robot = await robotOf(juggler);
  const sim = await simulate(robot, { numEnvs: 2 });
  const s = Math.SQRT1_2;
  const pose = [1, 2, 3, s, 0, 0, s, 4, 5, 6, 1, 0, 0, 0, -7, 8, 9, s, s, 0, 0];
  const velocity = Array.from({ length: 18 }, (_, i) => 0.1 * i - 0.8);
  sim.reset(1, resetState(robot, [0.4], [-1], { pose, velocity }));
  const bodies = robot.bodies.length;
  for (const [i, { body }] of freeBodies(robot).entries()) {
    for (let k = 0; k < 7; k++) {
      expect(sim.state.bodyPose[7 * (bodies + body) + k]).toBeCloseTo(pose[7 * i + k], 5);
    }
    for (let k = 0; k < 6; k++) {
      expect(sim.state.bodyVelocity[6 * (bodies + body) + k]).toBeCloseTo(velocity[6 * i + k], 5);
    }
  }
  expect(sim.state.jointPosition[1]).toBeCloseTo(0.4, 5);
  expect(sim.state.bodyPose[7 * freeBodies(robot)[0].body]).toBe(2);
  sim.dispose();
});

test("a cube falls onto a fixed hand and rests there, its weight on the palm", async () => {
  const robot = await robotOf(hand);
  const sim = await simulate(robot, {
    numEnvs: 3,
    contactGeoms: ["cube"],
    controlDtSeconds: 0.02,
    physics: { substeps: 4 },
  });
  run(sim, 100);
  const bodies = robot.bodies.length;
  for (let env = 0; env < 3; env++) {
    const cube = 7 * (env * bodies + robot.bodies.findIndex(({ name }) => name === "cube"));
    expect(sim.state.bodyPose[cube + 2]).toBeCloseTo(0.57, 2);
    expect(Math.hypot(sim.state.bodyPose[cube], sim.state.bodyPose[cube + 1])).toBeLessThan(0.01);
    expect(sim.state.contactForce[3 * env + 2]).toBeCloseTo(0.981, 1);
  }
  sim.dispose();
});

test("mass factors tell robot and objects apart; a payload is the robot's", async () => {
  const robot = await robotOf(juggler.replace(/<geom name="floor"[^>]*>/, ""));
  const sim = await simulate(robot);
  const pose = [2, 0, 1, 1, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 2, 1, 1, 0, 0, 0];
  /** Weight at height 1 m: m g. */
  const weigh = () => {
    sim.step();
    sim.reset(0, resetState(robot, [], [], { pose }));
    return sim.watch!.energyJoules(0) / 9.81;
  };
  expect(weigh()).toBeCloseTo(5.3 + 1.5, 4);
  sim.setParameter(0, "objectMassFactor", 2);
  expect(weigh()).toBeCloseTo(5.3 + 3, 4);
  sim.setParameter(0, "massFactor", 2);
  sim.setParameter(0, "payloadKg", 1);
  expect(weigh()).toBeCloseTo(10.6 + 1 + 3, 4);
  sim.dispose();
});

test("a push moves the body it names and no other", async () => {
  const robot = await robotOf(juggler);
  const sim = await simulate(robot);
  const brick = robot.bodies.findIndex(({ name }) => name === "brick");
  sim.push(0, brick, [1, 0, 0]);
  const speeds = robot.bodies.map((_, body) => sim.state.bodyVelocity[6 * body]);
  speeds.forEach((speed, body) => {
    expect(speed).toBeCloseTo(body === brick ? 1 : 0, 6);
  });
  sim.dispose();
});

test("a body whose gravity is compensated floats, whatever the gravity", async () => {
  const robot = await robotOf(`<worldbody>
    <body name="arm" gravcomp="1"><joint name="j" axis="0 1 0"/>
      <geom type="capsule" fromto="0 0 0 .5 0 0" size=".02" mass="1"/>
      <body name="hand" pos=".5 0 0"><joint name="k" axis="0 1 0"/><geom size=".05" mass=".2"/></body></body>
    <body name="stone" pos="0 2 1" gravcomp=".5"><freejoint/><geom size=".1" mass="1"/></body></worldbody>`);
  expect(robot.bodies.map((body) => body.gravityCompensation)).toEqual([1, 0, 0.5]);
  const sim = await simulate(robot, { numEnvs: 2 });
  sim.setParameter(1, "gravityScale", 2);
  run(sim, 20);
  const { bodyVelocity } = sim.state;
  expect(bodyVelocity[6 * 2 + 2]).toBeCloseTo(-0.5 * 9.81 * 0.1, 3);
  expect(bodyVelocity[6 * 5 + 2]).toBeCloseTo(-9.81 * 0.1, 3);
  sim.dispose();
  const bare =
    await robotOf(`<worldbody><body name="arm" gravcomp="1"><joint name="j" axis="0 1 0"/>
    <geom type="capsule" fromto="0 0 0 .5 0 0" size=".02" mass="1"/></body></worldbody>`);
  const floating = await simulate(bare);
  run(floating, 100);
  expect(floating.state.jointPosition[0]).toBeCloseTo(0, 6);
  floating.dispose();
});
