import { describe, expect, test } from "vitest";
import type { ParameterName, Simulator } from "../../src/sim/simulator.js";
import { pendulum, resetState, robotOf, run, simulate, underTest } from "./world.js";

const rapier = underTest.engine === "rapier";

const slider = `
  <option gravity="0 0 0"/>
  <worldbody>
    <body name="block"><joint name="j" type="slide" axis="1 0 0" damping=".5"/>
      <inertial pos="0 0 0" mass="2" diaginertia=".1 .1 .1"/></body>
  </worldbody>
  <actuator><motor joint="j"/></actuator>`;

const spinner = (attributes: string, actuator: string) => `
  <option gravity="0 0 0"/>
  <worldbody>
    <body name="wheel"><joint name="j" axis="0 0 1" ${attributes}/>
      <inertial pos=".2 0 0" mass="1" diaginertia=".1 .1 .1"/></body>
  </worldbody>
  <actuator>${actuator}</actuator>`;

const boxOnFloor = `
  <worldbody>
    <geom type="plane" size="0 0 1" friction=".8 .005 .0001"/>
    <body name="box" pos="0 0 .1"><freejoint/>
      <geom name="box" type="box" size=".2 .2 .1" mass="3" friction=".5 .005 .0001"/></body>
  </worldbody>`;

/** Two environments, the second with one parameter changed. */
async function pair(xml: string, name: ParameterName, value: number): Promise<Simulator> {
  const sim = await simulate(await robotOf(xml), { numEnvs: 2, contactGeoms: [] });
  sim.setParameter(1, name, value);
  return sim;
}

