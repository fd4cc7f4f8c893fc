/** ANYmal, quadcopter and balance bot at rest and in plain motion, in both engines. */
import { describe, expect, it } from "vitest";
import { freeBodies } from "../../../src/robot/free-bodies.js";
import { createSimulator } from "../../../src/sim/node/create-simulator.js";
import { engineNames, type ResetState, type Simulator } from "../../../src/sim/simulator.js";
import { loadTask } from "../../../src/task/node/load.js";
import { simulatorOptions } from "../../../src/task/simulator-options.js";

const profiles = ["train", "reference"] as const;
const settings = engineNames.flatMap((engine) =>
  profiles.map((profile) => [engine, profile] as const),
);

async function world(name: string, engine: Simulator["engine"], profile: "train" | "reference") {
  const task = await loadTask(name);
  return { task, simulator: await createSimulator(engine, simulatorOptions(task, 1, profile)) };
}

/** Joint values in the simulator's order, free bodies where the file has them unless moved. */
function initial(simulator: Simulator, joints: readonly number[], poses: readonly number[][]) {
  const state: ResetState = {
    jointPosition: Float32Array.from(simulator.jointNames, (_, i) => joints[i] ?? 0),
    jointVelocity: new Float32Array(simulator.jointNames.length),
    freePose: Float32Array.from(poses.flat()),
    freeVelocity: new Float32Array(6 * freeBodies(simulator.robot).length),
  };
  return state;
}

/** Position of a body, m. */
function position(simulator: Simulator, name: string): number[] {
  const body = simulator.robot.bodies.findIndex((candidate) => candidate.name === name);
  return [...simulator.state.bodyPose.subarray(7 * body, 7 * body + 3)];
}

function steps(simulator: Simulator, count: number): void {
  for (let i = 0; i < count; i++) simulator.step();
}

describe.each(settings)("in %s, %s profile", (engine, profile) => {
  it("ANYmal stands on its feet, level, 3 s after it was put down", async () => {
    const { task, simulator } = await world("anymal", engine, profile);
    const stance = task.definition.actions.map(({ offset }) => offset);
    simulator.reset(0, initial(simulator, stance, [[0, 0, 0.6, 1, 0, 0, 0]]));
    simulator.controls.set(stance);
    steps(simulator, 150);
    const [x, y, z] = position(simulator, "base");
    // 0.55 m with straight drives; the springs of 85 N m/rad give a few centimetres.
    expect(z).toBeGreaterThan(0.46);
    expect(z).toBeLessThan(0.55);
    expect(Math.hypot(x, y)).toBeLessThan(0.05);
    expect(Math.max(...simulator.state.bodyVelocity.subarray(0, 6).map(Math.abs))).toBeLessThan(
      0.05,
    );
    expect(Math.max(...simulator.state.contactForce.map(Math.abs))).toBe(0);
    simulator.dispose();
  });

  it("the quadcopter hangs in the air where its thrusts carry its weight, and falls without", async () => {
    const { simulator } = await world("quadcopter", engine, profile);
    const mass = simulator.robot.bodies.reduce((total, { massKg }) => total + massKg, 0);
    const start = initial(simulator, [], [[0, 0, 1, 1, 0, 0, 0]]);
    simulator.reset(0, start);
    simulator.controls.fill((mass * 9.81) / 4, 8);
    steps(simulator, 100);
    const [x, y, z] = position(simulator, "chassis");
    expect(Math.hypot(x, y, z - 1)).toBeLessThan(0.02);
    simulator.reset(0, start);
    simulator.controls.fill(0);
    steps(simulator, 40);
    expect(position(simulator, "chassis")[2]).toBeCloseTo(1 - 0.5 * 9.81 * 0.4 ** 2, 1);
    simulator.dispose();
  });

  it("the tray stands on its three legs, and tilts when a knee bends", async () => {
    const { simulator } = await world("ball-balance", engine, profile);
    const tray = position(simulator, "tray")[2];
    simulator.reset(
      0,
      initial(
        simulator,
        [],
        [
          [0, 0, tray, 1, 0, 0, 0],
          [0, 0, 3, 1, 0, 0, 0],
        ],
      ),
    );
    steps(simulator, 50);
    const [x, y, z] = position(simulator, "tray");
    expect(Math.hypot(x, y, z - tray)).toBeLessThan(0.01);
    for (let i = 1; i <= 100; i++) {
      simulator.controls[0] = Math.min(0.005 * i, 0.3);
      simulator.step();
    }
    const body = simulator.robot.bodies.findIndex(({ name }) => name === "tray");
    // Twice the quaternion's y: the turn about y.
    expect(2 * simulator.state.bodyPose[7 * body + 5]).toBeLessThan(-0.05);
    simulator.dispose();
  });
});
