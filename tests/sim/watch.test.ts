import { describe, expect, it } from "vitest";
import { articulate } from "../../src/sim/articulation.js";
import { robotScale } from "../../src/sim/robot-scale.js";
import type { Simulator, SimulatorWatch } from "../../src/sim/simulator.js";
import { EngineWatch } from "../../src/sim/watch.js";
import { defaultLimits, excesses } from "../../src/sim/watch-limits.js";
import { FakeSimulator, walker } from "../task/fake-simulator.js";
import { pendulum, resetState, robotOf, simulate, underTest } from "./world.js";

const dt = 0.005;

/** A watch on every environment in every step. */
function watching(simulator: Simulator, every = 1): EngineWatch {
  if (!simulator.watch) throw new Error("this simulator has no watch");
  return new EngineWatch({ simulator, watch: simulator.watch, controlDtSeconds: dt, every });
}

function steps(simulator: Simulator, watch: EngineWatch, count: number): void {
  for (let i = 0; i < count; i++) {
    watch.beforeStep();
    simulator.step();
    watch.afterStep();
  }
}

describe("energy", () => {
  it("of a pendulum is that of its mass, height and turn", async () => {
    const robot = await robotOf(pendulum);
    const simulator = await simulate(robot);
    simulator.reset(0, resetState(robot, [Math.PI / 3], [2]));
    // 2 kg 1 m below the hinge at 2 m, turned by 60°: m g h + ½ (I + m r²) ω².
    const expected = 2 * 9.81 * (2 - Math.cos(Math.PI / 3)) + 0.5 * (0.1 + 2) * 2 ** 2;
    expect(simulator.watch?.energyJoules(0)).toBeCloseTo(expected, 4);
    simulator.dispose();
  });

  it("does not come from nothing where a motor swings a pendulum: its work pays for it", async () => {
    const robot = await robotOf(
      `${pendulum}<actuator><motor name="turn" joint="hinge" gear="1"/></actuator>`,
    );
    const simulator = await simulate(robot);
    const watch = watching(simulator);
    simulator.controls[0] = 8;
    steps(simulator, watch, 100);
    const speed = Math.abs(simulator.state.jointVelocity[0]);
    expect(speed).toBeGreaterThan(1);
    const { energyGain } = watch.take().measures;
    // The motor gives 8 N m at up to `speed`; the balance closes within a hundredth of that.
    expect(energyGain.max).toBeLessThan(0.01 * 8 * speed);
    simulator.dispose();
  });

  it("is missed where work is not told: the same swing by a hidden hand is all gain", async () => {
    const robot = await robotOf(
      `${pendulum}<actuator><motor name="turn" joint="hinge" gear="1"/></actuator>`,
    );
    const simulator = await simulate(robot);
    const watch = watching(simulator);
    simulator.controls[0] = 8;
    for (let i = 0; i < 100; i++) {
      watch.beforeStep();
      simulator.step();
      simulator.state.jointEffort.fill(0);
      watch.afterStep();
    }
    const { mean } = watch.take().measures.energyGain;
    const { jointPosition } = simulator.state;
    // 8 N m over the angle turned, in half a second.
    expect(mean).toBeCloseTo((8 * Math.abs(jointPosition[0])) / 0.5, 0);
    simulator.dispose();
  });

  it("follows position drives: a leg that is held and let go gains nothing", async () => {
    const robot = await robotOf(
      `${pendulum}<actuator><position name="hold" joint="hinge" kp="60" kv="3" forcerange="-30 30"/></actuator>`,
    );
    const simulator = await simulate(robot);
    const watch = watching(simulator);
    for (let i = 0; i < 8; i++) {
      simulator.controls[0] = i % 2 === 0 ? 0.8 : -0.8;
      steps(simulator, watch, 20);
    }
    const { energyGain, jointSpeed } = watch.take().measures;
    expect(jointSpeed.max).toBeGreaterThan(1);
    expect(energyGain.mean).toBeLessThan(0.02 * 30 * jointSpeed.mean);
    simulator.dispose();
  });

  it("of a thruster is its force times the way", async () => {
    const robot = await robotOf(`<worldbody><body name="drone" pos="0 0 1"><freejoint/>
      <geom type="box" size=".1 .1 .05" mass="1" contype="0" conaffinity="0"/>
      <site name="rotor" pos=".005 0 0"/></body></worldbody>
      <actuator><motor name="thrust" site="rotor" gear="0 0 1 0 0 .02"/></actuator>`);
    const simulator = await simulate(robot);
    const watch = watching(simulator);
    simulator.controls[0] = 15;
    steps(simulator, watch, 40);
    const { energyGain, bodySpeed } = watch.take().measures;
    expect(bodySpeed.max).toBeGreaterThan(1);
    expect(energyGain.mean).toBeLessThan(0.02 * 15 * bodySpeed.mean);
    simulator.dispose();
  });
});

