import { expect, test } from "vitest";
import { confirmationSeeds, designSettingsSchema } from "../../src/design/settings.js";
import { type FakeWorld, Killed, listDesigner, MemoryJournal, run } from "./fakes.js";

const texts = { "1.1": "lucky", "1.2": "lucky twice", "1.3": "steady", "1.4": "poor" };
const settings = {
  iterations: 1,
  candidates: 4,
  confirm: 3,
  confirmSeeds: 3,
  halving: false,
  finalSeeds: 2,
};

/** Perfect with the search's seed; `lucky twice` with the first seed of the confirmation too. */
const world: FakeWorld = {
  fitness: (source, seed) => {
    if (source === "poor") return 0.1;
    if (source === "steady") return 0.9;
    const luck = source === "lucky twice" ? [1, 2001] : [1];
    return luck.includes(seed) ? 1 : 0.2;
  },
};

const fitnesses = (state: Awaited<ReturnType<typeof run>>["state"]) =>
  Object.fromEntries(
    state.candidates.map(({ id, confirmations }) => [id, confirmations.map((c) => c.fitness)]),
  );

test("the seeds of a confirmation are no search's and no final's; the original has none", () => {
  expect(confirmationSeeds(designSettingsSchema.parse({ confirmSeeds: 2 }))).toEqual([2001, 2002]);
  expect(confirmationSeeds(designSettingsSchema.parse({ faithful: true }))).toEqual([]);
});

test("a candidate that was lucky in the search, and one lucky once more, give way to a steady one", async () => {
  const { state } = await run({ world, designer: listDesigner(texts), settings });
  expect(fitnesses(state)).toEqual({
    "1.1": [0.2, 0.2, 0.2],
    "1.2": [1, 0.2, 0.2],
    "1.3": [0.9, 0.9, 0.9],
    "1.4": [],
  });
  expect(state.finalsPlan?.best).toBe("1.3");
});

test("one candidate alone is not compared with itself", async () => {
  const { state } = await run({ world, settings: { ...settings, candidates: 1 } });
  expect(state.candidates[0].confirmations).toEqual([]);
});

test("killed after any event, it trains the same ones again and chooses the same", async () => {
  const whole = await run({ world, designer: listDesigner(texts), settings });
  const first = whole.inputs.journal.events.findIndex((e) => e.type === "candidateConfirmed");
  const last = whole.inputs.journal.events.findIndex((e) => e.type === "finalsStarted");
  for (let limit = first; limit <= last; limit++) {
    const journal = new MemoryJournal([], new Map(), limit);
    const parts = { world, designer: listDesigner(texts), settings };
    await expect(run({ ...parts, journal })).rejects.toThrow(Killed);
    const again = new MemoryJournal(journal.events, journal.files);
    const { state } = await run({ ...parts, journal: again });
    const count = (s: typeof state) => s.candidates.flatMap((c) => c.confirmations).length;
    expect(count(state)).toBe(count(whole.state));
    expect(state.finalsPlan?.best).toBe("1.3");
  }
});
