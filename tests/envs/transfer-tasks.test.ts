/** Globe walking and the LEAP hand's cube: robots against published figures, programs on hand-computed states. */
import { describe, expect, it } from "vitest";
import { compileTask } from "../../src/reward/node/compile-task.js";
import { loadTask } from "../../src/task/node/load.js";
import { findSignal } from "../../src/task/signal-table.js";
import { evaluateProgram } from "./evaluate-program.js";

const globe = compileTask(await loadTask("globe-walk"));
const walk = compileTask(await loadTask("go1-walk"));
const leap = compileTask(await loadTask("leap-cube"));

const observed = ({ task }: typeof globe, terms = task.definition.observation) =>
  terms.map(({ signal }) => signal);
const inputs = ({ task }: typeof globe) =>
  task.definition.observation
    .map(({ signal }) => findSignal(task.signals, signal).size || 1)
    .reduce((total, size) => total + size);

describe("globe walking", () => {
  it("has go1-walk's robot, part by part, and a ball of 0.86 m that turns as a shell", () => {
    const { bodies, actuators, joints } = globe.task.robot;
    const [trunk, ...legs] = walk.task.robot.bodies;
    expect(bodies[0]).toEqual({ ...trunk, position: bodies[0].position });
    expect(bodies.slice(1, -1)).toEqual(legs);
    expect(actuators).toEqual(walk.task.robot.actuators);
    expect(joints.slice(0, -1)).toEqual(walk.task.robot.joints);
    const ball = bodies.at(-1)!;
    expect(globe.task.robot.geoms.find(({ name }) => name === "ball")?.size[0]).toBe(0.43);
    // 5/3 of a solid ball's 2/5 m r².
    for (const moment of ball.inertia) {
      expect(moment).toBeCloseTo(((5 / 3) * 2 * ball.massKg * 0.43 ** 2) / 5, 5);
    }
  });

  it("senses 52 numbers, none of the ball; the critic sees it", () => {
    expect(inputs(globe)).toBe(52);
    expect(observed(globe).some((signal) => signal.startsWith("ball"))).toBe(false);
    expect(observed(globe, globe.task.definition.privilegedObservation)).toContain("ball.offset");
  });

  it("reads the ball ahead and to the left as the trunk heads", () => {
    const quarter = Math.PI / 4;
    const derived = evaluateProgram(globe, "derived", {
      "base.orientation": [Math.cos(quarter), 0, 0, Math.sin(quarter)],
      "base.position": [1, 2, 1.1],
      "ball.position": [1.1, 2.2, 0.43],
      "ball.linVel": [0.5, -0.25, 0],
    });
    // Heading along +y: ahead is +y, left is −x.
    expect([0, 1, 2].map((k) => derived[`ball.offset[${k}]`])).toEqual([0.2, -0.1, -0.67]);
    expect([0, 1].map((k) => derived[`ball.travel[${k}]`])).toEqual([-0.25, -0.5]);
    expect(derived["base.height"]).toBeCloseTo(1.1, 5);
  });

  it("counts steps until the trunk is below 0.95 m, and rewards being above the ball", () => {
    expect(evaluateProgram(globe, "fitness", {}).fitness).toBe(1);
    expect(evaluateProgram(globe, "termination", { "base.height": 0.949 }).fell).toBe(1);
    expect(evaluateProgram(globe, "termination", { "base.height": 0.951 }).fell).toBe(0);
    const total = (ahead: number, height = 1.1) =>
      evaluateProgram(globe, "human", { "base.height": height, "ball.offset": [ahead, 0, -0.67] })
        .total;
    expect(total(0)).toBeGreaterThan(total(0.1));
    expect(total(0.1)).toBeGreaterThan(total(-0.3));
    expect(total(0)).toBeGreaterThan(total(0, 1));
    expect(total(0, 0.9)).toBeLessThan(0);
  });
});

describe("the LEAP hand's cube", () => {
  it("has 16 joints of the published ranges, drives of 3 N m/rad, and a cube of 46 g", () => {
    const { joints, actuators, bodies } = leap.task.robot;
    const finger = [
      [-0.314, 2.23],
      [-1.047, 1.047],
      [-0.506, 1.885],
      [-0.366, 2.042],
    ];
    expect(joints.filter(({ kind }) => kind === "hinge").map(({ range }) => range)).toEqual([
      ...finger,
      ...finger,
      ...finger,
      [-0.349, 2.094],
      [-0.349, 2.094],
      [-0.47, 2.443],
      [-1.34, 1.88],
    ]);
    expect(actuators).toHaveLength(16);
    for (const drive of actuators) {
      expect(drive).toMatchObject({ kind: "position", kp: 3, kv: 0.1, effortRange: [-0.95, 0.95] });
    }
    const mass = new Map(bodies.map(({ name, massKg }) => [name, massKg]));
    expect(mass.get("cube")).toBeCloseTo(0.046, 9);
    for (const name of ["index", "middle", "ring"]) {
      const parts = ["Base", "Proximal", "Medial", "Distal"].map((part) => mass.get(name + part));
      expect(parts).toEqual([0.044, 0.032, 0.037, 0.016]);
    }
  });

  it("begins each target where the joint begins, at 20 Hz for 20 s", () => {
    const { robot, definition } = leap.task;
    const hinges = robot.joints.filter(({ kind }) => kind === "hinge");
    const [{ qpos }] = robot.keyframes;
    for (const { actuator, offset } of definition.actions) {
      expect(offset).toBe(qpos[hinges.findIndex(({ name }) => name === actuator)]);
    }
    expect(definition.controlDtSeconds * definition.maxEpisodeSteps).toBe(20);
    expect(definition.controlDtSeconds).toBe(0.05);
  });

  it("senses its joints and what it was told, nothing of the cube", () => {
    expect(observed(leap)).toEqual(["joint.offset", "action"]);
    expect(inputs(leap)).toBe(32);
  });

  it("scores the turning about the vertical up to 0.25 rad/s either way", () => {
    const score = (rate: number) =>
      evaluateProgram(leap, "fitness", { "cube.angVel": [9, 9, rate] }).fitness;
    expect([score(0.1), score(3), score(-3)]).toEqual([0.1, 0.25, -0.25]);
  });

  it("fails when the cube is 0.08 m from its place, and pays −10 for it", () => {
    const at = (aside: number) =>
      evaluateProgram(leap, "derived", { "cube.position": [-0.003, 0.034 + aside, 0.562] });
    expect(at(0.05)["cube.distance"]).toBeCloseTo(0.05, 5);
    expect(at(0)["cube.offset[1]"]).toBeCloseTo(0, 5);
    const dropped = (d: number) => evaluateProgram(leap, "termination", { "cube.distance": d });
    expect([dropped(0.079).dropped, dropped(0.081).dropped]).toEqual([0, 1]);
    expect(evaluateProgram(leap, "human", { "cube.distance": 0.09 }).dropped).toBe(-10);
  });

  it("pays 1.25 ω less 0.3 |v|₁, 0.1 Δq², 0.1 τ² and the power squared", () => {
    const state = {
      "cube.angVel": [0, 0, 0.2],
      "cube.linVel": [0.1, -0.2, 0],
      "joint.offset": [0.5],
      "joint.torque": [0.5, 0, 0.5],
      "joint.velocity": [1, 1, -0.5],
    };
    expect(evaluateProgram(leap, "human", state)).toMatchObject({
      turning: 0.25,
      movement: -0.09,
      pose: -0.025,
      torque: -0.05,
      work: -0.0625,
    });
  });
});
