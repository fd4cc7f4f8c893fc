/** ANYmal: its definition and robot, and its programs on hand-computed states. */
import { describe, expect, it } from "vitest";
import { compileTask } from "../../src/reward/node/compile-task.js";
import { loadTask } from "../../src/task/node/load.js";
import { findSignal } from "../../src/task/signal-table.js";
import { evaluateProgram } from "./evaluate-program.js";

const anymal = compileTask(await loadTask("anymal"));
const { definition, robot, signals } = anymal.task;

describe("anymal", () => {
  it("is Isaac's: 48 inputs, 12 targets of ±0.5 rad around the stance, 50 Hz", () => {
    const inputs = definition.observation.map(({ signal }) => findSignal(signals, signal).size);
    expect(inputs.reduce((total, size) => total + size)).toBe(48);
    expect(definition.actions.map(({ scale }) => scale)).toEqual(new Array(12).fill(0.5));
    expect(definition.controlDtSeconds).toBe(0.02);
  });

  it("commands ±2 m/s forwards, ±1 m/s sideways and ±1 rad/s, and training begins with half of it", () => {
    const source = (name: string) => findSignal(signals, name).source;
    expect(source("command.linVel")).toMatchObject({
      low: [-2, -1],
      high: [2, 1],
      curriculum: { low: [-1, -0.5], high: [1, 0.5] },
    });
    expect(source("command.yawRate")).toMatchObject({ low: [-1], high: [1] });
  });

  it("weighs 45 kg and drives every joint with 85 N m/rad, 2 N m s/rad and 80 N m at most", () => {
    const mass = robot.bodies.reduce((total, { massKg }) => total + massKg, 0);
    expect(mass).toBeCloseTo(19.2 + 4 * (2.781 + 3.071 + 0.588), 6);
    for (const actuator of robot.actuators) {
      expect(actuator).toMatchObject({ kind: "position", kp: 85, kv: 2, effortRange: [-80, 80] });
    }
  });

  it("is the same on the left and on the right", () => {
    const placed = new Map(robot.bodies.map((body) => [body.name, body]));
    for (const part of ["HIP", "THIGH", "SHANK"]) {
      for (const end of ["F", "H"]) {
        const left = placed.get(`L${end}_${part}`)!;
        const right = placed.get(`R${end}_${part}`)!;
        expect(right.position).toEqual([left.position[0], -left.position[1], left.position[2]]);
        expect(right.massKg).toBe(left.massKg);
        expect(right.centerOfMass[1]).toBe(-left.centerOfMass[1]);
      }
    }
  });

  it("measures squared errors of velocity and yaw rate in the base's frame", () => {
    const state = {
      "command.linVel": [1, -0.5],
      "command.yawRate": 0.5,
      "base.linVel": [0.5, 0.5, 3],
      "base.angVel": [2, 2, -0.5],
    };
    expect(evaluateProgram(anymal, "derived", state)).toEqual({
      "error.linVel": 1.25,
      "error.yawRate": 1,
    });
    const errors = { "error.linVel": 1.25, "error.yawRate": 1 };
    expect(evaluateProgram(anymal, "fitness", errors)).toEqual({ fitness: -2.25 });
    expect(evaluateProgram(anymal, "sparse", errors)).toEqual({ total: -2.25, error: -2.25 });
  });

  it("pays exp(−e/0.25) + 0.5 exp(−e/0.25) − 2.5e-5 τ², never below 0", () => {
    const torques = [20, -20, ...new Array(10).fill(0)];
    expect(
      evaluateProgram(anymal, "human", {
        "error.linVel": 0.25,
        "error.yawRate": 0.5,
        "joint.torques": torques,
      }),
    ).toEqual({ total: 0.415547, linVel: 0.367879, yawRate: 0.067668, torque: -0.02 });
    const straining = {
      "error.linVel": 4,
      "error.yawRate": 2,
      "joint.torques": new Array(12).fill(80),
    };
    expect(evaluateProgram(anymal, "human", straining)).toMatchObject({ total: 0, torque: -1.92 });
  });

  it("ends when the trunk or a knee touches the ground", () => {
    expect(evaluateProgram(anymal, "termination", {})).toEqual({ baseTouched: 0, kneeTouched: 0 });
    expect(evaluateProgram(anymal, "termination", { "contact.base": 1 }).baseTouched).toBe(1);
    for (const knee of ["leftFront", "leftHind", "rightFront", "rightHind"]) {
      const state = { [`contact.${knee}`]: 1 };
      expect(evaluateProgram(anymal, "termination", state).kneeTouched).toBe(1);
    }
  });
});
