import { describe, expect, it, vi } from "vitest";
import { design } from "../../src/design/loop.js";
import type { RunEvent } from "../../src/events/event.js";
import { inputsFor, listDesigner, MemoryJournal } from "./fakes.js";

/** Does something when the run's log has come to an event. */
class ActingJournal extends MemoryJournal {
  private readonly act: (event: RunEvent, journal: MemoryJournal) => void;

  constructor(act: (event: RunEvent, journal: MemoryJournal) => void, from?: MemoryJournal) {
    super(from?.events, from?.files);
    this.act = act;
  }

  override record(event: RunEvent): void {
    super.record(event);
    this.act(event, this);
  }
}

/** Long enough for what must not happen. */
const soon = () => new Promise((resolve) => setTimeout(resolve, 20));
const small = { iterations: 2, candidates: 2, finals: false, halving: false } as const;

describe("a paused search", () => {
  it("begins no training and proposes nothing until it is told to go on", async () => {
    const journal = new ActingJournal((event, own) => {
      if (event.type === "rungFinished" && event.id === "1.1") {
        own.record({ type: "paused", why: "asked" });
      }
    });
    const inputs = inputsFor({ journal, settings: { ...small, candidates: 3 } });
    const ended = design(inputs);
    const trained = () => journal.state.candidates.filter(({ rungs }) => rungs.length > 0);
    await vi.waitFor(() => expect(trained()).toHaveLength(2));
    await soon();
    // Two train at once; the third waits.
    expect(inputs.executor.requests).toHaveLength(2);
    expect(journal.state.status).toBe("paused");
    journal.record({ type: "unpaused" });
    expect((await ended).status).toBe("finished");
    expect(inputs.executor.requests).toHaveLength(6);
  });

  it("can be stopped, and goes on when it is taken up again", async () => {
    const stop = new AbortController();
    const journal = new ActingJournal((event, own) => {
      if (event.type === "iterationEnded" && event.iteration === 1) own.record({ type: "paused" });
    });
    const ended = design(inputsFor({ journal, settings: small, signal: stop.signal }));
    await vi.waitFor(() => expect(journal.state.status).toBe("paused"));
    await soon();
    stop.abort();
    expect((await ended).stopped?.code).toBe("E_CANCELLED");
    expect(journal.state.iterations).toHaveLength(1);
    const again = inputsFor({
      journal: new MemoryJournal(journal.events, journal.files),
      settings: small,
    });
    expect((await design(again)).status).toBe("finished");
    expect(again.executor.requests).toHaveLength(2);
  });

  it("pauses itself before every further prompt where a person wants to review it", async () => {
    const whys: (string | undefined)[] = [];
    const journal = new ActingJournal((event, own) => {
      if (event.type !== "paused") return;
      whys.push(event.why);
      setTimeout(() => own.record({ type: "unpaused" }), 5);
    });
    const designer = { ...listDesigner({}), readsPrompts: true };
    const settings = { ...small, iterations: 3, review: true };
    await design(inputsFor({ journal, designer, settings }));
    expect(whys).toEqual(["review", "review"]);
  });
});

