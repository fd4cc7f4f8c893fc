/** Every built-in robot is the same robot in both engines. */
import type { World } from "@dimforge/rapier3d";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Rng } from "../../../src/core/rng.js";
import { freeBodies } from "../../../src/robot/free-bodies.js";
import type { RobotModel } from "../../../src/robot/model.js";
import { mujoco } from "../../../src/robot/mujoco/engine.js";
import { readModel } from "../../../src/robot/mujoco/read-model.js";
import { articulate } from "../../../src/sim/articulation.js";
import { collisionFilter } from "../../../src/sim/collision-filter.js";
import { mjcf } from "../../../src/sim/mujoco/mjcf.js";
import { createSimulator } from "../../../src/sim/node/create-simulator.js";
import { engineNames, type ResetState, type Simulator } from "../../../src/sim/simulator.js";
import { listTasks, loadTask } from "../../../src/task/node/load.js";
import { simulatorOptions } from "../../../src/task/simulator-options.js";
import { simulate } from "../../sim/world.js";

describe.each(listTasks())("%s", (name) => {
  let robot: RobotModel;
  let rapier: Simulator;
  let inMujoco: Simulator;

  beforeAll(async () => {
    robot = (await loadTask(name)).robot;
    rapier = await simulate(robot, { engine: "rapier" });
    inMujoco = await simulate(robot, { engine: "mujoco" });
  });
  afterAll(() => {
    rapier.dispose();
    inMujoco.dispose();
  });

  test("MuJoCo compiles it to the masses, inertias, axes, ranges and drives that it was read with", async () => {
    const engine = await mujoco();
    const filter = collisionFilter(robot, articulate(robot));
    const text = mjcf(robot, { timestep: 0.005, filter, contactGeoms: [] });
    const model = engine.MjModel.from_xml_string(text);
    const again = readModel(engine, model, robot.name);
    model.delete();
    const anonymous = (list: readonly { readonly name: string }[]) =>
      list.map(({ name: _, ...rest }) => rest);
    // What stands still and weighs nothing has no inertia either.
    const heavy = (of: RobotModel) => of.bodies.filter((_, b) => robot.bodies[b].massKg > 0);
    expectAlike(anonymous(heavy(again)), anonymous(heavy(robot)));
    expectAlike(anonymous(again.joints), anonymous(robot.joints));
    // A gear of 1: controls are efforts already.
    const driven = (of: RobotModel) =>
      of.actuators.map(({ kp, kv, effortRange, controlRange, transmission }) => {
        return { kp, kv, effortRange, controlRange, transmission };
      });
    expect(driven(again).length).toBe(driven(robot).length);
    expectAlike(
      driven(again).map(({ effortRange, controlRange, transmission }) => [
        effortRange,
        controlRange,
        transmission.kind,
      ]),
      driven(robot).map(({ effortRange, controlRange, transmission }) => [
        effortRange,
        controlRange,
        transmission.kind,
      ]),
    );
  });

  test("Rapier's joints have its ranges", () => {
    const { world } = rapier as unknown as { world: World };
    const widths: number[] = [];
    world.impulseJoints.forEach((joint) => {
      const limited = joint as unknown as {
        limitsEnabled?(): boolean;
        limitsMin(): number;
        limitsMax(): number;
      };
      if (limited.limitsEnabled?.()) widths.push(limited.limitsMax() - limited.limitsMin());
    });
    const expected = robot.joints.flatMap(({ range }) => (range ? [range[1] - range[0]] : []));
    expectAlike(widths.sort(), expected.sort(), 1e-5);
  });

  test("in its file's pose all bodies stand alike", () => {
    expectAlike([...inMujoco.state.bodyPose], [...rapier.state.bodyPose], 1e-5);
  });

  test("posed and moving anyhow, joints, bodies and their velocities are alike", () => {
    const rng = new Rng(1);
    for (let k = 0; k < 5; k++) {
      const state = randomState(robot, rng);
      for (const sim of [rapier, inMujoco]) sim.reset(0, state);
      for (const key of ["jointPosition", "jointVelocity", "bodyPose", "bodyVelocity"] as const) {
        expectAlike(orient(key, inMujoco.state[key]), orient(key, rapier.state[key]), 2e-4);
      }
    }
  });

  test("moving in one way after another, it has the same energy: masses and inertias are alike", () => {
    for (const sim of [rapier, inMujoco]) {
      sim.setParameter(0, "armatureFactor", 0);
      sim.setParameter(0, "gravityScale", 0);
    }
    // Between several joints of one body Rapier has links, which take a share of inertia more.
    const shared = new Set(robot.joints.map(({ body }) => body)).size < robot.joints.length;
    const tolerance = shared ? 0.15 : 1e-3;
    const rest = randomState(robot, new Rng(2), 0);
    const ways = rest.jointVelocity.length + rest.freeVelocity.length;
    const energyOf = (sim: Simulator, state: ResetState) => {
      sim.reset(0, state);
      return sim.watch!.energyJoules(0);
    };
    const [rapierRest, mujocoRest] = [rapier, inMujoco].map((sim) => energyOf(sim, rest));
    for (let way = 0; way < ways; way++) {
      const jointVelocity = rest.jointVelocity.slice();
      const freeVelocity = rest.freeVelocity.slice();
      if (way < jointVelocity.length) jointVelocity[way] = 2;
      else freeVelocity[way - jointVelocity.length] = 2;
      const state = { ...rest, jointVelocity, freeVelocity };
      const [a, b] = [energyOf(rapier, state) - rapierRest, energyOf(inMujoco, state) - mujocoRest];
      expect(a, `velocity ${way}`).toBeGreaterThan(0);
      expect(Math.abs(a / b - 1), `velocity ${way}: ${a} J, ${b} J`).toBeLessThan(tolerance);
    }
  });
});

