import { describe, expect, it } from "vitest";
import { report } from "../../src/design/report.js";
import { compareFinals } from "../../src/design/score.js";
import { newRun } from "../../src/events/run-state.js";
import { type FakeWorld, listDesigner, run } from "./fakes.js";

const texts = { "1.1": "first reward", "1.2": "REFUSE", "1.3": "third reward, the good one" };

/** Human 1, sparse 0.2, the best 0.8, each a little different by seed. */
const world: FakeWorld = {
  fitness: (source, seed) => {
    const shift = seed > 1000 ? (seed - 1003) / 100 : 0;
    if (source === "human") return 1 + shift;
    if (source === "sparse") return 0.2 + shift;
    return (source.includes("good") ? 0.8 : 0.4) + shift;
  },
};

describe("the report", () => {
  it("has the code, the comparison with intervals, every candidate, and what it took", async () => {
    const { state, inputs } = await run({
      world,
      designer: listDesigner(texts, { "1.2#1": "REFUSE", "1.2#2": "REFUSE" }),
      settings: { iterations: 1, finalSeeds: 5 },
    });
    const text = report(state, (path) => inputs.journal.read(path));
    expect(inputs.journal.files.get("report.md")).toContain("## The best reward");
    expect(text).toContain("```ts\nthird reward, the good one\n```");
    expect(text).toContain("| best of the search | 0.8 | 0.78 to 0.82 | 5 | 1 k |");
    expect(text).toContain("| human reward | 1 |");
    // (0.8 − 0.2) / |1 − 0.2|
    expect(text).toContain("Human-normalized score, (best − sparse) / |human − sparse|: 0.75");
    expect(text).toContain("| 1.2 | – | – | – | – | model | E_REWARD_TYPE: it says REFUSE |");
    expect(text).toContain("| environment steps of the search | 600 |");
    expect(text).toContain("| machine | a test |");
    expect(text).toContain("Designer: list (a list of texts).");
  });

  it("says so where human and sparse cannot be told apart, and prints no score", async () => {
    const { state, inputs } = await run({
      world: { fitness: () => 0.5 },
      designer: listDesigner(texts),
      settings: { iterations: 1, finalSeeds: 3 },
    });
    const text = report(state, (path) => inputs.journal.read(path));
    expect(text).toContain("not distinguished");
    expect(text).not.toContain("Human-normalized score,");
    expect(compareFinals(state)).toMatchObject({ normalized: null, distinguished: false });
  });

  it("says how a training's policy is chosen, where it is", async () => {
    for (const faithful of [false, true]) {
      const { state, inputs } = await run({
        world,
        designer: listDesigner(texts),
        settings: { iterations: 1, finalSeeds: 1, faithful },
      });
      const text = report(state, (path) => inputs.journal.read(path));
      expect(text.includes("its policy is the best, on other episodes")).toBe(!faithful);
      expect(text.includes("the mean over the policies")).toBe(!faithful);
    }
  });

  it("stands where nothing trained, and where nothing happened", async () => {
    const { state, inputs } = await run({
      world: { fitness: () => 0, fails: (source) => (source === "human" ? null : "E_WORKER_HUNG") },
      settings: { iterations: 1, candidates: 1 },
    });
    const text = report(state, (path) => inputs.journal.read(path));
    expect(text).toContain("Nothing could be trained.");
    expect(text).toContain("E_WORKER_HUNG");
    expect(state.finalsPlan?.which).toEqual(["human", "sparse"]);
    expect(report(newRun, () => "")).toContain("Nothing happened");
  });
});

describe("the picture beside it", () => {
  it("has a dot for each trained candidate, a line to each parent and a curve for each final", async () => {
    const { inputs, state } = await run({
      world,
      designer: listDesigner(texts, { "1.2#1": "REFUSE", "1.2#2": "REFUSE" }),
      settings: { iterations: 1, finalSeeds: 2 },
    });
    const svg = inputs.journal.files.get("report.svg") ?? "";
    expect(svg.match(/<circle/g)).toHaveLength(2);
    expect(svg.match(/<polyline/g)).toHaveLength(state.finals.length);
    expect(svg).not.toContain("NaN");
    expect(svg).not.toContain("Infinity");
  });
});

describe("the comparison", () => {
  const compared = async (fitness: FakeWorld["fitness"]) => {
    const { state } = await run({
      world: { fitness },
      designer: listDesigner(texts),
      settings: { iterations: 1, finalSeeds: 5 },
    });
    return compareFinals(state);
  };
  const steadyBaselines: FakeWorld["fitness"] = (source, seed) => {
    if (source === "human") return 1;
    return source === "sparse" ? 0.2 : world.fitness(source, seed);
  };

  it("normalizes by seed and gives the 95 % interval", async () => {
    const { summaries, normalized } = await compared(steadyBaselines);
    const best = summaries.find(({ which }) => which === "best");
    expect(best?.perSeed.map(({ seed }) => seed)).toEqual([1001, 1002, 1003, 1004, 1005]);
    // Mean 0.8, deviation 0.0158, t(4) = 2.776: 0.8 ± 0.0196.
    expect(best?.fitness.low).toBeCloseTo(0.8 - 0.01963, 4);
    expect(normalized?.mean).toBeCloseTo(0.75, 9);
    expect(normalized?.high).toBeCloseTo(0.75 + 0.01963 / 0.8, 4);
  });

  it("is less sure of the score where the baselines spread, too", async () => {
    const steady = (await compared(steadyBaselines)).normalized;
    const { normalized } = await compared((source, seed) =>
      source === "human" ? 1 + (1003 - seed) / 20 : steadyBaselines(source, seed),
    );
    expect(normalized?.mean).toBeCloseTo(0.75, 9);
    expect(normalized?.high).toBeGreaterThan((steady?.high ?? 0) + 0.01);
    expect(normalized?.low).toBeLessThan((steady?.low ?? 0) - 0.01);
  });
});