describe("a reward written by hand", () => {
  /** Somebody writes one as soon as `when` is in the log. */
  function forking(when: (event: RunEvent) => boolean, source = "a long reward by hand") {
    let done = false;
    return new ActingJournal((event, own) => {
      if (done || !when(event)) return;
      done = true;
      own.write("forks/one.ts", source);
      own.record({
        type: "forked",
        source: "forks/one.ts",
        parents: ["1.1"],
        reason: "pays the pole",
      });
    });
  }

  it("is trained with the iteration in which it comes, after the designer's own", async () => {
    const journal = forking((event) => event.type === "rungFinished" && event.id === "1.1");
    const state = await design(inputsFor({ journal, settings: small }));
    const [byHand] = state.candidates.filter(({ origin }) => origin.kind === "hand");
    expect(byHand).toMatchObject({ id: "1.3", status: "trained", complete: true });
    expect(byHand.origin).toEqual({ kind: "hand", parents: ["1.1"], reason: "pays the pole" });
    expect(state.pendingForks).toEqual([]);
    expect(state.iterations[0].best).toBe("1.3");
  });

  it("has an iteration of its own where it comes after the last", async () => {
    const journal = forking((event) => event.type === "iterationEnded" && event.iteration === 2);
    const state = await design(inputsFor({ journal, settings: small }));
    expect(state.candidates.map(({ id }) => id)).toEqual(["1.1", "1.2", "2.1", "2.2", "3.3"]);
    expect(state.iterations.at(-1)).toMatchObject({ iteration: 3, ended: true, best: "3.3" });
  });

  it("is refused without repair where the check refuses it", async () => {
    const journal = forking((event) => event.type === "iterationStarted", "REFUSE");
    const state = await design(inputsFor({ journal, settings: small }));
    const byHand = state.candidates.find(({ origin }) => origin.kind === "hand");
    expect(byHand).toMatchObject({ status: "refused", attempts: [{ attempt: 0 }] });
  });

  it("is trained once however often the process is killed", async () => {
    const whole = forking((event) => event.type === "rungFinished" && event.id === "1.2");
    const state = await design(inputsFor({ journal: whole, settings: small }));
    const forkedAt = whole.events.findIndex((event) => event.type === "forked");
    for (let kept = forkedAt + 1; kept < whole.events.length; kept++) {
      const journal = new MemoryJournal(whole.events.slice(0, kept), whole.files);
      const again = await design(inputsFor({ journal, settings: small }));
      expect(again.status).toBe("finished");
      const ids = again.candidates.map(({ id, origin }) => `${id} ${origin.kind}`);
      expect(ids).toEqual(state.candidates.map(({ id, origin }) => `${id} ${origin.kind}`));
    }
  });
});

describe("what people say", () => {
  it("is told to the next iteration, with votes as sentences, and not to the one under way", async () => {
    const notes: Record<number, readonly string[]> = {};
    const listed = listDesigner({});
    const designer = {
      ...listed,
      async propose(...[context, indices, deliver]: Parameters<typeof listed.propose>) {
        notes[context.iteration] = context.notes;
        await listed.propose(context, indices, deliver);
      },
    };
    const journal = new ActingJournal((event, own) => {
      if (event.type !== "iterationEnded" || event.iteration !== 1) return;
      own.record({ type: "vote", a: "1.1", b: "1.2", answer: "b" });
      own.record({ type: "vote", a: "1.1", b: "1.2", answer: "same" });
      own.record({ type: "note", text: "it hops" });
    });
    await design(inputsFor({ journal, designer, settings: small }));
    expect(notes[1]).toEqual([]);
    expect(notes[2]).toEqual([
      "it hops",
      "A person watched the trained robots side by side and preferred the motion of a reward with the terms term (fitness 0.1) to that of the first reward shown.",
      "A person watched the trained robots side by side and saw no difference between the first reward shown and a reward with the terms term (fitness 0.1).",
    ]);
  });

  it("the promoted candidate is what the next iteration improves on, until it is undone", async () => {
    const best: (string | undefined)[] = [];
    const listed = listDesigner({ "1.2": "a much longer reward" });
    const designer = {
      ...listed,
      async propose(...[context, indices, deliver]: Parameters<typeof listed.propose>) {
        best.push(context.best?.id);
        await listed.propose(context, indices, deliver);
      },
    };
    const journal = new ActingJournal((event, own) => {
      if (event.type !== "iterationEnded") return;
      own.record({ type: "promoted", id: event.iteration === 1 ? "1.1" : null });
    });
    await design(inputsFor({ journal, designer, settings: { ...small, iterations: 3 } }));
    expect(best).toEqual([undefined, "1.1", "1.2"]);
  });

  it("a person's words replace the reflection in the iteration they are for", async () => {
    const told: Record<number, string | null | undefined> = {};
    const listed = listDesigner({});
    const designer = {
      ...listed,
      async propose(...[context, indices, deliver]: Parameters<typeof listed.propose>) {
        told[context.iteration] = context.history.find(({ id }) => id === "1.1")?.told;
        await listed.propose(context, indices, deliver);
      },
    };
    const journal = new ActingJournal((event, own) => {
      if (event.type !== "iterationEnded" || event.iteration !== 1) return;
      own.record({ type: "reflectionEdited", iteration: 2, id: "1.1", text: "the pole swings" });
    });
    await design(inputsFor({ journal, designer, settings: { ...small, iterations: 3 } }));
    expect(told).toEqual({ 1: undefined, 2: "the pole swings", 3: null });
  });
});
