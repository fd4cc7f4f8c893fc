/** Small robots and simulators for tests. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RobotModel } from "../../src/robot/model.js";
import { compileRobot } from "../../src/robot/mujoco/compile.js";
import { createSimulator } from "../../src/sim/node/create-simulator.js";
import type {
  EngineName,
  ResetState,
  Simulator,
  SimulatorOptions,
} from "../../src/sim/simulator.js";

/** The engine of `simulate`. A file of tests that holds for both engines is run again with the other by tests/sim/mujoco. */
export const underTest: { engine: EngineName } = { engine: "rapier" };

/** Compiles an MJCF body, without a cache. */
export async function robotOf(xml: string): Promise<RobotModel> {
  const folder = mkdtempSync(join(tmpdir(), "robot-"));
  try {
    writeFileSync(join(folder, "robot.xml"), `<mujoco>${xml}</mujoco>`);
    return await compileRobot(join(folder, "robot.xml"), { cacheFolder: join(folder, "cache") });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export type Overrides = Partial<Omit<SimulatorOptions, "physics">> & {
  physics?: Partial<SimulatorOptions["physics"]>;
  engine?: EngineName;
};

/** One environment, 5 ms steps, 4x4 solver, unless said otherwise. */
export function simulate(robot: RobotModel, overrides: Overrides = {}): Promise<Simulator> {
  const { physics, engine = underTest.engine, ...rest } = overrides;
  return createSimulator(engine, {
    robot,
    numEnvs: 1,
    controlDtSeconds: 0.005,
    contactGeoms: [],
    ...rest,
    physics: { substeps: 1, solverIterations: 4, pgsIterations: 4, softCcdMeters: 0, ...physics },
  });
}

export function resetState(
  robot: RobotModel,
  jointPosition: readonly number[] = [],
  jointVelocity: readonly number[] = [],
  free: { pose?: readonly number[]; velocity?: readonly number[] } = {},
): ResetState {
  const count = robot.joints.filter((joint) => joint.kind !== "free").length;
  const bodies = robot.joints.length - count;
  const rest = new Array(bodies).fill([0, 0, 0, 1, 0, 0, 0]).flat();
  const fill = (values: readonly number[]) =>
    Float32Array.from({ length: count }, (_, i) => values[i] ?? 0);
  return {
    jointPosition: fill(jointPosition),
    jointVelocity: fill(jointVelocity),
    freePose: Float32Array.from(free.pose ?? rest),
    freeVelocity: Float32Array.from(free.velocity ?? new Array(6 * bodies).fill(0)),
  };
}

export function run(simulator: Simulator, steps: number): void {
  for (let i = 0; i < steps; i++) simulator.step();
}

export const pendulum = `
  <worldbody><body name="bob" pos="0 0 2">
    <joint name="hinge" type="hinge" axis="0 1 0"/>
    <inertial pos="0 0 -1" mass="2" diaginertia=".1 .1 .1"/>
  </body></worldbody>`;
