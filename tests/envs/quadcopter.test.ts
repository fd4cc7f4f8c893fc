/** The quadcopter: its definition and robot, and its programs on hand-computed states. */
import { describe, expect, it } from "vitest";
import { compileTask } from "../../src/reward/node/compile-task.js";
import { loadTask } from "../../src/task/node/load.js";
import { findSignal } from "../../src/task/signal-table.js";
import { evaluateProgram } from "./evaluate-program.js";

const quadcopter = compileTask(await loadTask("quadcopter"));
const { definition, robot, signals } = quadcopter.task;

describe("quadcopter", () => {
  it("is Isaac's: 21 inputs, 8 tilts and 4 thrusts as increments, 500 steps at 100 Hz", () => {
    const inputs = definition.observation.map(({ signal }) => findSignal(signals, signal).size);
    expect(inputs.reduce((total, size) => total + size)).toBe(21);
    expect(definition.actions.map(({ mode, scale }) => [mode, scale])).toEqual([
      ...new Array(8).fill(["increment", 8 * Math.PI]),
      ...new Array(4).fill(["increment", 200]),
    ]);
    expect([definition.maxEpisodeSteps, definition.controlDtSeconds]).toEqual([500, 0.01]);
  });

  it("has four rotors that push up to 2 N along their axis and tilt up to 30 degrees", () => {
    const thrusts = robot.actuators.filter(({ name }) => name.startsWith("thrust"));
    expect(thrusts).toHaveLength(4);
    for (const thrust of thrusts) {
      expect(thrust.controlRange).toEqual([0, 2]);
      expect(thrust.transmission).toMatchObject({
        kind: "site",
        force: [0, 0, 1],
        torque: [0, 0, 0],
      });
    }
    const tilts = robot.joints.filter(({ kind }) => kind === "hinge");
    expect(tilts).toHaveLength(8);
    for (const { range } of tilts) expect(range?.[1]).toBeCloseTo(Math.PI / 6, 6);
  });

  it("has its target one metre up: offset and distance", () => {
    expect(evaluateProgram(quadcopter, "derived", { "chassis.position": [0.3, -0.4, 1] })).toEqual({
      "target.offset[0]": -0.3,
      "target.offset[1]": 0.4,
      "target.offset[2]": 0,
      "target.distance": 0.5,
    });
    const away = { "target.distance": 0.5 };
    expect(evaluateProgram(quadcopter, "fitness", away)).toEqual({ fitness: -0.5 });
    expect(evaluateProgram(quadcopter, "sparse", away)).toMatchObject({ total: -0.5 });
  });

  it("pays nearness, and as much for being upright and for not spinning", () => {
    const still = { "target.distance": 1, "chassis.gravity": [0, 0, -1] };
    expect(evaluateProgram(quadcopter, "human", still)).toEqual({
      total: 1.5,
      near: 0.5,
      upright: 0.5,
      steady: 0.5,
    });
    expect(
      evaluateProgram(quadcopter, "human", {
        "target.distance": 0,
        "chassis.gravity": [1, 0, 0],
        "chassis.angVel": [5, 5, -3],
      }),
    ).toEqual({ total: 1.6, near: 1, upright: 0.5, steady: 0.1 });
  });

  it("ends beyond 3 m or below 0.3 m", () => {
    const ending = (distance: number, height: number) =>
      evaluateProgram(quadcopter, "termination", {
        "target.distance": distance,
        "chassis.position": [0, 0, height],
      });
    expect(ending(2.9, 0.31)).toEqual({ lost: 0, tooLow: 0 });
    expect(ending(3.1, 3)).toEqual({ lost: 1, tooLow: 0 });
    expect(ending(1, 0.29)).toEqual({ lost: 0, tooLow: 1 });
  });
});
