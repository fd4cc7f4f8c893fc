import { describe, expect, it } from "vitest";
import { type Compared, choose, compared, rankPolicies } from "../../src/transfer/choose.js";
import { worstTenth } from "../../src/transfer/exam.js";

function policy(configuration: string, seed: number, numbers: Partial<Compared>): Compared {
  const usual = { mean: 10, worstTenth: 5, success: 1, smoothness: 3 };
  return { row: "designed", configuration, seed, ...usual, ...numbers };
}

describe("worstTenth", () => {
  it("is the mean of the lowest tenth, at least of one", () => {
    const values = Array.from({ length: 20 }, (_, i) => 20 - i);
    expect(worstTenth(values)).toBe(1.5);
    expect(worstTenth([7, 3])).toBe(3);
  });
});

describe("rankPolicies", () => {
  it("goes by the worst tenth first, whatever the mean", () => {
    const safe = policy("safe", 1, { worstTenth: 6, mean: 8 });
    const fast = policy("fast", 1, { worstTenth: 4, mean: 20 });
    expect(rankPolicies([fast, safe]).map((one) => one.configuration)).toEqual(["safe", "fast"]);
  });

  it("lets the mean decide where worst tenths tie, and smoothness where both do", () => {
    const far = policy("far", 1, { worstTenth: 4.95, mean: 12 });
    const near = policy("near", 1, {});
    expect(rankPolicies([near, far])[0].configuration).toBe("far");
    const smooth = policy("smooth", 1, { mean: 9.9, smoothness: 1 });
    expect(rankPolicies([near, smooth])[0].configuration).toBe("smooth");
  });

  it("keeps the order of what is below zero", () => {
    const bad = policy("bad", 1, { worstTenth: -2 });
    const worse = policy("worse", 1, { worstTenth: -3 });
    expect(rankPolicies([worse, bad])[0].configuration).toBe("bad");
  });
});

describe("choose", () => {
  it("takes the best of every row and seed, the best of all first, and says why", () => {
    const all = [
      policy("a", 1, { worstTenth: 5 }),
      policy("b", 1, { worstTenth: 7 }),
      policy("a", 2, { worstTenth: 6 }),
      policy("none", 1, { row: "none", worstTenth: 2 }),
    ];
    const { policies, why } = choose(all);
    expect(policies.map((one) => `${one.row} ${one.configuration} ${one.seed}`)).toEqual([
      "designed b 1",
      "designed a 2",
      "none none 1",
    ]);
    expect(why).toMatch(/worst tenth/);
  });
});

describe("compared", () => {
  it("sums a row of the matrix up by hand-computed numbers", () => {
    const row = {
      headline: [1, 2, 3, 4],
      smoothness: [2, 4, 2, 4],
      success: [true, false, true, true],
    };
    expect(compared({ row: "human", configuration: "human", seed: 3 }, row)).toEqual({
      row: "human",
      configuration: "human",
      seed: 3,
      mean: 2.5,
      worstTenth: 1,
      success: 0.75,
      smoothness: 3,
    });
  });
});
