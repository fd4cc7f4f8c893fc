/** The ant: its robot against Isaac's figures, and its programs on hand-computed states. */
import { describe, expect, it } from "vitest";
import { instantiate } from "../../src/reward/batch.js";
import { compileTask } from "../../src/reward/node/compile-task.js";
import type { Program } from "../../src/reward/program.js";
import { loadTask } from "../../src/task/node/load.js";
import { findSignal } from "../../src/task/signal-table.js";

const { task, programs } = compileTask(await loadTask("ant"));
const { definition, robot, signals } = task;

type State = Record<string, number | readonly number[]>;

/** What a program gives in a state whose unnamed signals are 0. */
function evaluate(kind: "fitness" | "termination" | "human" | "sparse" | "derived", state: State) {
  const row = new Float32Array(signals.stride);
  for (const [signal, value] of Object.entries(state))
    row.set([value].flat(), findSignal(signals, signal).offset);
  const program = instantiate(programs[kind] as Program, signals);
  const out = new Float64Array(program.columns.length);
  program.run(row, row.length, 1, out);
  return (column: string) => out[program.columns.indexOf(column)];
}

const level = { "torso.position": [0, 0, 0.5], "torso.orientation": [1, 0, 0, 0] } as const;

describe("the ant's robot", () => {
  it("weighs 0.911 kg with eight limited joints of 15 N m, legs mirrored front to back and left to right", () => {
    expect(robot.bodies.reduce((sum, { massKg }) => sum + massKg, 0)).toBeCloseTo(0.911, 3);
    expect(robot.actuators.map(({ gear }) => gear)).toEqual(new Array(8).fill(15));
    const degrees = robot.joints
      .slice(1)
      .map(({ range }) => range?.map((angle) => Math.round((angle * 180) / Math.PI)));
    const [hip, down, up] = [
      [-40, 40],
      [30, 100],
      [-100, -30],
    ];
    expect(degrees).toEqual([hip, down, hip, up, hip, up, hip, down]);
  });

  it("bends every shin downwards, whatever the sign of its range", () => {
    for (const { axis, body, range } of robot.joints.slice(1)) {
      if (Math.abs(axis[2]) > 0.5 || range === null) continue;
      const [x, y] = robot.bodies[body].centerOfMass;
      const lift = (axis[0] * y - axis[1] * x) * Math.sign(range[0]);
      expect(lift).toBeLessThan(-0.1);
    }
  });
});

describe("the ant's task", () => {
  it("is Isaac's without the force sensors: 36 inputs, 8 torques, 1000 steps at 60 Hz", () => {
    const sizes = definition.observation.map(({ signal }) => findSignal(signals, signal).size);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(36);
    expect(definition.actions).toHaveLength(8);
    expect(definition.maxEpisodeSteps).toBe(1000);
    expect(definition.controlDtSeconds).toBeCloseTo(1 / 60, 12);
  });

  it("reads yaw, roll, up and heading from the orientation", () => {
    const half = Math.PI / 8;
    const turned = evaluate("derived", {
      ...level,
      "torso.orientation": [Math.cos(half), 0, 0, Math.sin(half)],
    });
    expect(turned("torso.yaw")).toBeCloseTo(Math.PI / 4, 6);
    expect(turned("torso.angleToTarget")).toBeCloseTo(-Math.PI / 4, 6);
    expect(turned("torso.heading")).toBeCloseTo(Math.SQRT1_2, 6);
    expect(turned("torso.up")).toBeCloseTo(1, 6);
    const rolled = evaluate("derived", {
      ...level,
      "torso.orientation": [Math.cos(half), Math.sin(half), 0, 0],
    });
    expect(rolled("torso.roll")).toBeCloseTo(Math.PI / 4, 6);
    expect(rolled("torso.up")).toBeCloseTo(Math.SQRT1_2, 6);
    expect(rolled("torso.heading")).toBeCloseTo(1, 6);
  });

  it("counts as progress what leads to the target, also from beside the line", () => {
    const travel = { "torso.travel": [3, 4, 9] } as const;
    expect(evaluate("derived", { ...level, ...travel })("torso.progress")).toBeCloseTo(3, 6);
    const beside = { ...level, ...travel, "torso.position": [600, -300, 0.5] } as const;
    expect(evaluate("derived", beside)("torso.progress")).toBeCloseTo(3 * 0.8 + 4 * 0.6, 5);
  });

  it("places joints in their ranges from −1 to 1", () => {
    const degrees = [-40, 30, 40, -100, 0, -30, 20, 65].map((angle) => (angle * Math.PI) / 180);
    const derived = evaluate("derived", { ...level, "joint.position": degrees });
    const places = [-1, -1, 1, -1, 0, 1, 0.5, 0];
    for (const [i, place] of places.entries()) {
      expect(derived(`joint.inRange[${i}]`)).toBeCloseTo(place, 5);
    }
  });

  it("falls below 0.31 m, and scores progress", () => {
    expect(evaluate("termination", { "torso.height": 0.309 })("fell")).toBe(1);
    expect(evaluate("termination", { "torso.height": 0.311 })("fell")).toBe(0);
    expect(evaluate("fitness", { "torso.progress": -1.5 })("fitness")).toBe(-1.5);
    expect(evaluate("sparse", { "torso.progress": 2 })("total")).toBe(2);
  });

  it("pays progress + .5 + .1 upright + .5 heading − .005 Σa² − .01 power − .1 a limit, and −2 on a fall", () => {
    const running = {
      "torso.height": 0.5,
      "torso.progress": 3,
      "torso.up": 0.95,
      "torso.heading": 0.4,
      action: [1, -1, 0, 0, 0, 0, 0, 0],
      "motor.power": 20,
      "joint.inRange": [1, 0, 0, 0.995, 0, 0, 0, -1],
    };
    const reward = evaluate("human", running);
    expect(reward("total")).toBeCloseTo(3 + 0.5 + 0.1 + 0.25 - 0.01 - 0.2 - 0.2, 6);
    expect(evaluate("human", { ...running, "torso.up": 0.9 })("upright")).toBe(0);
    expect(evaluate("human", { ...running, "torso.heading": 0.9 })("heading")).toBe(0.5);
    expect(evaluate("human", { ...running, "torso.height": 0.3 })("total")).toBe(-2);
  });
});