describe("a parameter acts on its environment alone", () => {
  test("massFactor divides the acceleration", async () => {
    const sim = await pair(slider.replace(' damping=".5"', ""), "massFactor", 2);
    sim.controls.fill(4);
    run(sim, 100);
    expect(sim.state.jointVelocity[0]).toBeCloseTo(1, 4);
    expect(sim.state.jointVelocity[1]).toBeCloseTo(0.5, 4);
    sim.dispose();
  });

  test("payloadKg adds to the base", async () => {
    const sim = await pair(slider.replace(' damping=".5"', ""), "payloadKg", 6);
    sim.controls.fill(4);
    run(sim, 100);
    expect(sim.state.jointVelocity[1]).toBeCloseTo(0.25, 4);
    sim.dispose();
  });

  test("a payload that leaves no mass is refused", async () => {
    const sim = await pair(slider, "payloadKg", -2);
    expect(() => sim.step()).toThrowError(/would weigh 0 kg/);
    sim.dispose();
  });

  test.each([
    ["x", ".2 0 0", "0 0 1"],
    ["y", "0 .2 0", "1 0 0"],
    ["z", "0 0 .2", "0 1 0"],
  ] as const)(
    "centerOfMassOffset.%s moves the centre: a wheel's inertia about its axis grows as m r²",
    async (axis, place, hinge) => {
      const xml = spinner("", `<motor joint="j"/>`)
        .replace('pos=".2 0 0"', `pos="${place}"`)
        .replace('axis="0 0 1"', `axis="${hinge}"`);
      const sim = await pair(xml, `centerOfMassOffset.${axis}`, 0.3);
      sim.controls.fill(1);
      run(sim, 20);
      expect(sim.state.jointVelocity[0]).toBeCloseTo(0.1 / (0.1 + 0.04), 2);
      expect(sim.state.jointVelocity[1]).toBeCloseTo(0.1 / (0.1 + 0.25), 2);
      sim.dispose();
    },
  );

  test("changing the centre of mass leaves a body's motion as it was", async () => {
    const robot = await robotOf(boxOnFloor);
    const sim = await simulate(robot);
    const velocity = [1, 2, 3, 0.5, -1, 2];
    sim.reset(0, resetState(robot, [], [], { pose: [0, 0, 5, 1, 0, 0, 0], velocity }));
    sim.setParameter(0, "centerOfMassOffset.y", 0.1);
    sim.setParameter(0, "gravityScale", 0);
    sim.save();
    sim.push(0, 0, [0, 0, 0]);
    for (let k = 0; k < 6; k++) expect(sim.state.bodyVelocity[k]).toBeCloseTo(velocity[k], 5);
    sim.dispose();
  });

  test("friction replaces what the geoms have, up and down", async () => {
    const robot = await robotOf(boxOnFloor);
    const sim = await simulate(robot, { numEnvs: 3 });
    sim.setParameter(1, "friction", 0.2);
    sim.setParameter(2, "friction", 1);
    const pose = [0, 0, 0.1, 1, 0, 0, 0];
    for (let env = 0; env < 3; env++) {
      sim.reset(env, resetState(robot, [], [], { pose, velocity: [5, 0, 0, 0, 0, 0] }));
    }
    run(sim, 80);
    [0.8, 0.2, 1].forEach((mu, env) => {
      // At this speed MuJoCo's soft contacts make a box hop.
      const off = Math.abs(sim.state.bodyVelocity[6 * env] - (5 - mu * 9.81 * 0.4));
      expect(off).toBeLessThan(rapier ? 0.05 : 0.4);
    });
    sim.dispose();
  });

  test("restitution makes a box bounce", async () => {
    const robot = await robotOf(boxOnFloor);
    const sim = await simulate(robot, { numEnvs: 2 });
    sim.setParameter(1, "restitution", 0.8);
    for (let env = 0; env < 2; env++) {
      sim.reset(env, resetState(robot, [], [], { pose: [0, 0, 1, 1, 0, 0, 0] }));
    }
    const highest = [0, 0];
    for (let i = 0; i < 200; i++) {
      sim.step();
      if (i < 100) continue;
      for (let env = 0; env < 2; env++) {
        highest[env] = Math.max(highest[env], sim.state.bodyPose[7 * env + 2]);
      }
    }
    expect(highest[0]).toBeLessThan(0.12);
    // Rapier's contacts are soft: less than the e² of the drop that a rigid one would give back.
    expect(highest[1]).toBeGreaterThan(0.1 + 0.9 * 0.64 * 0.5);
    expect(highest[1]).toBeLessThan(0.1 + 0.9 * (rapier ? 0.64 : 0.67));
    sim.dispose();
  });

  test("gravityScale scales free fall", async () => {
    const robot = await robotOf(boxOnFloor);
    const sim = await simulate(robot, { numEnvs: 2 });
    sim.setParameter(1, "gravityScale", 0.5);
    for (let env = 0; env < 2; env++) {
      sim.reset(env, resetState(robot, [], [], { pose: [0, 0, 9, 1, 0, 0, 0] }));
    }
    run(sim, 100);
    expect(sim.state.bodyVelocity[2]).toBeCloseTo(-4.905, 3);
    expect(sim.state.bodyVelocity[8]).toBeCloseTo(-2.4525, 3);
    sim.dispose();
  });

  test("kpFactor and kdFactor scale a drive's gains", async () => {
    const position = `<position joint="j" kp="2" kv="0"/>`;
    const stiff = await pair(spinner("", position), "kpFactor", 1.5);
    stiff.controls.fill(1);
    run(stiff, 10);
    expect(stiff.state.jointVelocity[1] / stiff.state.jointVelocity[0]).toBeCloseTo(1.5, 1);
    stiff.dispose();
    const damped = await pair(spinner("", `<velocity joint="j" kv=".5"/>`), "kdFactor", 2);
    damped.controls.fill(1);
    run(damped, 4);
    // ω = 1 − e^(−kv t / I), I = .14.
    expect(damped.state.jointVelocity[0]).toBeCloseTo(1 - Math.exp(-0.01 / 0.14), 2);
    expect(damped.state.jointVelocity[1]).toBeCloseTo(1 - Math.exp(-0.02 / 0.14), 2);
    damped.dispose();
  });

  test("motorStrength scales what actuators deliver, their limits included", async () => {
    const motor = await pair(slider.replace(' damping=".5"', ""), "motorStrength", 0.5);
    motor.controls.fill(4);
    run(motor, 100);
    expect(motor.state.jointVelocity[1]).toBeCloseTo(0.5, 4);
    expect(motor.state.jointEffort[1]).toBeCloseTo(2, 6);
    motor.dispose();
    const servo = await pair(
      spinner("", `<position joint="j" kp="100" kv="0" forcerange="-.4 .4"/>`),
      "motorStrength",
      0.5,
    );
    servo.controls.fill(3);
    run(servo, 20);
    expect(servo.state.jointVelocity[0]).toBeCloseTo(0.04 / 0.14, 2);
    expect(servo.state.jointVelocity[1]).toBeCloseTo(0.02 / 0.14, 2);
    servo.dispose();
  });

  test("jointDampingFactor sets the terminal speed", async () => {
    const sim = await pair(slider, "jointDampingFactor", 4);
    sim.controls.fill(1);
    run(sim, 6000);
    expect(sim.state.jointVelocity[0]).toBeCloseTo(2, 2);
    expect(sim.state.jointVelocity[1]).toBeCloseTo(0.5, 2);
    sim.dispose();
  });

  test("armatureFactor scales the rotor inertia", async () => {
    const sim = await pair(spinner(`armature=".2"`, `<motor joint="j"/>`), "armatureFactor", 3);
    sim.controls.fill(1);
    run(sim, 20);
    expect(sim.state.jointVelocity[0]).toBeCloseTo(0.1 / 0.34, 2);
    expect(sim.state.jointVelocity[1]).toBeCloseTo(0.1 / 0.74, 2);
    sim.dispose();
  });
});

