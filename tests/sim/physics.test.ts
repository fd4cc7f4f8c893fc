import { describe, expect, test } from "vitest";
import { pendulum, resetState, robotOf, run, simulate, underTest } from "./world.js";

const rapier = underTest.engine === "rapier";

const box = (friction: number, ground = friction) => `
  <worldbody>
    <geom name="floor" type="plane" size="0 0 1" friction="${ground} .005 .0001"/>
    <body name="box" pos="0 0 .1"><freejoint/>
      <geom name="box" type="box" size=".2 .2 .1" mass="3" friction="${friction} .005 .0001"/>
    </body>
  </worldbody>`;

const arm = (joint: string, actuator: string) => `
  <option gravity="0 0 0"/>
  <worldbody><body name="arm"><joint name="j" ${joint}/>
    <inertial pos="0 0 0" mass="1" diaginertia=".1 .1 .1"/></body></worldbody>
  <actuator>${actuator}</actuator>`;

describe("rigid bodies", () => {
  test("a body falls freely as ½ g t²", async () => {
    const robot = await robotOf(
      `<worldbody><body name="ball" pos="0 0 10"><freejoint/><geom type="sphere" size=".1"/></body></worldbody>`,
    );
    // Rapier halves a step twice by itself.
    const sim = await simulate(robot, { physics: { substeps: rapier ? 1 : 4 } });
    run(sim, 200);
    // Semi-implicit integration in small steps of dt/4 adds g t dt/8.
    expect(sim.state.bodyPose[2]).toBeCloseTo(10 - 4.905, 1.9);
    expect(sim.state.bodyVelocity[2]).toBeCloseTo(-9.81, 3);
    sim.dispose();
  });

  // At 5 m/s MuJoCo's soft contacts make a box hop; engines.test.ts slides it slowly.
  test.runIf(rapier)("a sliding box decelerates at μ g", async () => {
    for (const mu of [0.3, 0.6]) {
      const robot = await robotOf(box(mu));
      const sim = await simulate(robot);
      sim.reset(
        0,
        resetState(robot, [], [], { pose: [0, 0, 0.1, 1, 0, 0, 0], velocity: [5, 0, 0, 0, 0, 0] }),
      );
      run(sim, 100);
      expect(sim.state.bodyVelocity[0]).toBeCloseTo(5 - mu * 9.81 * 0.5, 1);
      sim.dispose();
    }
  });

  test.runIf(rapier)("two geoms rub with the larger of their frictions", async () => {
    const robot = await robotOf(box(0.2, 0.7));
    const sim = await simulate(robot);
    sim.reset(
      0,
      resetState(robot, [], [], { pose: [0, 0, 0.1, 1, 0, 0, 0], velocity: [5, 0, 0, 0, 0, 0] }),
    );
    run(sim, 100);
    expect(sim.state.bodyVelocity[0]).toBeCloseTo(5 - 0.7 * 9.81 * 0.5, 1);
    sim.dispose();
  });

  test("a resting box is carried by its weight", async () => {
    const sim = await simulate(await robotOf(box(0.5)), {
      contactGeoms: ["box"],
      controlDtSeconds: 0.02,
      physics: { substeps: 4 },
    });
    run(sim, 100);
    expect(sim.state.contactForce[2]).toBeCloseTo(3 * 9.81, 1);
    expect(Math.abs(sim.state.contactForce[0])).toBeLessThan(1e-3);
    sim.dispose();
  });

  test("velocities are those of the body's origin, not of its centre of mass", async () => {
    const robot = await robotOf(`<option gravity="0 0 0"/>
      <worldbody><body name="b"><freejoint/>
        <inertial pos=".5 0 0" mass="1" diaginertia=".1 .1 .1"/></body></worldbody>`);
    const sim = await simulate(robot);
    const velocity = [0.3, -0.2, 0.1, 0, 0, 2];
    sim.reset(0, resetState(robot, [], [], { velocity }));
    for (let k = 0; k < 6; k++) expect(sim.state.bodyVelocity[k]).toBeCloseTo(velocity[k], 6);
    run(sim, 100);
    // The centre goes straight at v + ω × c = (.3, .8, .1); the origin circles it.
    expect(sim.state.bodyPose[0] + 0.5 * Math.cos(1)).toBeCloseTo(0.5 + 0.15, 2);
    expect(sim.state.bodyPose[1] + 0.5 * Math.sin(1)).toBeCloseTo(0.4, 2);
    sim.dispose();
  });
});

