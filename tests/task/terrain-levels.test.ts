import { describe, expect, it } from "vitest";
import { TerrainLevels } from "../../src/task/terrain-levels.js";
import { FakeSimulator, walker } from "./fake-simulator.js";
import { fakeTask } from "./fake-task.js";

const kinds = [
  { kind: "flat" as const },
  { kind: "slope" as const, degrees: [10, 20] as [number, number], direction: "down" as const },
];
const terrain = { kinds, levels: 3, tileMeters: 4, platformMeters: 1 };

/** Levels of `numEnvs` environments, and where each was last told to stand. */
function levels(numEnvs: number, stream: "train" | "test", curriculum?: { success: number }) {
  const simulator = new FakeSimulator(walker, numEnvs, 0);
  const told = new Map<number, number[]>();
  simulator.setOrigin = (env: number, ...at: number[]) => void told.set(env, at);
  const task = fakeTask({ terrain: { ...terrain, ...(curriculum && { curriculum }) } });
  const made = new TerrainLevels(task, simulator, { seed: 1, stream });
  const begin = (env: number) => {
    made.begin(env);
    return told.get(env) ?? [];
  };
  /** Plays an episode of `steps` steps with this fitness each, and begins the next: its row. */
  const play = (env: number, steps: number, fitness: number, timeOut: boolean) => {
    for (let i = 0; i < steps; i++) made.advance(env, fitness);
    made.end(env, timeOut);
    return rowOf(begin(env));
  };
  return { made, begin, play };
}

const rowOf = ([, y]: number[]) => y / 4 + 1;

describe("environments on terrain", () => {
  it("stand in tests on all kinds and levels evenly, curriculum or not", () => {
    const { begin } = levels(12, "test", { success: 0.5 });
    const places = Array.from({ length: 12 }, (_, env) => begin(env).slice(0, 2).join());
    expect(new Set(places).size).toBe(6);
    expect(places.slice(0, 6)).toEqual(places.slice(6));
    expect(begin(3)).toEqual([2, 0, expect.closeTo(1.5 * Math.tan(Math.PI / 12), 5)]);
  });

  it("stand in tests where they stood, however episodes end", () => {
    const { begin, play } = levels(2, "test", { success: 0.5 });
    const row = rowOf(begin(0));
    expect(play(0, 10, 1, true)).toBe(row);
    expect(play(0, 1, 0, false)).toBe(row);
  });

  it("count on from the first environment of their share", () => {
    const simulator = new FakeSimulator(walker, 1, 0);
    const at: number[][] = [];
    simulator.setOrigin = (...told: number[]) => void at.push(told);
    const task = fakeTask({ terrain });
    new TerrainLevels(task, simulator, { seed: 1, stream: "test", firstEnv: 5 }).begin(0);
    expect(at[0].slice(0, 3)).toEqual([0, 2, 4]);
  });

  it("begin training on the first level and go up with success, down with a fall", () => {
    const { begin, play, made } = levels(2, "train", { success: 0.5 });
    expect(rowOf(begin(0))).toBe(0);
    expect(rowOf(begin(1))).toBe(0);
    expect(play(0, 10, 0.6, true)).toBe(1);
    expect(made.meanLevel).toBe(0.5);
    expect(play(0, 10, 0.4, true)).toBe(1);
    expect(play(0, 10, 0.5, true)).toBe(2);
    expect(play(0, 3, 1, false)).toBe(1);
    expect(play(0, 9, 1, false)).toBe(0);
    expect(play(0, 9, 1, false)).toBe(0);
  });

  it("learn nothing from an episode that began late", () => {
    const { begin, play } = levels(1, "train", { success: 0.5 });
    begin(0);
    expect(play(0, 4, 1, true)).toBe(0);
    expect(play(0, 5, 1, true)).toBe(1);
  });

  it("go from the last level to any", () => {
    const { begin, play } = levels(1, "train", { success: 0.5 });
    begin(0);
    const seen = Array.from({ length: 60 }, () => play(0, 10, 1, true));
    expect(new Set(seen)).toEqual(new Set([0, 1, 2]));
    expect(seen.slice(0, 2)).toEqual([1, 2]);
  });

  it("have no say where the ground is level", () => {
    const simulator = new FakeSimulator(walker, 2, 0);
    simulator.setOrigin = () => {
      throw new Error("told to move");
    };
    const made = new TerrainLevels(fakeTask(), simulator, { seed: 1, stream: "train" });
    made.begin(1);
    made.advance(1, 1);
    made.end(1, true);
    expect(made.memory).toEqual({});
    expect(made.meanLevel).toBeUndefined();
  });
});
