/** What tasks tell of a policy in another world: measures on hand-computed states, worlds of their exams. */
import { describe, expect, it } from "vitest";
import { compileTask } from "../../src/reward/node/compile-task.js";
import { loadTask } from "../../src/task/node/load.js";
import { withMeasuredSignals } from "../../src/task/signal-table.js";
import { succeeds, transferOf } from "../../src/transfer/measure.js";
import { examCells } from "../../src/transfer/suite.js";
import { evaluateProgram } from "./evaluate-program.js";

async function measuredTask(name: string) {
  const task = compileTask(await loadTask(name));
  const measured = { ...task, task: withMeasuredSignals(task.task) };
  const { success, loose, exam, safety } = transferOf(task);
  return {
    measures: (state: Parameters<typeof evaluateProgram>[2]) =>
      evaluateProgram(measured, "measures", state),
    passes: (values: Record<string, number>) => succeeds(success, "timeOut", values),
    holds: (values: Record<string, number>) => succeeds(loose, "timeOut", values),
    suites: [...new Set(examCells(task.task, "mujoco").map(({ suite }) => suite))],
    exam,
    safety,
  };
}

const ant = await measuredTask("ant");
const anymal = await measuredTask("anymal");
const quadcopter = await measuredTask("quadcopter");
const swingup = await measuredTask("cartpole-swingup");

describe("another world", () => {
  it("of an ant: way, lean, torque, power", () => {
    const actions = { action: Array(8).fill(0.5), previousAction: Array(8).fill(0.25) };
    const values = ant.measures({
      "torso.progress": 3,
      "torso.position": [4, -2, 0.5],
      "torso.up": 0.5,
      "joint.torque": [-8, 0, 0, 0, 0, 0, 0, 8],
      "joint.velocity": [2, 1, 1, 1, 1, 1, 1, -3],
      ...actions,
    });
    expect(values).toMatchObject({ distance: 3, speed: 3, drift: 2, torque: 2, power: 40 });
    expect(values["tilt"]).toBeCloseTo(Math.PI / 3, 5);
    expect(values["jerk"]).toBeCloseTo(15, 5);
    expect([ant.passes(values), ant.holds(values)]).toEqual([true, true]);
    expect([ant.passes({ speed: 1 }), ant.holds({ speed: 1 })]).toEqual([false, true]);
  });

  it("of an ANYmal: distance from the commands, and what it does with feet and torques", () => {
    const values = anymal.measures({
      "error.linVel": 0.16,
      "error.yawRate": 0.09,
      "joint.torques": [...Array(11).fill(0), -24],
      "joint.velocities": Array(12).fill(0.5),
      "slip.leftFront": 0.4,
      "slip.rightHind": 0.8,
    });
    expect(values).toMatchObject({ speedError: 0.4, turnError: 0.3, torque: 2, power: 12 });
    expect(values["tracking"]).toBeCloseTo(Math.exp(-1), 5);
    expect(values["slip"]).toBeCloseTo(0.3, 5);
    expect(anymal.passes(values)).toBe(true);
    const off = { speedError: 0.7, turnError: 0.3 };
    expect([anymal.passes(off), anymal.holds(off)]).toEqual([false, true]);
  });

  it("of a quadcopter: whether it hovers at its target, level and calm", () => {
    const values = quadcopter.measures({
      "target.distance": 0.25,
      "chassis.gravity": [0, 0.6, -0.8],
      "chassis.angVel": [0, 3, 4],
    });
    expect(values).toMatchObject({ hovering: 1, offset: 0.25, distance: 0.25, spin: 5, jerk: 0 });
    expect(values["tilt"]).toBeCloseTo(Math.acos(0.8), 5);
    expect(quadcopter.measures({ "target.distance": 0.31 })["hovering"]).toBe(0);
    expect([quadcopter.passes({ offset: 0.5 }), quadcopter.holds({ offset: 0.5 })]).toEqual([
      false,
      true,
    ]);
  });

  it("of a pole that swings up: for how long it stands, and whether it stands at the end", () => {
    const state = { "pole.cos": 0.95, "cart.position": -0.5, "cart.force": -4 };
    const values = swingup.measures({ ...state, action: [0.1], previousAction: [0.2] });
    expect(values).toMatchObject({ upright: 1, height: 0.95, reach: 0.5, force: 4 });
    expect(values["jerk"]).toBeCloseTo(6, 5);
    expect(swingup.measures({ ...state, "cart.position": 1.2 })["upright"]).toBe(0);
    expect(swingup.passes({ upright: 0.6, height: 0.95 })).toBe(true);
    expect(swingup.passes({ upright: 0.4, height: 0.95 })).toBe(false);
    expect(swingup.holds({ upright: 0, height: 0.8 })).toBe(true);
  });

  it("is examined by the worlds that each robot can be in", () => {
    const everywhere = ["nominal", "payload", "centre of mass", "time step", "delay", "gains"];
    const touching = ["friction", "contact", "pushes", "uneven ground"];
    for (const { suites } of [ant, anymal]) {
      expect(suites).toEqual(expect.arrayContaining([...everywhere, ...touching]));
    }
    expect(quadcopter.suites).toEqual([...everywhere, "pushes"]);
    expect(swingup.suites).toEqual(everywhere);
    for (const { exam, safety } of [ant, anymal, quadcopter, swingup]) {
      expect(exam.pass).toBe(0.8);
      expect(safety?.length).toBeGreaterThan(100);
    }
  });
});