describe("what the solver lets happen", () => {
  // In joint coordinates nothing comes apart.
  it.runIf(underTest.engine === "rapier")(
    "is a joint that comes apart: a coarse solver shows ten times the error of a fine one",
    async () => {
      const robot = await robotOf(`<worldbody><body name="a" pos="0 0 3">
      <joint name="one" type="hinge" axis="0 1 0"/><geom type="capsule" fromto="0 0 0 .5 0 0" size=".05" mass=".1" contype="0" conaffinity="0"/>
      <body name="b" pos=".5 0 0"><joint name="two" type="hinge" axis="0 1 0"/>
        <geom type="capsule" fromto="0 0 0 .5 0 0" size=".05" mass="5" contype="0" conaffinity="0"/></body></body></worldbody>`);
      const errors: number[] = [];
      for (const physics of [{ solverIterations: 1, pgsIterations: 1 }, { solverIterations: 8 }]) {
        const simulator = await simulate(robot, { physics, controlDtSeconds: 1 / 60 });
        const watch = watching(simulator);
        steps(simulator, watch, 60);
        errors.push(watch.take().measures.anchorError.max);
        simulator.dispose();
      }
      expect(errors[0]).toBeGreaterThan(10 * errors[1]);
      expect(errors[1]).toBeGreaterThan(0);
      expect(errors[1]).toBeLessThan(0.005);
    },
  );

  it("is a ball thrown into the ground: as deep as it goes, then no deeper than a contact lies", async () => {
    const robot = await robotOf(`<worldbody><geom name="floor" type="plane" size="0 0 1"/>
      <body name="ball" pos="0 0 1"><freejoint/><geom name="ball" type="sphere" size=".1" mass="1"/></body></worldbody>`);
    const simulator = await simulate(robot, { controlDtSeconds: 1 / 60 });
    const watch = watching(simulator);
    const pose = [0, 0, 0.3, 1, 0, 0, 0];
    simulator.reset(0, resetState(robot, [], [], { pose, velocity: [0, 0, -20, 0, 0, 0] }));
    steps(simulator, watch, 5);
    expect(watch.take().measures.penetration.max).toBeGreaterThan(0.01);
    steps(simulator, watch, 300);
    watch.take();
    steps(simulator, watch, 10);
    expect(watch.take().measures.penetration.max).toBeLessThan(0.002);
    simulator.dispose();
  });
});

