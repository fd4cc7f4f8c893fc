import { describe, expect, it } from "vitest";
import type { RobotModel } from "../../src/robot/model.js";
import { findSignal } from "../../src/task/signal-table.js";
import type { TaskInput } from "../../src/task/task.js";
import { createTaskEnvironment } from "../../src/task/task-environment.js";
import { FakeSimulator, type Physics, walker } from "./fake-simulator.js";
import { actions, fakeTask, plainPrograms } from "./fake-task.js";

/** The walker with a limited hip, and feet below their bodies. */
const robot: RobotModel = {
  ...walker,
  joints: walker.joints.map((joint) =>
    joint.name === "hip" ? { ...joint, range: [-1, 1] as [number, number] } : joint,
  ),
  geoms: walker.geoms.map((geom) => ({
    ...geom,
    position: [0.1, 0, -0.2] as const,
  })) as RobotModel["geoms"],
};

/** A signal "x" of one environment, and what it reads after a step with these actions. */
function watching(source: TaskInput["signals"][string]["source"], physics: Physics = () => {}) {
  const task = fakeTask(
    { signals: { x: { source, description: "" } }, observation: [{ signal: "x" }] },
    robot,
  );
  const contacts = "geom" in source ? 1 : 0;
  const environment = createTaskEnvironment({
    task,
    simulator: new FakeSimulator(robot, 1, contacts, physics),
    programs: plainPrograms(task),
    seed: 1,
    stream: "train",
    randomize: false,
  });
  environment.reset(false);
  const { offset } = findSignal(task.signals, "x");
  return (...values: number[]) => {
    environment.step(actions(1, ...values));
    return environment.signals[offset];
  };
}

describe("signals of how a robot moves", () => {
  it("how fast actions change: the root mean square of their rates", () => {
    const step = watching({ kind: "actionRate" });
    expect(step(0.3, 0.4)).toBeCloseTo(Math.sqrt((0.09 + 0.16) / 2) / 0.1, 5);
    expect(step(0.3, 0.4)).toBe(0);
    expect(step(0.3, -0.1)).toBeCloseTo(Math.sqrt(0.25 / 2) / 0.1, 5);
  });

  it("how fast that changes: nothing for a steady drift", () => {
    const step = watching({ kind: "actionJerk" });
    step(0.1, 0);
    expect(step(0.2, 0)).toBeCloseTo(0, 4);
    expect(step(0.3, 0)).toBeCloseTo(0, 4);
    // 0.2 − 2 · 0.3 + 0.2 for one of two actions, over 0.01 s².
    expect(step(0.2, 0)).toBeCloseTo(0.2 / Math.SQRT2 / 0.01, 3);
  });

  it("how near joints are to their ends", () => {
    const at = (hip: number, knee: number, margin = 0.1) =>
      watching({ kind: "jointLimitCloseness", margin }, ({ state }) => {
        state.jointPosition.set([hip, knee]);
      })(0, 0);
    expect(at(0, 0)).toBe(0);
    // The last tenth of a range of 2 are 0.2; of 0.4, 0.04.
    expect(at(0.9, 0)).toBeCloseTo(0.25, 5);
    expect(at(-0.95, 0.19)).toBeCloseTo(0.75, 5);
    expect(at(2, -0.3)).toBe(1);
    expect(at(0.5, 0, 0.5)).toBeCloseTo(0.25, 5);
  });

  it("what motors spend", () => {
    const physics: Physics = ({ state }) => {
      state.jointEffort.set([3, -4]);
      state.jointVelocity.set([-2, -5]);
    };
    expect(watching({ kind: "torqueSquared", joints: ["knee"] }, physics)(0, 0)).toBe(16);
    expect(watching({ kind: "torqueSquared" }, physics)(0, 0)).toBe(12.5);
    expect(watching({ kind: "power" }, physics)(0, 0)).toBe(26);
  });

  it("how fast a touching foot slips: where it touches, not where its middle is", () => {
    const foot = 6 * robot.bodies.findIndex(({ name }) => name === "left");
    const slip = (force: number, velocity: number[]) =>
      watching({ kind: "slipSpeed", geom: "leftFoot" }, ({ state }) => {
        state.contactForce.set([0, 0, force]);
        state.bodyVelocity.set(velocity, foot);
      })(0, 0);
    expect(slip(5, [0.3, 0.4, 9, 0, 0, 0])).toBeCloseTo(0.5, 5);
    expect(slip(0, [0.3, 0.4, 0, 0, 0, 0])).toBe(0);
    // Rolling: 25 cm above where it touches (20 cm and the radius of 5 cm) it goes 0.25 m/s at 1 rad/s.
    expect(slip(5, [0.25, 0, 0, 0, 1, 0])).toBeCloseTo(0, 5);
    // Turning about the vertical, 10 cm ahead of the body's origin.
    expect(slip(5, [0, 0, 0, 0, 0, 2])).toBeCloseTo(0.2, 5);
  });

  it("no slip of the ground's own geoms", () => {
    const world = { ...robot, geoms: robot.geoms.map((geom) => ({ ...geom, body: -1 })) };
    expect(() =>
      fakeTask(
        { signals: { x: { source: { kind: "slipSpeed", geom: "leftFoot" }, description: "" } } },
        world,
      ),
    ).toThrowError(/which is the world's/);
  });
});