test("armature turns with the joint about its axis only", async () => {
  const sim = await simulate(await robotOf(pendulum.replace("<joint", `<joint armature=".5"`)));
  sim.reset(0, resetState(sim.robot, [0.05]));
  let steps = 0;
  while (sim.state.jointPosition[0] > 0) {
    sim.step();
    steps++;
  }
  const quarter = (Math.PI / 2) * Math.sqrt((0.1 + 2 + 0.5) / (2 * 9.81));
  expect(steps * 0.005).toBeCloseTo(quarter, 1.9);
  sim.dispose();
});

test("values that make no sense are refused by name", async () => {
  const sim = await simulate(await robotOf(slider));
  expect(() => sim.setParameter(0, "massFactor", 0)).toThrowError(/massFactor cannot be 0/);
  expect(() => sim.setParameter(0, "friction", Number.NaN)).toThrowError(/friction cannot be NaN/);
  expect(() => sim.setParameter(0, "colour" as ParameterName, 1)).toThrowError(/no parameter/);
  sim.dispose();
});

test.runIf(rapier)("friction per environment needs one friction for the ground", async () => {
  const two = boxOnFloor.replace(
    "<body",
    `<geom type="box" size="1 1 .1" pos="3 0 0" friction=".1 .005 .0001"/><body`,
  );
  const sim = await simulate(await robotOf(two));
  expect(() => sim.setParameter(0, "friction", 0.5)).toThrowError(/differ in friction/);
  sim.dispose();
});

test("a push on a part of what floats moves all of it, and its parts not against each other", async () => {
  const robot = await robotOf(`<option gravity="0 0 0"/><worldbody><body name="trunk"><freejoint/>
    <inertial pos="0 0 0" mass="2" diaginertia=".1 .1 .1"/>
    <body name="arm" pos=".3 0 0"><joint name="j" axis="0 1 0"/>
      <inertial pos=".2 0 0" mass="3" diaginertia=".1 .1 .1"/></body></body></worldbody>`);
  const sim = await simulate(robot);
  for (const body of [0, 1]) {
    sim.reset(0, resetState(robot));
    sim.push(0, body, [0.5, 0, 1]);
    run(sim, 20);
    expect(sim.state.bodyVelocity[0]).toBeCloseTo(0.5, 4);
    expect(sim.state.bodyVelocity[2]).toBeCloseTo(1, 4);
    expect(sim.state.jointVelocity[0]).toBeCloseTo(0, 4);
  }
  sim.dispose();
});

test("a push on what hangs on the world gives it the impulse", async () => {
  const sim = await simulate(await robotOf(pendulum), { controlDtSeconds: 0.001 });
  sim.push(0, 0, [1, 0, 0]);
  sim.step();
  // A hinge at the origin, 2 kg at 1 m below: ω = −r m Δv / (I + m r²).
  expect(sim.state.jointVelocity[0]).toBeCloseTo(-2 / 2.1, 2);
  sim.dispose();
});

test("a push adds to a body's velocity and to nobody else's", async () => {
  const robot = await robotOf(boxOnFloor);
  const sim = await simulate(robot, { numEnvs: 2 });
  for (let env = 0; env < 2; env++) {
    sim.reset(env, resetState(robot, [], [], { pose: [0, 0, 3, 1, 0, 0, 0] }));
  }
  sim.push(1, 0, [0.5, -1, 2]);
  expect([...sim.state.bodyVelocity.slice(6, 9)]).toEqual([0.5, -1, 2]);
  sim.step();
  expect(sim.state.bodyVelocity[0]).toBe(0);
  expect(sim.state.bodyVelocity[6]).toBeCloseTo(0.5, 6);
  sim.dispose();
});
