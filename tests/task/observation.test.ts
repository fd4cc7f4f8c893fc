import { describe, expect, it } from "vitest";
import type { TaskInput } from "../../src/task/task.js";
import type { FakeSimulator } from "./fake-simulator.js";
import { actions, fakeEnvironment, fakeTask } from "./fake-task.js";

const idle = actions(2, 0, 0);
const signals: TaskInput["signals"] = {
  hip: { source: { kind: "jointPosition", joint: "hip" }, description: "" },
  both: { source: { kind: "jointPositions" }, description: "" },
};
/** Hip reads 1, 2, 3, … and knee ten times as much, in every environment. */
const counting = ({ state, steps }: FakeSimulator) =>
  state.jointPosition.set([steps, 10 * steps, steps, 10 * steps]);

describe("the observation", () => {
  it("is the chosen signals in order, each times its scale", () => {
    const task = fakeTask({
      signals,
      observation: [{ signal: "both", scale: 0.5 }, { signal: "hip" }],
    });
    const { environment } = fakeEnvironment(task, { physics: counting });
    environment.reset(false);
    environment.step(idle);
    expect(environment.observationDim).toBe(3);
    expect([...environment.observations]).toEqual([0.5, 5, 1, 0.5, 5, 1]);
  });

  it("stacks frames, newest last, and fills the history at the start of an episode", () => {
    const task = fakeTask({
      signals,
      observation: [{ signal: "hip" }],
      observationHistory: 3,
      maxEpisodeSteps: 4,
    });
    const { environment } = fakeEnvironment(task, { physics: counting });
    environment.reset(false);
    const rows: number[][] = [];
    for (let i = 0; i < 4; i++) {
      environment.step(idle);
      rows.push([...environment.observations.subarray(0, 3)]);
    }
    expect(rows).toEqual([
      [0, 0, 1],
      [0, 1, 2],
      [1, 2, 3],
      [0, 0, 0],
    ]);
  });

  it("adds uniform noise within its half-width, before the scale", () => {
    const task = fakeTask({
      signals,
      observation: [{ signal: "hip", noise: 0.1, scale: 2 }],
      maxEpisodeSteps: 10_000,
    });
    const { environment } = fakeEnvironment(task);
    environment.reset(false);
    const seen: number[] = [];
    for (let i = 0; i < 500; i++) {
      environment.step(idle);
      seen.push(...environment.observations);
    }
    expect(Math.max(...seen)).toBeLessThanOrEqual(0.2);
    expect(Math.min(...seen)).toBeGreaterThanOrEqual(-0.2);
    expect(Math.max(...seen)).toBeGreaterThan(0.19);
    const mean = seen.reduce((sum, value) => sum + value, 0) / seen.length;
    expect(Math.abs(mean)).toBeLessThan(0.02);
  });

  it("has no noise where it is switched off, and the same episodes either way", () => {
    const input: Partial<TaskInput> = {
      signals,
      observation: [{ signal: "hip", noise: 0.1 }],
      reset: { jointPosition: { hip: { uniform: [-1, 1] } } },
      maxEpisodeSteps: 2,
    };
    const quiet = fakeEnvironment(fakeTask(input), { noise: false });
    const noisy = fakeEnvironment(fakeTask(input));
    for (const { environment } of [quiet, noisy]) {
      environment.reset(false);
      for (let i = 0; i < 5; i++) environment.step(idle);
    }
    expect(quiet.environment.observations[0]).toBe(quiet.read("hip")[0]);
    expect(noisy.environment.observations[0]).not.toBe(noisy.read("hip")[0]);
    expect(noisy.simulator.resets).toEqual(quiet.simulator.resets);
  });

  it("gives the critic its own list without noise or history, else the same array", () => {
    const observation = [{ signal: "hip", noise: 1 }];
    const shared = fakeEnvironment(fakeTask({ signals, observation })).environment;
    expect(shared.privilegedObservations).toBe(shared.observations);
    expect(shared.privilegedObservationDim).toBe(1);

    const task = fakeTask({
      signals,
      observation,
      observationHistory: 2,
      privilegedObservation: [{ signal: "both", scale: 2, noise: 1 }],
    });
    const own = fakeEnvironment(task, { physics: counting }).environment;
    own.reset(false);
    own.step(idle);
    expect(own.privilegedObservationDim).toBe(2);
    expect([...own.privilegedObservations]).toEqual([2, 20, 2, 20]);
  });
});
