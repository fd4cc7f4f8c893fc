import { describe, expect, it } from "vitest";
import {
  curveMaximum,
  fitnessCurve,
  hackingAlarm,
  humanCorrelation,
  reflect,
  reflectionText,
  stepsTo95,
} from "../../src/design/reflection.js";
import { row } from "./fakes.js";

/** Forty iterations of 100 steps: the term rises from 1 to 40, the fitness is its tenth. */
const rows = Array.from({ length: 40 }, (_, i) =>
  row({
    iteration: i,
    totalSteps: 100 * (i + 1),
    steps: 100,
    reward: i + 1,
    terms: { upright: i + 1 },
    humanReward: 2 * (i + 1),
    fitness: i % 2 === 0 ? (i + 1) / 10 : Number.NaN,
    episodes: i % 2 === 0 ? 3 : 0,
    endings: i % 2 === 0 ? { timeOut: 0.75, fell: 0.25 } : {},
  }),
);

describe("the reflection", () => {
  const reflection = reflect(rows);
  const of = (name: string) => reflection.series.find((series) => series.name === name);

  it("shows ten snapshots, each the mean of its tenth of the training, and where they end", () => {
    expect(reflection.steps).toEqual([400, 800, 1200, 1600, 2000, 2400, 2800, 3200, 3600, 4000]);
    // The first tenth holds 1, 2, 3 and 4.
    expect(of("upright")?.values[0]).toBe(2.5);
    expect(of("upright")?.values[9]).toBe(38.5);
  });

  it("shows maximum, mean and minimum over the whole curve", () => {
    expect(of("upright")).toMatchObject({ max: 40, mean: 20.5, min: 1 });
  });

  it("leaves iterations in which no episode ended out of fitness and length", () => {
    // The first tenth: iterations 0 and 2 ended episodes, with fitness 0.1 and 0.3.
    expect(of("fitness")?.values[0]).toBeCloseTo(0.2);
    expect(of("fitness")).toMatchObject({ max: 3.9, min: 0.1 });
    expect(reflection.endings).toEqual({ timeOut: 0.75, fell: 0.25 });
  });

  it("has fewer snapshots than ten only where there are fewer iterations", () => {
    expect(reflect(rows.slice(0, 3)).steps).toEqual([100, 200, 300]);
  });

  it("reads as one line a term, without the total, in three digits", () => {
    const text = reflectionText(reflect(rows.slice(0, 2)), "share of steps");
    expect(text).toBe(
      [
        "upright: [1, 2], max 2, mean 1.5, min 1",
        "share of steps: [0.1, –], max 0.1, mean 0.1, min 0.1",
        "episode length: [500, –], max 500, mean 500, min 500",
      ].join("\n"),
    );
    expect(reflectionText(reflection)).toContain("episodes ended by: time limit 75 %, fell 25 %");
  });
});

describe("numbers about a curve", () => {
  it("finds the first steps with 95 % of the rise", () => {
    // Fitness 0.1, 0.3 … 3.9; 95 % of the rise from 0.1 is 3.71, first passed by 3.9 at iteration 38.
    expect(stepsTo95(rows)).toBeGreaterThanOrEqual(3700);
    expect(stepsTo95(rows)).toBeLessThanOrEqual(3900);
    expect(stepsTo95(rows.map((r) => ({ ...r, fitness: 1 })))).toBeNull();
    expect(stepsTo95([])).toBeNull();
  });

  it("takes the maximum as it stands, which is the original's score", () => {
    expect(curveMaximum(rows)).toBe(3.9);
    expect(curveMaximum([row({ fitness: Number.NaN })])).toBeNull();
  });

  it("correlates the reward with the human one along the training", () => {
    expect(humanCorrelation(rows)).toBeCloseTo(1);
    expect(humanCorrelation(rows.map((r) => ({ ...r, humanReward: -r.reward })))).toBeCloseTo(-1);
    expect(humanCorrelation([row({}), row({})])).toBeNull();
  });

  it("thins a learning curve to as many points as asked for", () => {
    const curve = fitnessCurve(rows, 4);
    expect(curve.map(([steps]) => steps)).toEqual([1000, 2000, 3000, 4000]);
    expect(curve[0][1]).toBeCloseTo((0.1 + 0.3 + 0.5 + 0.7 + 0.9) / 5);
  });
});

describe("the alarm", () => {
  const curve = (fitness: number[], reward: number[]) =>
    reflect(fitness.map((f, i) => row({ fitness: f, reward: reward[i], totalSteps: i + 1 })));
  const rising = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

  it("sounds when the fitness falls while the reward rises on", () => {
    const alarm = hackingAlarm(curve([0, 0.4, 0.8, 1, 0.9, 0.7, 0.5, 0.4, 0.3, 0.2], rising), 1);
    expect(alarm).toBe("the reward rose from 3 to 9 while the fitness fell from 1 to 0.2");
  });

  it("is silent when both rise, when both fall, and about noise near zero", () => {
    expect(hackingAlarm(curve(rising, rising), 9)).toBeNull();
    const falling = [...rising].reverse();
    expect(hackingAlarm(curve(falling, falling), 9)).toBeNull();
    expect(hackingAlarm(curve([0, 1e-3, 0, 0, 0, 0, 0, 0, 0, 0], rising), 1)).toBeNull();
  });
});