describe("joints", () => {
  test("a pendulum swings with its analytic period", async () => {
    const robot = await robotOf(pendulum);
    const sim = await simulate(robot);
    sim.reset(0, resetState(robot, [0.1]));
    // T = 2π √((I + m l²) / (m g l)), × (1 + A²/16) for its amplitude.
    const period = 2 * Math.PI * Math.sqrt(2.1 / (2 * 9.81)) * (1 + 0.01 / 16);
    let crossings = 0;
    let last = 0.1;
    let time = 0;
    for (let i = 1; crossings < 10; i++) {
      sim.step();
      const q = sim.state.jointPosition[0];
      if (q * last < 0) {
        crossings++;
        time = (i - q / (q - last)) * 0.005;
      }
      last = q;
    }
    expect(time / (period * 4.75)).toBeCloseTo(1, 2.5);
    sim.dispose();
  });

  test("limits hold", async () => {
    const robot = await robotOf(arm(`axis="0 0 1" range="-30 50"`, `<motor joint="j"/>`));
    const sim = await simulate(robot);
    for (const sign of [1, -1]) {
      sim.controls[0] = 2 * sign;
      run(sim, 400);
      const limit = ((sign > 0 ? 50 : -30) * Math.PI) / 180;
      expect(sim.state.jointPosition[0]).toBeCloseTo(limit, 2);
      expect(Math.abs(sim.state.jointVelocity[0])).toBeLessThan(0.05);
    }
    sim.dispose();
  });

  test("an unlimited hinge reads in (−π, π]", async () => {
    const robot = await robotOf(arm(`axis="0 0 1"`, `<motor joint="j"/>`));
    const sim = await simulate(robot);
    sim.reset(0, resetState(robot, [3], [1]));
    run(sim, 100);
    expect(sim.state.jointPosition[0]).toBeCloseTo(3.5 - 2 * Math.PI, 3);
    sim.dispose();
  });

  test("a hinge whose range reaches beyond half a turn is measured through it", async () => {
    const robot = await robotOf(arm(`axis="0 0 1" range="-40 260"`, `<motor joint="j"/>`));
    const sim = await simulate(robot);
    sim.reset(0, resetState(robot, [4.4]));
    expect(sim.state.jointPosition[0]).toBeCloseTo(4.4, 5);
    sim.controls[0] = 1;
    run(sim, 600);
    expect(sim.state.jointPosition[0]).toBeCloseTo((260 * Math.PI) / 180, 2);
    sim.controls[0] = -1;
    run(sim, 600);
    expect(sim.state.jointPosition[0]).toBeCloseTo((-40 * Math.PI) / 180, 2);
    sim.dispose();
  });

  test("a joint reference shifts what the joint reads", async () => {
    const robot = await robotOf(arm(`axis="0 0 1" ref="20" range="-90 90"`, `<motor joint="j"/>`));
    const sim = await simulate(robot);
    expect(sim.state.jointPosition[0]).toBeCloseTo((20 * Math.PI) / 180, 6);
    expect(sim.state.bodyPose[3]).toBeCloseTo(1, 6);
    sim.controls[0] = 1;
    run(sim, 400);
    expect(sim.state.jointPosition[0]).toBeCloseTo(Math.PI / 2, 2);
    sim.dispose();
  });

  test("a spring and a damper on a joint give the analytic decay", async () => {
    const robot = await robotOf(arm(`axis="0 0 1" stiffness="2" springref="30" damping=".3"`, ""));
    const sim = await simulate(robot, { physics: { substeps: 4 } });
    sim.reset(0, resetState(robot, [1]));
    // I = .1: ω² = 20, 2ζω = 3.
    const rest = Math.PI / 6;
    const [decay, frequency] = [1.5, Math.sqrt(20 - 1.5 ** 2)];
    for (let i = 1; i <= 200; i++) {
      sim.step();
      const t = i * 0.005;
      const expected =
        rest +
        (1 - rest) *
          Math.exp(-decay * t) *
          (Math.cos(frequency * t) + (decay / frequency) * Math.sin(frequency * t));
      expect(Math.abs(sim.state.jointPosition[0] - expected)).toBeLessThan(0.01);
    }
    sim.dispose();
  });

  test("dry friction stops a joint after ω I / f, and holds against less than f", async () => {
    const robot = await robotOf(arm(`axis="0 0 1" frictionloss=".2"`, `<motor joint="j"/>`));
    const sim = await simulate(robot);
    sim.reset(0, resetState(robot, [0], [2]));
    run(sim, 100);
    expect(sim.state.jointVelocity[0]).toBeCloseTo(1, 1.7);
    run(sim, 120);
    expect(Math.abs(sim.state.jointVelocity[0])).toBeLessThan(0.02);
    sim.controls[0] = 0.1;
    run(sim, 200);
    expect(Math.abs(sim.state.jointVelocity[0])).toBeLessThan(0.01);
    sim.controls[0] = 0.4;
    run(sim, 100);
    expect(sim.state.jointVelocity[0]).toBeCloseTo(1, 1);
    sim.dispose();
  });
});

