import { describe, expect, it } from "vitest";
import { type RunEvent, runEventSchema, type StampedEvent } from "../../src/events/event.js";
import { foldAll } from "../../src/events/fold.js";
import { newRun } from "../../src/events/run-state.js";

const seconds = (n: number) => new Date(1e12 + 1000 * n).toISOString();
const stamped = (events: readonly (RunEvent & { at: number })[]): StampedEvent[] =>
  events.map(
    ({ at, ...event }, i) => ({ ...event, seq: i + 1, time: seconds(at) }) as StampedEvent,
  );

const start = {
  type: "runStarted",
  name: "r",
  task: { name: "t", hash: "h" },
  designer: { name: "offline", description: "d" },
  settings: {},
  versions: {},
  machine: "m",
} as const;
const proposed = (id: string, attempt: number, source: string): RunEvent => ({
  type: "candidateProposed",
  id,
  iteration: Number(id.split(".")[0]),
  index: Number(id.split(".")[1]),
  attempt,
  source,
  origin: { kind: "random", parents: [], reason: "" },
});
const checked = (id: string, attempt: number, accepted: boolean): RunEvent => ({
  type: "candidateChecked",
  id,
  attempt,
  accepted,
  issues: [],
  terms: ["a"],
  programHash: accepted ? "p" : null,
  path: "check",
});

