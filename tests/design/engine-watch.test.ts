import { describe, expect, it } from "vitest";
import { describeMark, physicsOf, watched } from "../../src/design/engine-watch.js";
import { conversationInputs } from "../../src/design/prompted-designer.js";
import type { CompiledTask } from "../../src/reward/compiled-task.js";
import type { MetricsRow } from "../../src/rl/metrics.js";
import { type WatchStatistics, watchMeasures } from "../../src/sim/watch-statistics.js";
import { walker } from "../task/fake-simulator.js";
import { fakeTask as loadedTask } from "../task/fake-task.js";
import { type FakeWorld, fakeTask, listDesigner, row, run } from "./fakes.js";

/** Anchors this far apart, m, in 99 of 100 samples; all else is still. */
function physics(anchorError: number): WatchStatistics {
  const measures = watchMeasures.map((name) => {
    const value = name === "anchorError" ? anchorError : 0;
    return [name, { mean: value / 2, high: value, max: 2 * value }];
  });
  return { samples: 10, measures: Object.fromEntries(measures) };
}

const rows = (anchorError: (share: number) => number): MetricsRow[] =>
  Array.from({ length: 20 }, (_, i) =>
    row({ totalSteps: 20 * (i + 1), fitness: i / 20, physics: physics(anchorError((i + 1) / 20)) }),
  );

/** A task whose joints may come apart by 10 cm. */
function task(limit = 0.1): CompiledTask {
  const fake = fakeTask();
  const definition = { ...fake.task.definition, physics: { watch: { anchorError: limit } } };
  return { ...fake, task: { ...fake.task, robot: walker, definition } } as unknown as CompiledTask;
}

/** Fitness written into the text; a text that says CHEAT ends with joints 30 cm apart. */
const world: FakeWorld = {
  fitness: (source) => Number(/fitness (-?[\d.]+)/.exec(source)?.[1] ?? 0),
  rows: (source) => rows((share) => (/CHEAT/.test(source) && share > 0.7 ? 0.3 : 0.01)),
};

const texts = {
  "1.1": "a CHEAT fitness 0.9",
  "1.2": "b fitness 0.5",
  "1.3": "c fitness 0.1",
  "2.1": "d CHEAT fitness 0.8",
  "2.2": "e fitness 0.4",
  "2.3": "f CHEAT fitness 0.7",
};

describe("a candidate that lives off the solver", () => {
  it("is marked, raises an alarm and by default ranks below all clean ones", async () => {
    const remembered: (string | undefined)[] = [];
    const list = listDesigner(texts);
    const { state } = await run({
      task: task(),
      world,
      designer: {
        ...list,
        propose: (context, indices, deliver) => {
          remembered.push(context.best?.id);
          return list.propose(context, indices, deliver);
        },
      },
    });
    expect(state.iterations.map(({ best }) => best)).toEqual(["1.2", "2.2"]);
    expect(remembered).toEqual([undefined, "1.2"]);
    expect(state.finalsPlan?.best).toBe("1.2");
    expect(state.alarms.map(({ id, kind }) => `${id} ${kind}`)).toEqual([
      "1.1 engineWatch",
      "2.1 engineWatch",
      "2.3 engineWatch",
    ]);
    expect(state.alarms[0].message).toBe("joints coming apart 0.3 m in training (limit 0.1)");
    const cheat = state.candidates.find(({ id }) => id === "1.1");
    // Halving keeps the clean ones, so it was stopped half way.
    expect(cheat).toMatchObject({ complete: false, rungs: [{ rung: 0 }] });
    expect(cheat?.rungs[0].result.physics?.measures["anchorError"]?.high).toBeCloseTo(0.3, 9);
  });

  it.each([
    ["warn", "1.1", 3],
    ["off", "1.1", 0],
  ] as const)("with %s keeps its rank", async (engineWatch, best, alarms) => {
    const { state } = await run({
      task: task(),
      world,
      designer: listDesigner(texts),
      settings: { engineWatch },
    });
    expect(state.finalsPlan?.best).toBe(best);
    expect(state.alarms).toHaveLength(alarms);
  });

  it("keeps its rank in a faithful search, which knows no such rule", async () => {
    const { state } = await run({
      task: task(),
      world: {
        ...world,
        rows: (source, fitness) =>
          (world.rows?.(source, fitness, 1) ?? []).map((one) => ({ ...one, fitness })),
      },
      designer: listDesigner(texts),
      settings: { faithful: true },
    });
    expect(state.finalsPlan?.best).toBe("1.1");
    expect(state.alarms).toHaveLength(3);
  });

  it("does not reach the target, and is the best where there is no other", async () => {
    const { state } = await run({
      task: task(),
      world,
      designer: listDesigner({ "1.1": "a CHEAT fitness 0.9", "1.2": "b CHEAT fitness 0.5" }),
      settings: { iterations: 1, candidates: 2, target: 0.8 },
    });
    expect(state.target).toBeNull();
    expect(state.finalsPlan?.best).toBe("1.1");
  });

  it.each([
    ["an iteration's repeat", 3001, { repeats: 1, confirm: 0 }],
    ["a confirmation", 2001, { repeats: 0, confirm: 2, confirmSeeds: 1 }],
  ])("is marked where it does so in %s alone", async (_, seed, settings) => {
    const { state, inputs } = await run({
      task: task(),
      world: {
        fitness: (source, own) => (source === "a" ? (own === seed ? 0.89 : 0.9) : 0.5),
        rows: (_source, fitness) => rows(() => (fitness === 0.89 ? 0.3 : 0.01)),
      },
      designer: listDesigner({ "1.1": "a", "1.2": "b" }),
      settings: { iterations: 1, candidates: 2, halving: false, keep: 1, ...settings },
    });
    expect(state.finalsPlan?.best).toBe("1.2");
    expect(state.alarms).toEqual([
      { id: "1.1", kind: "engineWatch", message: expect.stringContaining("joints coming apart") },
    ]);
    const report = inputs.journal.read(state.report ?? "");
    expect(report).toMatch(/\| 1\.1 \| 0 \| 10 \| .* clean \|/);
    expect(report).toMatch(
      new RegExp(`\\| 1\\.1, seed ${seed} \\| 0 \\| 300 \\| .* joints coming apart 0\\.3 m`),
    );
  });

  it("is clean where the task declares that so much is right", async () => {
    const { state } = await run({ task: task(0.4), world, designer: listDesigner(texts) });
    expect(state.alarms).toEqual([]);
    expect(state.finalsPlan?.best).toBe("1.1");
  });
});

