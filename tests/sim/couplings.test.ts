import { describe, expect, test } from "vitest";
import { resetState, robotOf, run, simulate } from "./world.js";

/** Two hinges or slides side by side on the world, of inertia or mass .1 and .2. */
const pair = (type: string, more: string, joints = "") => `<option gravity="0 0 0"/>
  <worldbody>
    <body name="a"><joint name="j1" type="${type}" axis="0 0 1" ${joints}/><inertial pos="0 0 0" mass=".1" diaginertia=".1 .1 .1"/></body>
    <body name="b" pos="1 0 0"><joint name="j2" type="${type}" axis="0 0 1" ${joints}/><inertial pos="0 0 0" mass=".2" diaginertia=".2 .2 .2"/></body>
  </worldbody>${more}`;
const tendon = (inside: string, range = "") =>
  `<tendon><fixed name="t" ${range}>${inside}</fixed></tendon>`;
const both = `<joint joint="j1" coef="1"/><joint joint="j2" coef="1"/>`;

describe("a fixed tendon", () => {
  test("hands a motor's effort to its joints by their coefficients", async () => {
    const robot = await robotOf(
      pair(
        "hinge",
        `${tendon(`<joint joint="j1" coef="1"/><joint joint="j2" coef="-2"/>`)}
         <actuator><motor name="pull" tendon="t" gear="3"/></actuator>`,
      ),
    );
    const sim = await simulate(robot, { numEnvs: 2 });
    sim.controls.fill(0.1);
    sim.setParameter(1, "motorStrength", 0.5);
    run(sim, 20);
    expect(sim.state.jointVelocity[0]).toBeCloseTo((0.3 / 0.1) * 0.1, 3);
    expect(sim.state.jointVelocity[1]).toBeCloseTo((-0.6 / 0.2) * 0.1, 3);
    expect(sim.state.jointVelocity[2]).toBeCloseTo(0.15, 3);
    expect(sim.state.jointEffort[0]).toBeCloseTo(0.3, 5);
    expect(sim.state.jointEffort[1]).toBeCloseTo(-0.6, 5);
    sim.dispose();
  });

  test("is drawn to its target length, each joint by its inertia", async () => {
    const robot = await robotOf(
      pair("hinge", `${tendon(both)}<actuator><position tendon="t" kp="4" kv="1"/></actuator>`),
    );
    const sim = await simulate(robot, { controlDtSeconds: 1 / 60, physics: { substeps: 4 } });
    sim.controls[0] = 1.2;
    run(sim, 300);
    const [q1, q2] = sim.state.jointPosition;
    expect(q1 + q2).toBeCloseTo(1.2, 3);
    // The same effort on both from rest: angles as 1 / inertia.
    expect(Math.abs(q1 / q2 - 2)).toBeLessThan(0.1);
    sim.dispose();
  });

  test("is stable at any gain and step, and blocked joints leave the way to the other", async () => {
    const robot = await robotOf(
      pair(
        "hinge",
        `${tendon(both)}<actuator><position tendon="t" kp="5000" kv="50" forcerange="-30 20"/></actuator>`,
        `damping=".2" range="0 45"`,
      ),
    );
    // A joint's limit is soft in MuJoCo and wants more steps.
    const physics = { mujocoSubsteps: 4 };
    const sim = await simulate(robot, { controlDtSeconds: 1 / 60, physics });
    sim.controls[0] = 1.3;
    run(sim, 480);
    const [q1, q2] = sim.state.jointPosition;
    expect(q1 + q2).toBeCloseTo(1.3, 2);
    expect(q1).toBeLessThan(Math.PI / 4 + 0.01);
    expect(q2).toBeGreaterThan(0.5);
    expect(Math.abs(sim.state.jointVelocity[0])).toBeLessThan(1e-2);
    sim.dispose();
  });

  test("pulls no harder than its effort range, also an uneven one", async () => {
    const robot = await robotOf(
      pair(
        "slide",
        `${tendon(both)}<actuator><position tendon="t" kp="1000" forcerange="-1 3"/></actuator>`,
      ),
    );
    const sim = await simulate(robot);
    for (const [target, force] of [
      [50, 3],
      [-50, -1],
    ]) {
      sim.reset(0, resetState(robot));
      sim.controls[0] = target;
      run(sim, 10);
      expect(sim.state.jointEffort[0]).toBeCloseTo(force, 5);
      expect(sim.state.jointVelocity[0] / ((force / 0.1) * 0.05)).toBeCloseTo(1, 1);
      expect(sim.state.jointVelocity[1] / ((force / 0.2) * 0.05)).toBeCloseTo(1, 1);
    }
    sim.dispose();
  });

  test("holds the sum of its joints within its range", async () => {
    const robot = await robotOf(
      pair(
        "hinge",
        `${tendon(both, `range="-.5 1"`)}<actuator><motor joint="j1"/><motor joint="j2"/></actuator>`,
        `damping=".05"`,
      ),
    );
    const sim = await simulate(robot, { controlDtSeconds: 0.01, physics: { substeps: 2 } });
    sim.controls.set([0.3, 0.3]);
    for (let i = 0; i < 400; i++) {
      sim.step();
      expect(sim.state.jointPosition[0] + sim.state.jointPosition[1]).toBeLessThan(1.15);
    }
    expect(sim.state.jointPosition[0] + sim.state.jointPosition[1]).toBeCloseTo(1, 1);
    sim.reset(0, resetState(robot));
    sim.controls.set([-0.3, -0.3]);
    run(sim, 400);
    expect(sim.state.jointPosition[0] + sim.state.jointPosition[1]).toBeCloseTo(-0.5, 1);
    sim.dispose();
  });
});