describe("the fold of a run's events", () => {
  it("begins with nothing", () => {
    expect(foldAll([])).toEqual(newRun);
  });

  it("follows a candidate from proposal through repair to acceptance", () => {
    const state = foldAll(
      stamped([
        { at: 0, ...start },
        { at: 1, type: "iterationStarted", iteration: 1, restart: 0 },
        { at: 2, ...proposed("1.1", 0, "first") },
        { at: 3, ...checked("1.1", 0, false) },
        { at: 4, ...proposed("1.1", 1, "second") },
        { at: 5, ...checked("1.1", 1, true) },
      ]),
    );
    expect(state.candidates).toHaveLength(1);
    expect(state.candidates[0].status).toBe("accepted");
    expect(state.candidates[0].attempts.map((a) => [a.source, a.check?.accepted])).toEqual([
      ["first", false],
      ["second", true],
    ]);
  });

  it("counts wall time while processes worked and not the pauses between them", () => {
    const state = foldAll(
      stamped([
        { at: 0, ...start },
        { at: 10, type: "iterationStarted", iteration: 1, restart: 0 },
        { at: 5000, type: "runResumed", machine: "m" },
        { at: 5007, type: "iterationEnded", iteration: 1, best: null },
      ]),
    );
    expect(state.spent.wallSeconds).toBe(17);
  });

  it("adds up tokens and money, and counts answers of unknown price", () => {
    const answer = (costUsd: number | null) =>
      ({
        type: "answerReceived",
        iteration: 1,
        candidate: 1,
        attempt: 0,
        path: "a",
        model: "m",
        promptTokens: 10,
        completionTokens: 5,
        costUsd,
        seconds: 1,
      }) as const;
    const state = foldAll(
      stamped([
        { at: 0, ...start },
        { at: 1, ...answer(0.25) },
        { at: 2, ...answer(null) },
      ]),
    );
    expect(state.spent).toMatchObject({
      promptTokens: 20,
      completionTokens: 10,
      costUsd: 0.25,
      unpricedAnswers: 1,
    });
    expect(state.answers).toHaveLength(2);
  });

  it("gives a person's sentences to the iteration that starts next", () => {
    const state = foldAll(
      stamped([
        { at: 0, ...start },
        { at: 1, type: "note", text: "first" },
        { at: 2, type: "iterationStarted", iteration: 1, restart: 0 },
        { at: 3, type: "note", text: "second" },
        { at: 4, type: "note", text: "third" },
      ]),
    );
    expect(state.iterations[0].notes).toEqual(["first"]);
    expect(state.pendingNotes).toEqual(["second", "third"]);
  });

  it("remembers votes, pauses, budgets, alarms and how it ended", () => {
    const state = foldAll(
      stamped([
        { at: 0, ...start },
        { at: 1, ...proposed("1.1", 0, "a") },
        { at: 2, type: "vote", a: "1.1", b: "1.2", answer: "a" },
        { at: 3, type: "paused" },
      ]),
    );
    expect(state.votes).toEqual([{ a: "1.1", b: "1.2", answer: "a" }]);
    expect(state.status).toBe("paused");
    const later = foldAll(
      stamped([
        { at: 0, ...start },
        { at: 1, type: "paused" },
        { at: 2, type: "unpaused" },
        { at: 3, type: "budgetReached", kind: "money", limit: 1, spent: 1.01 },
        { at: 4, type: "runStopped", code: "E_X", message: "why" },
      ]),
    );
    expect(later.status).toBe("stopped");
    expect(later.budget?.kind).toBe("money");
    expect(later.stopped).toEqual({ code: "E_X", message: "why" });
  });

  it("counts no wall time while paused, nor for what people say while nobody works", () => {
    const state = foldAll(
      stamped([
        { at: 0, ...start },
        { at: 10, type: "paused", request: "r1" },
        { at: 110, type: "note", text: "while paused" },
        { at: 200, type: "unpaused" },
        { at: 205, type: "iterationStarted", iteration: 1, restart: 0 },
        { at: 9000, type: "note", text: "the process was killed long ago" },
        { at: 9100, type: "runResumed", machine: "another" },
        { at: 9101, type: "iterationEnded", iteration: 1, best: null },
      ]),
    );
    expect(state.spent.wallSeconds).toBe(16);
    expect(state.requests).toEqual(["r1"]);
    expect(state.iterations[0].notes).toEqual(["while paused"]);
  });

  it("keeps the last words on a reflection, and forks until they are candidates", () => {
    const edit = { type: "reflectionEdited" as const, iteration: 2, id: "1.1" };
    const events = stamped([
      { at: 0, ...start },
      { at: 1, type: "forked", source: "forks/1.ts", parents: ["1.1"], reason: "first" },
      { at: 1, type: "forked", source: "forks/2.ts", parents: [], reason: "second" },
      { at: 2, ...edit, text: "once" },
      { at: 3, ...edit, text: "twice" },
      { at: 3, type: "promoted", id: "1.1" },
      { at: 4, type: "iterationStarted", iteration: 2, restart: 0 },
    ]);
    const state = foldAll(events);
    expect(state.editedReflections).toEqual([{ iteration: 2, id: "1.1", text: "twice" }]);
    expect(state.iterations[0].promoted).toBe("1.1");
    const byHand = { kind: "hand" as const, parents: [], reason: "first" };
    const later = foldAll([
      ...events,
      ...stamped([
        { at: 5, ...proposed("2.7", 0, "a"), origin: byHand } as never,
        { at: 6, ...edit, text: null },
      ]),
    ]);
    expect(later.pendingForks.map(({ reason }) => reason)).toEqual(["second"]);
    expect(later.editedReflections).toEqual([]);
  });

  it("never changes a state it was given", () => {
    const events = stamped([
      { at: 0, ...start },
      { at: 1, ...proposed("1.1", 0, "a") },
    ]);
    const before = foldAll(events);
    const copy = structuredClone(before);
    foldAll([...events, ...stamped([{ at: 2, ...checked("1.1", 0, true) }])]);
    expect(before).toEqual(copy);
  });
});

describe("the event schema", () => {
  it("refuses unknown events, unknown members and wrong identifiers", () => {
    const good = { type: "vote", a: "2.5", b: "2.4", answer: "same" };
    expect(runEventSchema.safeParse(good).success).toBe(true);
    expect(runEventSchema.safeParse({ ...good, a: "2" }).success).toBe(false);
    expect(runEventSchema.safeParse({ ...good, answer: "c" }).success).toBe(false);
    expect(runEventSchema.safeParse({ ...good, more: 1 }).success).toBe(false);
    expect(runEventSchema.safeParse({ type: "nonsense" }).success).toBe(false);
  });
});
