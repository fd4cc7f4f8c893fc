/** The two cartpole tasks: their definitions, and their programs on hand-computed states. */
import { describe, expect, it } from "vitest";
import { compileTask } from "../../src/reward/node/compile-task.js";
import { loadTask } from "../../src/task/node/load.js";
import { evaluateProgram as evaluate } from "./evaluate-program.js";

const cartpole = compileTask(await loadTask("cartpole"));
const swingup = compileTask(await loadTask("cartpole-swingup"));

describe("cartpole", () => {
  it("is Isaac's: 4 observations, 1 action of ±400 N, 500 steps at 60 Hz", () => {
    const { definition } = cartpole.task;
    expect(definition.observation.map((term) => term.signal)).toEqual([
      "cart.position",
      "cart.velocity",
      "pole.angle",
      "pole.angularVelocity",
    ]);
    expect(definition.actions).toMatchObject([{ scale: 400, offset: 0 }]);
    expect(definition.maxEpisodeSteps).toBe(500);
    expect(definition.controlDtSeconds).toBeCloseTo(1 / 60, 12);
  });

  it("pays 1 − angle² − 0.01 |cart speed| − 0.005 |pole speed|, and −2 in the step that fails", () => {
    const moving = { "cart.velocity": -2, "pole.angle": 0.5, "pole.angularVelocity": 4 };
    expect(evaluate(cartpole, "human", moving)).toEqual({
      total: 0.71,
      upright: 0.75,
      cartSpeed: -0.02,
      poleSpeed: -0.02,
      failure: 0,
    });
    expect(evaluate(cartpole, "human", { ...moving, "cart.position": 3.1 })).toMatchObject({
      total: -2,
      failure: -2,
    });
    expect(evaluate(cartpole, "human", { ...moving, "pole.angle": -1.6 })).toMatchObject({
      total: -2,
    });
  });

  it("fails beyond 3 m or 90 degrees, and scores a step as 1", () => {
    expect(evaluate(cartpole, "termination", { "cart.position": -3.01 })).toEqual({
      cartOffRail: 1,
      poleFell: 0,
    });
    expect(evaluate(cartpole, "termination", { "pole.angle": 1.58 })).toEqual({
      cartOffRail: 0,
      poleFell: 1,
    });
    expect(
      evaluate(cartpole, "termination", { "cart.position": 2.99, "pole.angle": 1.56 }),
    ).toEqual({ cartOffRail: 0, poleFell: 0 });
    expect(evaluate(cartpole, "fitness", {})).toEqual({ fitness: 1 });
    expect(evaluate(cartpole, "sparse", {})).toEqual({ total: 1, alive: 1 });
  });
});

describe("cartpole swing-up", () => {
  it("succeeds in a step when cos > 0.9 and |x| < 1; the sparse reward pays the same", () => {
    const cases = [
      [{ "pole.cos": 0.95, "cart.position": 0.9 }, 1],
      [{ "pole.cos": 0.95, "cart.position": -1.1 }, 0],
      [{ "pole.cos": 0.85 }, 0],
    ] as const;
    for (const [state, score] of cases) {
      expect(evaluate(swingup, "fitness", state)).toEqual({ fitness: score });
      expect(evaluate(swingup, "sparse", state)).toMatchObject({ total: score });
    }
  });

  it("pays (1 + cos)/2 − .005 ω² − .05 x² + .1", () => {
    const state = { "pole.cos": 0.5, "pole.angularVelocity": 4, "cart.position": 2 };
    expect(evaluate(swingup, "human", state)).toMatchObject({
      total: 0.57,
    });
  });

  it("derives cosine and sine of the angle", () => {
    expect(evaluate(swingup, "derived", { "pole.angle": Math.PI / 6 })).toEqual({
      "pole.cos": 0.866025,
      "pole.sin": 0.5,
    });
  });

  it("ends at 3 m only", () => {
    expect(evaluate(swingup, "termination", { "cart.position": 3.01 })).toEqual({
      cartOffRail: 1,
    });
    expect(evaluate(swingup, "termination", { "pole.angle": 3 })).toEqual({
      cartOffRail: 0,
    });
  });
});
