import { describe, expect, it } from "vitest";
import { mergeStatistics } from "../../src/rl/merge-statistics.js";
import type { EnvironmentStatistics } from "../../src/task/environment.js";

const one: EnvironmentStatistics = {
  steps: 300,
  reward: 1,
  terms: { speed: 2 },
  episodes: 1,
  episodeReturn: 10,
  episodeLength: 100,
  fitness: 4,
  termSums: { speed: 20 },
  endings: { fell: 1, timeOut: 0 },
};
const two: EnvironmentStatistics = {
  ...one,
  steps: 100,
  reward: 5,
  terms: { speed: -2 },
  episodes: 3,
  fitness: 8,
  endings: { fell: 0, timeOut: 1 },
};
const none: EnvironmentStatistics = {
  ...one,
  steps: 400,
  reward: 0,
  episodes: 0,
  episodeReturn: Number.NaN,
  fitness: Number.NaN,
  endings: { fell: Number.NaN, timeOut: Number.NaN },
};

describe("statistics of several shards", () => {
  it("are means weighted by steps and by episodes", () => {
    expect(mergeStatistics([one, two])).toEqual({
      ...one,
      steps: 400,
      reward: 2,
      terms: { speed: 1 },
      episodes: 4,
      fitness: 7,
      endings: { fell: 0.25, timeOut: 0.75 },
    });
  });

  it("leave out the episodes of a shard where none ended", () => {
    expect(mergeStatistics([none, two])).toMatchObject({ steps: 500, reward: 1, fitness: 8 });
    expect(mergeStatistics([none, none]).fitness).toBeNaN();
  });

  it("of one shard are its own", () => {
    expect(mergeStatistics([one])).toEqual(one);
  });
});