describe("for people", () => {
  it("the report lists what the watch saw, and the reflection holds its curves", async () => {
    const { state, inputs } = await run({ task: task(), world, designer: listDesigner(texts) });
    const text = inputs.journal.read(state.report ?? "");
    expect(text).toContain("## Engine watch");
    expect(text).toMatch(/\| 1\.1 \| 0 \| 300 \| 0 \| 0 \| joints coming apart 0\.3 m/);
    expect(text).toMatch(/\| 1\.2 \| 0 \| 10 \| 0 \| 0 \| clean \|/);
    const { reflection } = state.candidates[0].rungs[0];
    const anchors = reflection.physics?.find(({ name }) => name === "anchorError (m)");
    expect(anchors?.values[0]).toBeCloseTo(0.01, 9);
    expect(anchors?.max).toBeCloseTo(0.3, 9);
    expect(reflection.series.map(({ kind }) => kind)).not.toContain("physics");
    const off = await run({
      task: task(),
      world,
      designer: listDesigner(texts),
      settings: { engineWatch: "off" },
    });
    expect(off.inputs.journal.read(off.state.report ?? "")).not.toContain("Engine watch");
  });
});

describe("what is judged", () => {
  it("is the last fifth of the training, and the evaluation that followed", () => {
    expect(physicsOf(rows((share) => (share > 0.8 ? 0 : 1)))?.measures.anchorError.max).toBe(0);
    expect(physicsOf([row({})])).toBeNull();
    const evaluation = {
      set: "select" as const,
      profile: "reference" as const,
      engine: "rapier" as const,
      totalSteps: 1,
      episodes: 1,
      fitness: 1,
      fitnessPerEpisode: [1],
      episodeLength: 1,
      episodeReturn: 1,
      endings: {},
      physics: physics(0.2),
    };
    const { engineWatch } = watched(
      { metrics: rows(() => 0), evaluations: [evaluation] },
      "select",
      task().task,
    );
    expect(engineWatch).toMatchObject([
      { where: "evaluation", measure: "anchorError", value: 0.2 },
    ]);
    expect(watched({ metrics: [row({})], evaluations: [] }, "select", task().task)).toEqual({});
  });

  it("is told to the model of a marked candidate alone", async () => {
    const told = async (cheat: boolean) => {
      const texts: string[] = [];
      const list = listDesigner({ "1.1": `a ${cheat ? "CHEAT " : ""}fitness 0.9` });
      await run({
        task: task(),
        world,
        designer: {
          ...list,
          propose: (context, indices, deliver) => {
            const inputs = conversationInputs(loadedTask(), context);
            texts.push(inputs.feedback?.best.reflection ?? "");
            return list.propose(context, indices, deliver);
          },
        },
        settings: { iterations: 2, candidates: 1, finals: false },
      });
      return texts[1];
    };
    const mark = {
      where: "training",
      measure: "anchorError",
      unit: "m",
      value: 0.3,
      limit: 0.1,
    } as const;
    expect(await told(true)).toContain(describeMark(mark));
    expect(await told(false)).not.toMatch(/no physics|anchor/);
  });
});
