import { expect, test } from "vitest";
import { fitnessOf, memoryOf, scoredCandidates } from "../../src/design/history.js";
import { design } from "../../src/design/loop.js";
import { designSettingsSchema, repeatSeeds } from "../../src/design/settings.js";
import { type FakeWorld, inputsFor, Killed, listDesigner, MemoryJournal, run } from "./fakes.js";

const texts = { "1.1": "poor", "1.2": "lucky", "1.3": "steady", "1.4": "worst" };
const settings = { iterations: 1, candidates: 4, repeats: 2, confirm: 0, halving: false };

/** `lucky` is perfect with the search's seed alone. */
const world: FakeWorld = {
  fitness: (source, seed) => {
    if (source === "lucky") return seed === 1 ? 1 : 0.1;
    return { steady: 0.8, poor: 0.4 }[source] ?? 0;
  },
};

const repeated = (state: Awaited<ReturnType<typeof run>>["state"]) =>
  Object.fromEntries(state.candidates.map((c) => [c.id, c.repeats.map(({ fitness }) => fitness)]));

test("those trained to the end are trained with more seeds, and the mean decides", async () => {
  const { state, inputs } = await run({ world, designer: listDesigner(texts), settings });
  expect(repeated(state)).toEqual({
    "1.1": [0.4, 0.4],
    "1.2": [0.1, 0.1],
    "1.3": [0.8, 0.8],
    "1.4": [0, 0],
  });
  expect(fitnessOf(state, state.candidates[1])).toBeCloseTo((1 + 0.1 + 0.1) / 3, 12);
  expect(state.iterations[0].best).toBe("1.3");
  expect(state.finalsPlan?.best).toBe("1.3");
  // Four candidates, three seeds, 400 steps each.
  expect(state.spent.searchSteps).toBe(12 * 400);
  expect(inputs.executor.requests).toContain("lucky 3001 400");
});

test("what halving stopped early is not", async () => {
  const { state } = await run({
    world,
    designer: listDesigner(texts),
    settings: { ...settings, halving: true },
  });
  expect(repeated(state)).toEqual({ "1.1": [], "1.2": [0.1, 0.1], "1.3": [0.8, 0.8], "1.4": [] });
  expect(state.iterations[0].best).toBe("1.3");
});

test("the seeds are no other search's, no confirmation's and no final's", () => {
  const of = (seed: number) => repeatSeeds(designSettingsSchema.parse({ seed, repeats: 9 }));
  expect(of(1)).toEqual([3001, 4001, 5001, 6001, 7001, 8001, 9001, 10001, 11001]);
  expect(of(999).filter((seed) => of(1).includes(seed))).toEqual([]);
  expect(repeatSeeds(designSettingsSchema.parse({ faithful: true }))).toEqual([]);
});

test("a candidate that fails with another seed has no fitness", async () => {
  const { state } = await run({ world, designer: listDesigner(texts), settings });
  const failed = state.candidates.map((candidate) =>
    candidate.id === "1.3"
      ? { ...candidate, repeats: [{ seed: 3001, fitness: null, stepsTo95: null }] }
      : candidate,
  );
  const scored = scoredCandidates({ ...state, candidates: failed }, designSettingsSchema.parse({}));
  expect(scored.find(({ candidate }) => candidate.id === "1.3")?.fitness).toBeNull();
});

test("a target is reached by the mean, not by a lucky seed", async () => {
  const reached = async (target: number) =>
    (
      await run({
        world,
        designer: listDesigner(texts),
        settings: { ...settings, iterations: 2, target },
      })
    ).state;
  expect((await reached(0.9)).target).toBeNull();
  const state = await reached(0.7);
  expect(state.target).toMatchObject({ id: "1.3", fitness: expect.closeTo(0.8, 12) });
  expect(state.iterations).toHaveLength(1);
});

test("designers are told the mean", async () => {
  const inputs = inputsFor({ world, designer: listDesigner(texts), settings });
  const told: unknown[] = [];
  const { propose } = inputs.designer;
  const designer: typeof inputs.designer = {
    ...inputs.designer,
    async propose(context, indices, deliver) {
      told.push(memoryOf(context.history, inputs.settings, context.iteration).best?.fitness);
      await propose(context, indices, deliver);
    },
  };
  await design({ ...inputs, designer, settings: { ...inputs.settings, iterations: 2 } });
  expect(told).toEqual([undefined, expect.closeTo(0.8, 12)]);
});

test("killed after any event, it repeats what is missing and ends the same", async () => {
  const parts = { world, designer: listDesigner(texts), settings: { ...settings, finals: false } };
  const whole = await run(parts);
  for (let limit = 1; limit < whole.inputs.journal.events.length; limit++) {
    const journal = new MemoryJournal([], new Map(), limit);
    await expect(run({ ...parts, journal })).rejects.toThrow(Killed);
    const again = new MemoryJournal(journal.events, journal.files);
    const { state } = await run({ ...parts, journal: again });
    expect(repeated(state)).toEqual(repeated(whole.state));
    expect(state.iterations[0].best).toBe("1.3");
  }
});
