/** Ball balance: its definition and robot, and its programs on hand-computed states. */
import { describe, expect, it } from "vitest";
import { compileTask } from "../../src/reward/node/compile-task.js";
import { loadTask } from "../../src/task/node/load.js";
import { findSignal } from "../../src/task/signal-table.js";
import { evaluateProgram } from "./evaluate-program.js";

const task = compileTask(await loadTask("ball-balance"));
const { definition, robot, signals } = task.task;

describe("ball balance", () => {
  it("has Isaac's inputs but for the force sensors, and 3 knees as increments of 20 rad/s", () => {
    const inputs = definition.observation.map(({ signal }) => findSignal(signals, signal).size);
    expect(inputs).toEqual([3, 3, 3, 3]);
    expect(definition.actions.map(({ mode, scale }) => [mode, scale])).toEqual(
      new Array(3).fill(["increment", 20]),
    );
    expect([definition.maxEpisodeSteps, definition.controlDtSeconds]).toEqual([500, 0.01]);
  });

  it("stands on three feet that are held to the ground 0.4 m from the middle", () => {
    expect(robot.equalities).toHaveLength(3);
    for (const equality of robot.equalities) {
      if (equality.kind !== "connect") throw new Error(`a ${equality.kind}`);
      const [x, y, z] = equality.body2 < 0 ? equality.anchor2 : equality.anchor1;
      expect(Math.hypot(x, y)).toBeCloseTo(0.4, 4);
      expect(z).toBeCloseTo(0.02, 4);
    }
  });

  it("weighs what its volumes and densities say", () => {
    const mass = (name: string) => robot.bodies.find((body) => body.name === name)?.massKg;
    const leg = 1000 * (Math.PI * 0.02 ** 2 * 0.36 + (4 / 3) * Math.PI * 0.02 ** 3);
    expect(mass("tray")).toBeCloseTo(100 * Math.PI * 0.5 ** 2 * 0.02, 4);
    expect(mass("upper1")).toBeCloseTo(leg, 4);
    expect(mass("lower2")).toBeCloseTo(leg, 4);
    expect(mass("ball")).toBeCloseTo(200 * (4 / 3) * Math.PI * 0.1 ** 3, 4);
  });

  it("pays nearness to 0.7 m above the middle times slowness", () => {
    const still = { "ball.position": [0, 0, 0.7] };
    expect(evaluateProgram(task, "human", still)).toMatchObject({ total: 1 });
    const rolling = { "ball.position": [0.3, 0.4, 0.7], "ball.linVel": [0, -0.6, 0.8] };
    expect(evaluateProgram(task, "human", rolling).total).toBeCloseTo(1 / 1.5 / 2, 6);
  });

  it("counts steps, and ends when the ball has fallen", () => {
    expect(evaluateProgram(task, "fitness", {})).toEqual({ fitness: 1 });
    expect(evaluateProgram(task, "sparse", {})).toEqual({ total: 1, kept: 1 });
    const at = (height: number) => ({ "ball.position": [0.6, 0, height] });
    expect(evaluateProgram(task, "termination", at(0.14))).toEqual({ dropped: 1 });
    expect(evaluateProgram(task, "termination", at(0.16))).toEqual({ dropped: 0 });
  });
});
