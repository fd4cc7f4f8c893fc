import { expect, it } from "vitest";
import { rejectMarked, watchVerdict } from "../../src/cli/engine-watch-flag.js";
import type { Evaluation } from "../../src/rl/metrics.js";
import { type WatchStatistics, watchMeasures } from "../../src/sim/watch-statistics.js";
import type { LoadedTask } from "../../src/task/loaded-task.js";
import { walker } from "../task/fake-simulator.js";
import { fakeTask } from "../task/fake-task.js";

const task = { ...fakeTask(), robot: walker } as LoadedTask;

/** All measures at one value. */
function evaluation(value: number | null): Evaluation {
  const measures = watchMeasures.map((name) => [name, { mean: value, high: value, max: value }]);
  return {
    set: "test",
    profile: "reference",
    engine: "rapier",
    totalSteps: 1,
    episodes: 1,
    fitness: 1,
    fitnessPerEpisode: [1],
    episodeLength: 1,
    episodeReturn: 1,
    endings: { timeOut: 1 },
    ...(value !== null && {
      physics: { samples: 5, measures: Object.fromEntries(measures) } as WatchStatistics,
    }),
  };
}

it("says what the watch saw, and each measure beyond its limit", () => {
  const clean = watchVerdict(task, evaluation(0), [], "warn");
  expect(clean.marks).toEqual([]);
  expect(clean.lines).toEqual([
    "physics   energy from nothing 0 W, joints apart 0 m, contacts deep 0 m, beyond limits 0 rad",
  ]);
  const marked = watchVerdict(task, evaluation(1e6), [], "warn");
  expect(marked.marks).toHaveLength(watchMeasures.length);
  expect(marked.lines[1]).toMatch(/^no physics: joints coming apart 1\.0e\+6 m in evaluation/);
});

it("says nothing where it is off, or where the engine was not watched", () => {
  expect(watchVerdict(task, evaluation(1e6), [], "off")).toEqual({ marks: [], lines: [] });
  expect(watchVerdict(task, evaluation(null), [], "reject")).toEqual({ marks: [], lines: [] });
});

it("fails the command for a marked policy where it is to be rejected", () => {
  const { marks } = watchVerdict(task, evaluation(1e6), [], "reject");
  expect(() => rejectMarked(marks, "warn")).not.toThrow();
  expect(() => rejectMarked([], "reject")).not.toThrow();
  expect(() => rejectMarked(marks, "reject")).toThrowError(/energy from nothing/);
});