test.each(listTasks())(
  "%s: driven along a script for half a second, joints go the same way to 40 mrad or mm",
  async (name) => {
    const task = await loadTask(name);
    const { robot, definition } = task;
    const { terrain: _, ...level } = definition;
    const options = simulatorOptions({ ...task, definition: level }, 1, "reference");
    const steps = Math.round(0.5 / definition.controlDtSeconds);
    const rest = keyframeState(robot, definition.reset.keyframe);
    const ends: number[][] = [];
    for (const engine of engineNames) {
      const sim = await createSimulator(engine, options);
      // In Rapier a rotor turns with its parent too, and feet that touch find their own way.
      sim.setParameter(0, "armatureFactor", 0);
      sim.setParameter(0, "gravityScale", 0);
      if (rest) sim.reset(0, rest.state);
      const path: number[] = [];
      for (let i = 0; i < steps; i++) {
        robot.actuators.forEach(({ name, kind, controlRange }, j) => {
          const action = definition.actions.find(({ actuator }) => actuator === name);
          const span =
            kind === "position" || !controlRange
              ? 0.05
              : 0.01 * (controlRange[1] - controlRange[0]);
          const phase = (2 * Math.PI * (1 + (j % 3)) * i) / steps;
          sim.controls[j] = (action?.offset ?? rest?.controls[j] ?? 0) + span * Math.sin(phase);
        });
        sim.step();
        path.push(...sim.state.jointPosition);
      }
      ends.push(path);
      sim.dispose();
    }
    const [inRapier, inMujoco] = ends;
    const apart = inRapier.map((value, i) => Math.abs(value - inMujoco[i]));
    expect(Math.max(...apart)).toBeLessThan(0.04);
  },
);

/** A keyframe's joints and controls, its free bodies lifted off whatever they stand on, where nothing holds them. */
function keyframeState(robot: RobotModel, name: string | undefined) {
  const key = robot.keyframes.find((candidate) => candidate.name === name);
  if (!key) return undefined;
  const jointPosition: number[] = [];
  const freePose: number[] = [];
  let at = 0;
  for (const { kind } of robot.joints) {
    const numbers = kind === "free" ? 7 : 1;
    (kind === "free" ? freePose : jointPosition).push(...key.qpos.slice(at, at + numbers));
    at += numbers;
  }
  for (let f = 0; f < freePose.length; f += 7) freePose[f + 2] += 2 + f;
  const state: ResetState = {
    jointPosition: Float32Array.from(jointPosition),
    jointVelocity: new Float32Array(jointPosition.length),
    freePose: Float32Array.from(freePose),
    freeVelocity: new Float32Array((6 * freePose.length) / 7),
  };
  return { state, controls: key.ctrl };
}

/** Joints somewhere in their ranges, free bodies anywhere. */
function randomState(robot: RobotModel, rng: Rng, speed = 1): ResetState {
  const joints = robot.joints.filter(({ kind }) => kind !== "free");
  const free = freeBodies(robot);
  const [freePose, freeVelocity] = [
    new Float32Array(7 * free.length),
    new Float32Array(6 * free.length),
  ];
  free.forEach((_, f) => {
    const q = [1, 2, 3, 4].map(() => rng.normal());
    const norm = Math.hypot(...q);
    for (let k = 0; k < 3; k++) freePose[7 * f + k] = rng.uniform(-1, 1) + 3 * f + 2;
    for (let k = 0; k < 4; k++) freePose[7 * f + 3 + k] = q[k] / norm;
    for (let k = 0; k < 6; k++) freeVelocity[6 * f + k] = speed * rng.uniform(-1, 1);
  });
  return {
    jointPosition: Float32Array.from(joints, ({ range, reference = 0 }) =>
      range ? rng.uniform(range[0], range[1]) : reference + rng.uniform(-1, 1),
    ),
    jointVelocity: Float32Array.from(joints, () => speed * rng.uniform(-1, 1)),
    freePose,
    freeVelocity,
  };
}

/** Numbers as they are; of poses, quaternions with their largest part positive. */
function orient(key: string, values: Float32Array): number[] {
  const out = [...values];
  if (key !== "bodyPose") return out;
  for (let at = 3; at < out.length; at += 7) {
    const q = out.slice(at, at + 4);
    const largest = q.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
    if (largest < 0) for (let k = 0; k < 4; k++) out[at + k] = -out[at + k];
  }
  return out;
}

/** Deep equality, numbers to a tolerance of their size. */
function expectAlike(actual: unknown, expected: unknown, tolerance = 1e-9, where = ""): void {
  if (typeof expected === "number") {
    const off = Math.abs((actual as number) - expected) / Math.max(1, Math.abs(expected));
    expect(off, `${where}: ${actual} where ${expected} is expected`).toBeLessThan(tolerance);
  } else if (expected !== null && typeof expected === "object") {
    expect(Object.keys(actual as object), where).toEqual(Object.keys(expected));
    for (const [key, value] of Object.entries(expected)) {
      expectAlike((actual as Record<string, unknown>)[key], value, tolerance, `${where}.${key}`);
    }
  } else {
    expect(actual, where).toBe(expected);
  }
}