describe("actuators", () => {
  test("a motor's torque gives τ / I, and its control is clamped", async () => {
    const robot = await robotOf(
      arm(`axis="0 0 1"`, `<motor joint="j" gear="3" ctrlrange="-2 2"/>`),
    );
    const sim = await simulate(robot);
    sim.controls[0] = 0.5;
    run(sim, 200);
    expect(sim.state.jointVelocity[0]).toBeCloseTo(15, 2);
    expect(sim.state.jointEffort[0]).toBeCloseTo(1.5, 6);
    sim.controls[0] = 10;
    sim.step();
    expect(sim.state.jointEffort[0]).toBeCloseTo(6, 6);
    sim.dispose();
  });

  test("a motor between two moving parts turns them against each other", async () => {
    const robot = await robotOf(`<option gravity="0 0 0"/>
      <worldbody><body name="a"><freejoint/><inertial pos="0 0 0" mass="1" diaginertia=".2 .2 .2"/>
        <body name="b"><joint name="j" axis="0 0 1"/><inertial pos="0 0 0" mass="1" diaginertia=".1 .1 .1"/></body>
      </body></worldbody><actuator><motor joint="j"/></actuator>`);
    const sim = await simulate(robot);
    sim.controls[0] = 0.3;
    run(sim, 200);
    // Opposite spins: −.3/.2 and .3/.1.
    expect(sim.state.bodyVelocity[5]).toBeCloseTo(-1.5, 2);
    expect(sim.state.bodyVelocity[11]).toBeCloseTo(3, 2);
    expect(sim.state.jointVelocity[0]).toBeCloseTo(4.5, 2);
    sim.dispose();
  });

  test("a motor and the joint's damping act together", async () => {
    const robot = await robotOf(arm(`axis="0 0 1" damping=".5"`, `<motor joint="j"/>`));
    const sim = await simulate(robot, { physics: { substeps: 4 } });
    sim.controls[0] = 1;
    for (let i = 1; i <= 100; i++) {
      sim.step();
      // ω = τ/d (1 − e^(−d t / I)).
      const expected = 2 * (1 - Math.exp(-5 * i * 0.005));
      expect(Math.abs(sim.state.jointVelocity[0] - expected)).toBeLessThan(0.02);
    }
    expect(sim.state.jointEffort[0]).toBe(1);
    sim.dispose();
  });

  test("a position actuator's step response is the analytic one", async () => {
    const robot = await robotOf(arm(`axis="0 0 1"`, `<position joint="j" kp="20" kv=".5"/>`));
    const sim = await simulate(robot, { physics: { substeps: 4 } });
    sim.controls[0] = 1;
    const [decay, frequency] = [2.5, Math.sqrt(200 - 2.5 ** 2)];
    for (let i = 1; i <= 200; i++) {
      sim.step();
      const t = i * 0.005;
      const expected =
        1 -
        Math.exp(-decay * t) *
          (Math.cos(frequency * t) + (decay / frequency) * Math.sin(frequency * t));
      expect(Math.abs(sim.state.jointPosition[0] - expected)).toBeLessThan(0.02);
      // MuJoCo tells what it applied, Rapier what its drive applies at the state it came to.
      if (!rapier) continue;
      const effort = 20 * (1 - sim.state.jointPosition[0]) - 0.5 * sim.state.jointVelocity[0];
      expect(sim.state.jointEffort[0]).toBeCloseTo(effort, 4);
    }
    sim.dispose();
  });

  test("a position actuator gives no more than its force range", async () => {
    const robot = await robotOf(
      arm(`axis="0 0 1"`, `<position joint="j" kp="100" kv="0" forcerange="-.4 .4"/>`),
    );
    const sim = await simulate(robot);
    sim.controls[0] = 3;
    run(sim, 100);
    expect(sim.state.jointVelocity[0]).toBeCloseTo(2, 2);
    expect(sim.state.jointEffort[0]).toBeCloseTo(0.4, 6);
    sim.dispose();
  });

  test("an uneven force range holds in both directions", async () => {
    const robot = await robotOf(
      arm(`axis="0 0 1"`, `<position joint="j" kp="500" kv="0" forcerange="-.2 .4"/>`),
    );
    const sim = await simulate(robot);
    for (const [target, torque] of [
      [3, 0.4],
      [-3, -0.2],
    ]) {
      sim.reset(0, resetState(robot));
      sim.controls[0] = target;
      run(sim, 20);
      expect(sim.state.jointVelocity[0]).toBeCloseTo((torque / 0.1) * 0.1, 2);
      expect(sim.state.jointEffort[0]).toBeCloseTo(torque, 6);
    }
    sim.dispose();
  });

  test("a velocity actuator reaches its speed as 1 − e^(−kv t / I)", async () => {
    const robot = await robotOf(arm(`axis="0 0 1"`, `<velocity joint="j" kv="1"/>`));
    const sim = await simulate(robot, { physics: { substeps: 4 } });
    sim.controls[0] = 3;
    run(sim, 20);
    expect(sim.state.jointVelocity[0]).toBeCloseTo(3 * (1 - Math.exp(-1)), 1.5);
    sim.dispose();
  });

  test("a slide motor pushes both parts along the axis", async () => {
    const robot = await robotOf(`<option gravity="0 0 0"/>
      <worldbody><body name="a"><freejoint/><inertial pos="0 0 0" mass="2" diaginertia=".2 .2 .2"/>
        <body name="b" pos="0 0 .3"><joint name="j" type="slide" axis="1 0 0"/>
          <inertial pos="0 0 -.3" mass="1" diaginertia=".1 .1 .1"/></body>
      </body></worldbody><actuator><motor joint="j"/></actuator>`);
    const sim = await simulate(robot);
    sim.controls[0] = 2;
    run(sim, 100);
    // F (1/m₁ + 1/m₂) t, the centres on one line.
    expect(sim.state.jointVelocity[0]).toBeCloseTo(1.5, 2);
    expect(sim.state.jointPosition[0]).toBeCloseTo(0.375, 2);
    expect(sim.state.bodyVelocity[0]).toBeCloseTo(-0.5, 2);
    sim.dispose();
  });

  test("a control that is no number is refused, naming the actuator", async () => {
    const robot = await robotOf(arm(`axis="0 0 1"`, `<motor name="turn" joint="j"/>`));
    const sim = await simulate(robot);
    sim.controls[0] = Number.NaN;
    expect(() => sim.step()).toThrowError(/actuator "turn" is NaN/);
    sim.dispose();
  });
});