describe("a joint equality", () => {
  const coupled = (type: string, more = "", polycoef = "0 2 0 0 0") =>
    pair(
      type,
      `<equality><joint joint1="j2" joint2="j1" polycoef="${polycoef}"/></equality>${more}`,
    );

  test("makes two joints move as one, of their common inertia", async () => {
    const robot = await robotOf(coupled("hinge", `<actuator><motor joint="j1"/></actuator>`));
    const sim = await simulate(robot, { physics: { substeps: 2 } });
    sim.controls[0] = 0.9;
    run(sim, 100);
    // q2 = 2 q1: inertia felt at joint 1 is .1 + 4 × .2.
    expect(sim.state.jointVelocity[0]).toBeCloseTo((0.9 / 0.9) * 0.5, 1);
    expect(sim.state.jointVelocity[1]).toBeCloseTo(2 * sim.state.jointVelocity[0], 2);
    expect(sim.state.jointPosition[1]).toBeCloseTo(2 * sim.state.jointPosition[0], 2);
    sim.dispose();
  });

  test("shares a lasting load: forces against each other cancel through it", async () => {
    const robot = await robotOf(
      coupled("slide", `<actuator><motor joint="j1"/><motor joint="j2"/></actuator>`),
    );
    const sim = await simulate(robot, { physics: { substeps: 2 } });
    // q2 = 2 q1: F on joint 2 does twice the work of F on joint 1.
    sim.controls.set([-6, 3]);
    run(sim, 400);
    expect(sim.state.jointPosition[0]).toBeCloseTo(0, 2);
    expect(sim.state.jointPosition[1]).toBeCloseTo(0, 2);
    expect(Math.abs(sim.state.jointVelocity[1])).toBeLessThan(1e-3);
    sim.dispose();
  });

  test("holds its offset, from a start that does not fit", async () => {
    const robot = await robotOf(coupled("slide", "", ".3 -1 0 0 0"));
    const sim = await simulate(robot, { controlDtSeconds: 1 / 60, numEnvs: 2 });
    sim.reset(1, resetState(robot, [0.2, 0.25]));
    run(sim, 120);
    for (const env of [0, 1]) {
      const [q1, q2] = sim.state.jointPosition.subarray(2 * env, 2 * env + 2);
      expect(q2).toBeCloseTo(0.3 - q1, 2);
    }
    sim.dispose();
  });

  test("holds a single joint still", async () => {
    const robot = await robotOf(
      pair(
        "hinge",
        `<equality><joint joint1="j1" polycoef=".2 0 0 0 0"/></equality><actuator><motor joint="j1"/></actuator>`,
      ),
    );
    const sim = await simulate(robot);
    sim.controls[0] = 1;
    run(sim, 300);
    expect(sim.state.jointPosition[0]).toBeCloseTo(0.2, 3);
    sim.dispose();
  });

  test("lets two fingers grip with the same force on each side, moved by one drive", async () => {
    // As on a parallel gripper: one tendon drives the mean opening, the fingers mirror each other.
    const finger = (name: string, yaw: number) => `<body name="${name}" euler="0 0 ${yaw}">
      <joint name="${name}" type="slide" axis="0 1 0" range="0 .04" armature=".1" damping="10"/>
      <geom name="${name}" type="box" size=".01 .005 .02" pos="0 .005 .02" mass=".015" friction="1 0 0"/></body>`;
    const robot =
      await robotOf(`<option gravity="0 0 0"/><worldbody>${finger("left", 0)}${finger("right", 180)}
      <body name="block" pos="0 .004 .02"><freejoint/><geom name="block" type="box" size=".008 .012 .015" mass=".5"/></body></worldbody>
      <tendon><fixed name="split"><joint joint="left" coef=".5"/><joint joint="right" coef=".5"/></fixed></tendon>
      <equality><joint joint1="left" joint2="right"/></equality>
      <actuator><position name="grip" tendon="split" kp="1000" kv="50" ctrlrange="0 .04" forcerange="-40 40"/></actuator>
      <keyframe><key qpos=".04 .04 0 .004 .02 1 0 0 0" ctrl="0"/></keyframe>`);
    const sim = await simulate(robot, {
      controlDtSeconds: 1 / 60,
      contactGeoms: ["left", "right"],
      physics: { substeps: 4 },
    });
    sim.reset(0, resetState(robot, [0.04, 0.04], [], { pose: [0, 0.004, 0.02, 1, 0, 0, 0] }));
    run(sim, 120);
    const [left, right] = sim.state.jointPosition;
    expect(Math.abs(left - right)).toBeLessThan(5e-4);
    // Half of kp (0 − .012) each, and the block is drawn to the middle.
    expect(left).toBeGreaterThan(0.009);
    expect(left).toBeLessThan(0.012);
    expect(sim.state.jointEffort[0]).toBeCloseTo(-500 * left, 0);
    expect(sim.state.contactForce[1] + sim.state.contactForce[4]).toBeCloseTo(0, 1);
    const block = robot.bodies.findIndex(({ name }) => name === "block");
    expect(Math.abs(sim.state.bodyPose[7 * block + 1])).toBeLessThan(1e-3);
    sim.dispose();
  });
});

test("a coupled robot is saved and loaded to the bit", async () => {
  const robot = await robotOf(
    pair(
      "hinge",
      `<equality><joint joint1="j2" joint2="j1" polycoef="0 2 0 0 0"/></equality><actuator><motor joint="j1"/></actuator>`,
    ),
  );
  const sim = await simulate(robot, { physics: { substeps: 3 } });
  sim.controls[0] = 0.4;
  run(sim, 7);
  const saved = sim.save();
  run(sim, 9);
  const expected = Array.from(sim.state.jointPosition);
  sim.load(saved);
  run(sim, 9);
  expect(Array.from(sim.state.jointPosition)).toEqual(expected);
  sim.dispose();
});
