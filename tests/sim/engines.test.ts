import { describe, expect, test } from "vitest";
import { type EngineName, engineNames, type Simulator } from "../../src/sim/simulator.js";
import { feet, hung, legJoints, quadruped, robotMassKg, standingPose } from "./quadruped.js";
import { pendulum, resetState, robotOf, run, simulate } from "./world.js";

/** The same robot, driven alike, in both engines: 20 ms of control, 5 ms of physics unless told. */
async function both(
  xml: string,
  drive: (sim: Simulator) => number[],
  contactGeoms: readonly string[] = [],
  substeps = 4,
): Promise<Record<EngineName, number[]>> {
  const robot = await robotOf(xml);
  const out = {} as Record<EngineName, number[]>;
  for (const engine of engineNames) {
    const physics = { substeps };
    const sim = await simulate(robot, { engine, controlDtSeconds: 0.02, contactGeoms, physics });
    out[engine] = drive(sim);
    sim.dispose();
  }
  return out;
}

function expectClose({ rapier, mujoco }: Record<EngineName, number[]>, tolerance: number): void {
  expect(mujoco.length).toBe(rapier.length);
  mujoco.forEach((value, i) => {
    expect(Math.abs(value - rapier[i]), `number ${i}: ${value}, ${rapier[i]}`).toBeLessThan(
      tolerance,
    );
  });
}

const slab = (slope: number) => `
  <worldbody>
    <geom name="floor" type="plane" size="0 0 1" euler="0 ${slope} 0" friction=".5 .005 .0001"/>
    <body name="box" pos="0 0 0" euler="0 ${slope} 0"><freejoint/>
      <geom name="box" type="box" size=".2 .2 .05" pos="0 0 .05" mass="3" friction=".5 .005 .0001"/></body>
  </worldbody>`;

describe("both engines", () => {
  test("let a tumbling body fall alike, to 5 mm in half a second", async () => {
    const xml = `<worldbody><body name="b" pos="0 0 5"><freejoint/>
      <inertial pos=".1 .05 0" mass="2" diaginertia=".02 .03 .04"/></body></worldbody>`;
    const drive = (sim: Simulator) => {
      const velocity = [1, -0.5, 2, 1, 2, -3];
      sim.reset(0, resetState(sim.robot, [], [], { pose: [0, 0, 5, 1, 0, 0, 0], velocity }));
      run(sim, 25);
      return [...sim.state.bodyPose];
    };
    // Rapier splits each step again: by their steps alone the two fall ¾ of g t dt/2 apart, 2 mm.
    expectClose(await both(xml, drive, [], 16), 0.005);
  });

  test("swing a pendulum alike, to 10 mrad over two seconds", async () => {
    const result = await both(pendulum, (sim) => {
      sim.reset(0, resetState(sim.robot, [0.5]));
      const seen: number[] = [];
      for (let i = 0; i < 100; i++) {
        sim.step();
        seen.push(sim.state.jointPosition[0]);
      }
      return seen;
    });
    expectClose(result, 0.01);
  });

  test("let a block slide down a slope alike, and hold it where friction is enough", async () => {
    for (const [slope, moves] of [
      [35, true],
      [20, false],
    ] as const) {
      const { rapier, mujoco } = await both(slab(slope), (sim) => {
        run(sim, 50);
        return [...sim.state.bodyPose.slice(0, 3), ...sim.state.bodyVelocity.slice(0, 3)];
      });
      const angle = (slope * Math.PI) / 180;
      // g (sin α − μ cos α) for a second, down the slope.
      const speed = moves ? 9.81 * (Math.sin(angle) - 0.5 * Math.cos(angle)) : 0;
      for (const [, , , vx, , vz] of [rapier, mujoco]) {
        expect(Math.abs(Math.hypot(vx, vz) - speed)).toBeLessThan(0.05);
      }
      // MuJoCo's friction creeps.
      expectClose({ rapier, mujoco }, 0.05);
    }
  });

  test("carry a resting body with exactly its weight, and say so", async () => {
    const result = await both(
      slab(0),
      (sim) => {
        run(sim, 100);
        return [...sim.state.contactForce];
      },
      ["box"],
    );
    for (const [x, y, z] of [result.rapier, result.mujoco]) {
      expect(Math.abs(x)).toBeLessThan(0.02);
      expect(Math.abs(y)).toBeLessThan(0.02);
      expect(z).toBeCloseTo(3 * 9.81, 1);
    }
  });

  test("hold a four-legged robot in the same stance, its feet carrying its weight", async () => {
    const heights: number[] = [];
    const result = await both(
      quadruped(),
      (sim) => {
        sim.reset(0, resetState(sim.robot, standingPose, [], { pose: [0, 0, 0.32, 1, 0, 0, 0] }));
        sim.controls.set(standingPose);
        run(sim, 75);
        let load = 0;
        for (let i = 0; i < 25; i++) {
          sim.step();
          for (let foot = 0; foot < 4; foot++) load += sim.state.contactForce[3 * foot + 2] / 25;
        }
        expect(load / (robotMassKg * 9.81)).toBeCloseTo(1, 1.7);
        expect(Math.abs(sim.state.bodyVelocity[2])).toBeLessThan(0.01);
        heights.push(sim.state.bodyPose[2]);
        return [...sim.state.jointPosition];
      },
      feet,
    );
    expect(heights[1]).toBeCloseTo(heights[0], 1.9);
    // Feet that stand apart could stand so with many loads; MuJoCo's creep to the one of least effort.
    expectClose(result, 0.06);
  });

  test("move joints along a script alike, to 10 mrad", async () => {
    const drive = (sim: Simulator) => {
      // In Rapier a rotor turns with its parent too.
      sim.setParameter(0, "armatureFactor", 0);
      sim.reset(0, resetState(sim.robot, standingPose));
      const seen: number[] = [];
      for (let i = 0; i < 60; i++) {
        legJoints.forEach((_, j) => {
          sim.controls[j] = standingPose[j] + 0.3 * Math.sin(0.02 * i * (4 + (j % 3)) + j);
        });
        sim.step();
        seen.push(...sim.state.jointPosition);
      }
      return seen;
    };
    expectClose(await both(hung(quadruped()), drive, [], 20), 0.01);
  });
});

test.each(engineNames)(
  "%s: a drive inside the engine does what one outside does",
  async (engine) => {
    const physics = { substeps: 1 };
    const inside = await simulate(await robotOf(hung(quadruped())), {
      engine,
      controlDtSeconds: 0.001,
      physics,
    });
    const motors = quadruped((joint) => `<motor joint="${joint}" ctrlrange="-24 24"/>`);
    const outside = await simulate(await robotOf(hung(motors)), {
      engine,
      controlDtSeconds: 0.001,
      physics,
    });
    for (const sim of [inside, outside]) sim.reset(0, resetState(sim.robot, standingPose));
    let worst = 0;
    for (let i = 0; i < 600; i++) {
      for (let j = 0; j < legJoints.length; j++) {
        const target = standingPose[j] + 0.2 * Math.sin(0.001 * i * (8 + (j % 3)) + j);
        const { jointPosition, jointVelocity } = outside.state;
        inside.controls[j] = target;
        outside.controls[j] = 40 * (target - jointPosition[j]) - 2 * jointVelocity[j];
      }
      inside.step();
      outside.step();
      for (let j = 0; j < legJoints.length; j++) {
        worst = Math.max(
          worst,
          Math.abs(inside.state.jointPosition[j] - outside.state.jointPosition[j]),
        );
      }
    }
    expect(worst).toBeLessThan(0.02);
    inside.dispose();
    outside.dispose();
  },
);