describe("the sampling", () => {
  /** Energies by environment and call; everything else is still. */
  function scripted(numEnvs: number, energies: (env: number) => number) {
    const simulator = new FakeSimulator(walker, numEnvs, 0);
    const calls: number[] = [];
    const watch: SimulatorWatch = {
      energyJoules: (env) => energies(env),
      anchorErrorMeters: (env) => {
        calls.push(env);
        return 0.001 * env;
      },
      penetrationMeters: () => 0,
    };
    return { simulator, watch, calls };
  }

  it("looks at each environment once in `every` steps, in turn", () => {
    const { simulator, watch, calls } = scripted(8, () => 0);
    const watcher = new EngineWatch({ simulator, watch, controlDtSeconds: dt, every: 4 });
    for (let i = 0; i < 4; i++) {
      steps(simulator, watcher, 1);
      expect(calls).toHaveLength(2 * (i + 1));
    }
    expect([...calls].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(watcher.take().samples).toBe(8);
  });

  it("tells energy that nothing paid for, in watts, and not what was lost", () => {
    let energy = 10;
    const { simulator, watch } = scripted(1, () => energy);
    const watcher = new EngineWatch({ simulator, watch, controlDtSeconds: 0.02, every: 1 });
    for (const change of [0.5, -3]) {
      watcher.beforeStep();
      energy += change;
      watcher.afterStep();
    }
    const { energyGain } = watcher.take().measures;
    expect(energyGain.max).toBeCloseTo(25, 9);
    expect(energyGain.mean).toBeCloseTo(12.5, 9);
  });

  it("measures limits, joints and bodies from the state: slides by the robot's size", () => {
    const { simulator, watch } = scripted(1, () => 0);
    const watcher = new EngineWatch({ simulator, watch, controlDtSeconds: dt, every: 1 });
    const { lengthMeters } = robotScale(walker, articulate(walker));
    const { state } = simulator;
    watcher.beforeStep();
    // The knee, a slide of ±0.2 m, stands at 0.23 m; the hip turns at 4 rad/s; the right body flies.
    state.jointPosition[1] = 0.23;
    state.jointVelocity.set([-4, 0]);
    state.bodyVelocity.set([3, 0, 4], 6 * 2);
    watcher.afterStep();
    const { limitViolation, jointSpeed, bodySpeed } = watcher.take().measures;
    expect(limitViolation.max).toBeCloseTo(0.03 / lengthMeters, 6);
    expect(jointSpeed.max).toBe(4);
    expect(bodySpeed.max).toBeCloseTo(5, 6);
  });

  it("leaves out an environment that has left the numbers", () => {
    const { simulator, watch } = scripted(2, (env) => (env === 0 ? Number.NaN : 1));
    const watcher = new EngineWatch({ simulator, watch, controlDtSeconds: dt, every: 1 });
    steps(simulator, watcher, 3);
    expect(watcher.take().samples).toBe(3);
  });
});

describe("a robot's scale", () => {
  it("is its longest limb and the power that lifts it by that in its own time", async () => {
    const robot = await robotOf(`<worldbody><body name="base" pos="0 0 1"><freejoint/>
      <geom type="box" size=".1 .1 .1" mass="2"/>
      <body pos=".1 0 0"><joint type="hinge" axis="0 1 0"/><geom type="capsule" fromto="0 0 0 0 0 -.3" size=".02" mass="1"/>
        <body pos="0 0 -.3"><joint type="hinge" axis="0 1 0"/><geom type="capsule" fromto="0 0 0 0 0 -.4" size=".02" mass="1"/>
      </body></body></body></worldbody>`);
    const scale = robotScale(robot, articulate(robot));
    // 0.1 m to the hip, 0.3 m to the knee, 0.42 m to the end of the shank's capsule.
    expect(scale.lengthMeters).toBeCloseTo(0.82, 6);
    expect(scale.massKg).toBeCloseTo(4, 6);
    expect(scale.powerWatts).toBeCloseTo(4 * 9.81 * Math.sqrt(9.81 * 0.82), 4);
  });

  it("makes limits that grow with it, and tells what exceeds them, worst first", () => {
    const limits = defaultLimits({ lengthMeters: 1, massKg: 10, powerWatts: 300, speed: 3 });
    const large = defaultLimits({ lengthMeters: 2, massKg: 10, powerWatts: 900, speed: 4.4 });
    for (const measure of ["energyGain", "anchorError", "penetration", "bodySpeed"] as const) {
      expect(large[measure]).toBeGreaterThan(limits[measure]);
    }
    const still = { mean: 0, high: 0, max: 0 };
    const found = excesses(
      {
        samples: 10,
        measures: {
          energyGain: { mean: 0, high: 10 * limits.energyGain, max: 10 * limits.energyGain },
          anchorError: { ...still, high: 2 * limits.anchorError },
          penetration: { ...still, max: 10 * limits.penetration },
          limitViolation: { ...still, high: 3 * limits.limitViolation },
          jointSpeed: still,
          bodySpeed: still,
        },
      },
      limits,
    );
    expect(found.map(({ measure }) => measure)).toEqual(["limitViolation", "anchorError"]);
    expect(excesses(null, limits)).toEqual([]);
  });
});
