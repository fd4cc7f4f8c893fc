/** Franka and the cabinet: its definition and robot, and its programs on hand-computed states. */
import { describe, expect, it } from "vitest";
import { compileTask } from "../../src/reward/node/compile-task.js";
import { loadTask } from "../../src/task/node/load.js";
import { findSignal } from "../../src/task/signal-table.js";
import { evaluateProgram } from "./evaluate-program.js";

const franka = compileTask(await loadTask("franka-cabinet"));
const { definition, robot, signals } = franka.task;

/** The hand as it should take the handle: its z axis along −x, its y axis up. */
const taking = [0.5, 0.5, -0.5, -0.5];
/** The handle 0.1 m deeper and between the tips. */
const near = {
  "handle.position": [0.36, 0, 0.7],
  "grasp.position": [0.46, 0, 0.7],
  "leftTip.position": [0.455, 0, 0.72],
  "rightTip.position": [0.45, 0, 0.67],
  "hand.orientation": taking,
};

describe("the Franka's robot", () => {
  it("has seven hinges and two fingers of the Panda's ranges and efforts, and one drawer", () => {
    expect(robot.joints.map(({ name, kind, range }) => [name, kind, ...(range ?? [])])).toEqual([
      ["drawer", "slide", 0, 0.4],
      ["joint1", "hinge", -2.8973, 2.8973],
      ["joint2", "hinge", -1.7628, 1.7628],
      ["joint3", "hinge", -2.8973, 2.8973],
      ["joint4", "hinge", -3.0718, -0.0698],
      ["joint5", "hinge", -2.8973, 2.8973],
      ["joint6", "hinge", -0.0175, 3.7525],
      ["joint7", "hinge", -2.8973, 2.8973],
      ["leftFinger", "slide", 0, 0.04],
      ["rightFinger", "slide", 0, 0.04],
    ]);
    expect(robot.actuators.map(({ effortRange }) => effortRange?.[1])).toEqual([
      87, 87, 87, 87, 12, 12, 12, 70, 70,
    ]);
    for (const { kind, kp, kv } of robot.actuators.slice(0, 7)) {
      expect([kind, kp, kv]).toEqual(["position", 400, 80]);
    }
  });

  it("carries its own weight, 16.8 kg from the first link to the fingers", () => {
    const first = robot.bodies.findIndex(({ name }) => name === "link1");
    const arm = robot.bodies.slice(first).filter(({ massKg }) => massKg > 0);
    expect(arm.every(({ gravityCompensation }) => gravityCompensation === 1)).toBe(true);
    const mass = arm.reduce((total, { massKg }) => total + massKg, 0);
    expect(mass).toBeCloseTo(4.971 + 0.647 + 3.229 + 3.588 + 1.226 + 1.667 + 0.736 + 0.76, 6);
  });
});

describe("the Franka's task", () => {
  it("is Isaac's: 23 inputs, targets moved by up to 7.5 rad/s and 0.75 m/s, 500 steps at 60 Hz", () => {
    const inputs = definition.observation.map(
      ({ signal }) => findSignal(signals, signal).size || 1,
    );
    expect(inputs.reduce((total, size) => total + size)).toBe(23);
    expect(definition.actions.map(({ mode, scale }) => [mode, scale])).toEqual([
      ...new Array(7).fill(["increment", 7.5]),
      ...new Array(2).fill(["increment", 0.75]),
    ]);
    expect(definition.maxEpisodeSteps).toBe(500);
    expect(definition.controlDtSeconds).toBeCloseTo(1 / 60, 12);
  });

  it("measures where the hand is to the handle", () => {
    const derived = evaluateProgram(franka, "derived", near);
    expect(derived).toMatchObject({
      "handle.offset[0]": -0.1,
      "handle.offset[1]": 0,
      "handle.offset[2]": 0,
      "handle.distance": 0.1,
      "hand.forward": 1,
      "hand.upright": 1,
      "tip.around": 1,
      "tip.above": 0.02,
      "tip.below": 0.03,
      "tip.ahead": 0.09,
    });
    const above = { ...near, "rightTip.position": [0.45, 0, 0.71] };
    expect(evaluateProgram(franka, "derived", above)["tip.around"]).toBe(0);
  });

  it("knows a hand that looks along +x, or lies on its side", () => {
    const sideways = [Math.SQRT1_2, 0, -Math.SQRT1_2, 0];
    expect(
      evaluateProgram(franka, "derived", { ...near, "hand.orientation": sideways }),
    ).toMatchObject({ "hand.forward": 1, "hand.upright": 0 });
    const backwards = [0.5, 0.5, 0.5, 0.5];
    expect(
      evaluateProgram(franka, "derived", { ...near, "hand.orientation": backwards }),
    ).toMatchObject({ "hand.forward": -1, "hand.upright": 1 });
  });

  it("succeeds above 0.39 m, and ends only where the hand strays", () => {
    expect(evaluateProgram(franka, "fitness", { "drawer.opening": 0.391 }).fitness).toBe(1);
    expect(evaluateProgram(franka, "fitness", { "drawer.opening": 0.389 }).fitness).toBe(0);
    expect(evaluateProgram(franka, "sparse", { "drawer.opening": 0.391 }).total).toBe(1);
    expect(
      evaluateProgram(franka, "termination", { "drawer.opening": 0.4, "handle.distance": 0.9 }),
    ).toEqual({ strayed: 0 });
    expect(evaluateProgram(franka, "termination", { "handle.distance": 1.1 })).toEqual({
      strayed: 1,
    });
  });

  it("pays nearness, posture, fingers around the handle and the opening", () => {
    const state = {
      "handle.distance": 0.1,
      "hand.forward": 1,
      "hand.upright": -0.5,
      "tip.around": 1,
      "tip.above": 0.02,
      "tip.below": 0.03,
      "tip.ahead": 0.09,
      "drawer.opening": 0.25,
      action: [1, -1, 0, 0, 0, 0, 0, 0, 0],
    };
    const terms = evaluateProgram(franka, "human", state);
    expect(terms).toMatchObject({
      // 2 (1 / (1 + 0.01))²
      distance: 1.960592,
      // ½ · ½ (1² − 0.5²)
      orientation: 0.1875,
      around: 0.125,
      fingers: 0.15,
      // 7.5 (0.25 · ½ + 0.25)
      opening: 2.8125,
      // ½ beyond 0.01 m, ½ more beyond 0.2 m
      bonus: 1,
      behind: 0,
      effort: -0.02,
    });
    const behind = evaluateProgram(franka, "human", { ...state, "tip.ahead": -0.05 });
    expect(behind).toMatchObject({ behind: -1 });
    const touching = evaluateProgram(franka, "human", { ...state, "handle.distance": 0 });
    expect(touching).toMatchObject({ distance: 4 });
    const open = evaluateProgram(franka, "human", { ...state, "drawer.opening": 0.395 });
    expect(open).toMatchObject({ bonus: 2 });
  });
});
