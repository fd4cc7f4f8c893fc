import { describe, expect, it } from "vitest";
import { scoreOf } from "../../src/design/history.js";
import { design } from "../../src/design/loop.js";
import { offlineDesigner } from "../../src/design/offline/designer.js";
import { signalFacts } from "../../src/design/offline/signal-facts.js";
import {
  FakeExecutor,
  type FakeWorld,
  inputsFor,
  Killed,
  listDesigner,
  MemoryJournal,
  run,
  swingUpTable,
} from "./fakes.js";

/** Fitness written into the text: `fitness 0.7`. */
const written: FakeWorld = {
  fitness: (source) => Number(/fitness (-?[\d.]+)/.exec(source)?.[1] ?? 0),
  fails: (source) => (/CRASH/.test(source) ? "E_WORKER_CRASHED" : null),
};

const two = {
  "1.1": "a fitness 0.2",
  "1.2": "b fitness 0.5",
  "1.3": "c fitness 0.1",
  "2.1": "d fitness 0.4",
  "2.2": "e fitness 0.9",
  "2.3": "f fitness 0.3",
};

describe("the design loop", () => {
  it("proposes, checks, trains and remembers, iteration by iteration, then trains the finals", async () => {
    const { state, inputs } = await run({ world: written, designer: listDesigner(two) });
    expect(state.status).toBe("finished");
    expect(state.iterations.map(({ best }) => best)).toEqual(["1.2", "2.2"]);
    expect(state.finalsPlan?.best).toBe("2.2");
    expect(state.finals.map(({ which, seed }) => `${which} ${seed}`).sort()).toEqual(
      ["best", "human", "sparse"].flatMap((w) => [`${w} 1001`, `${w} 1002`]).sort(),
    );
    const order = inputs.journal.events.map(({ type }) => type);
    expect(order.slice(0, 3)).toEqual(["runStarted", "iterationStarted", "candidateProposed"]);
    expect(order.indexOf("trainingStarted")).toBeGreaterThan(
      order.lastIndexOf("candidateChecked", order.indexOf("trainingStarted")),
    );
    expect(order.at(-1)).toBe("runFinished");
  });

  it("trains all candidates half way and only the better half, rounded up, to the end", async () => {
    const { state, inputs } = await run({
      world: written,
      designer: listDesigner(two),
      settings: { iterations: 1, finals: false },
    });
    expect(inputs.executor.requests).toEqual([
      "a fitness 0.2 1 200",
      "b fitness 0.5 1 200",
      "c fitness 0.1 1 200",
      "a fitness 0.2 1 400",
      "b fitness 0.5 1 400",
    ]);
    expect(state.candidates.map(({ complete }) => complete)).toEqual([true, true, false]);
    expect(state.candidates.map(({ status }) => status)).toEqual(["trained", "trained", "trained"]);
    expect(state.spent.searchSteps).toBe(3 * 200 + 2 * 200);
  });

  it("lets a crashing candidate cost only itself", async () => {
    const { state } = await run({
      world: written,
      designer: listDesigner({ ...two, "1.2": "CRASH" }),
      settings: { finals: false },
    });
    const crashed = state.candidates.find(({ id }) => id === "1.2");
    expect(crashed?.failure?.code).toBe("E_WORKER_CRASHED");
    expect(state.iterations.map(({ best }) => best)).toEqual(["1.1", "2.2"]);
  });

  it("repairs a refused candidate with its diagnostics, a bounded number of times", async () => {
    const { state } = await run({
      world: written,
      designer: listDesigner(
        { ...two, "1.1": "REFUSE", "1.2": "REFUSE" },
        {
          "1.1#1": "REFUSE again",
          "1.1#2": "mended fitness 0.8",
          "1.2#1": "REFUSE",
          "1.2#2": "REFUSE",
        },
      ),
      settings: { iterations: 1, finals: false },
    });
    expect(state.candidates.map((c) => c.attempts.length)).toEqual([3, 3, 1]);
    expect(state.candidates[0].status).toBe("trained");
    expect(state.iterations[0].best).toBe("1.1");
    expect(state.candidates[1].status).toBe("refused");
    expect(state.candidates[1].failure).toEqual({
      code: "E_REWARD_TYPE",
      message: "it says REFUSE",
    });
  });

  it("does not train the same program twice", async () => {
    const { state, inputs } = await run({
      world: written,
      designer: listDesigner({ ...two, "1.3": two["1.2"], "2.1": two["1.2"] }),
      settings: { finals: false, halving: false },
    });
    const same = state.candidates.filter(({ status }) => status === "duplicate");
    expect(same.map(({ id, duplicateOf }) => `${id} as ${duplicateOf}`)).toEqual([
      "1.3 as 1.2",
      "2.1 as 1.2",
    ]);
    expect(inputs.executor.requests.filter((r) => r.startsWith("b "))).toHaveLength(1);
    expect(scoreOf(state, same[0], false)).toBe(0.5);
  });

  it("ends the search when a fitness reaches the target", async () => {
    const { state } = await run({
      world: written,
      designer: listDesigner(two),
      settings: { target: 0.45, iterations: 5, finals: false },
    });
    expect(state.target?.id).toBe("1.2");
    expect(state.iterations).toHaveLength(1);
  });

  it("stops in the middle of an iteration when a budget is reached, keeps all and goes on to the finals", async () => {
    const { state, inputs } = await run({
      world: written,
      designer: listDesigner(two),
      settings: { maxSteps: 1100, halving: false },
    });
    expect(state.budget).toMatchObject({ kind: "environmentSteps", limit: 1100, spent: 800 });
    expect(state.spent.searchSteps).toBe(800);
    expect(state.iterations).toHaveLength(1);
    expect(state.finalsPlan?.best).toBe("1.2");
    expect(state.finals).toHaveLength(6);
    expect(inputs.executor.requests).toHaveLength(2 + 6 + 6);
  });

  it("stops after the budget when told so, to go on with a larger one", async () => {
    const { state } = await run({
      world: written,
      designer: listDesigner(two),
      settings: { maxSteps: 500, onBudget: "stop" },
    });
    expect(state.status).toBe("stopped");
    expect(state.stopped?.code).toBe("E_BUDGET_REACHED");
    expect(state.finals).toHaveLength(0);
  });

  it("goes on in the middle of the iteration where a budget stopped it, with a larger one", async () => {
    const parts = { journal: new MemoryJournal(), executor: new FakeExecutor(written) };
    const begin = (maxSteps: number) =>
      design(
        inputsFor({
          ...parts,
          designer: listDesigner(two),
          settings: { maxSteps, onBudget: "stop", halving: false },
        }),
      );
    const stopped = await begin(900);
    expect(stopped.iterations).toMatchObject([{ iteration: 1, ended: false }]);
    expect(parts.journal.files.get("report.md")).toContain("Candidate 1.2, fitness 0.5");
    const finished = await begin(1e6);
    expect(finished.iterations.map(({ best }) => best)).toEqual(["1.2", "2.2"]);
    expect(finished.candidates.every(({ status }) => status === "trained")).toBe(true);
  });

  it("takes up the finals without searching again, and remembers why the search ended", async () => {
    const journal = new MemoryJournal();
    const executor = new FakeExecutor(written);
    const designer = listDesigner(two);
    const settings = { maxSteps: 1100, halving: false };
    const stop = new AbortController();
    const record = journal.record.bind(journal);
    journal.record = (event) => {
      record(event);
      if (event.type === "finalEvaluated") stop.abort();
    };
    await design(inputsFor({ journal, executor, designer, settings, signal: stop.signal }));
    journal.record = record;
    const raised = { ...settings, maxSteps: 1e6 };
    const state = await design(inputsFor({ journal, executor, designer, settings: raised }));
    expect(state).toMatchObject({ status: "finished", budget: { kind: "environmentSteps" } });
    expect(state.iterations).toHaveLength(1);
    expect(state.finals).toHaveLength(6);
  });

  it("takes into the finals what reached the target, though only half trained", async () => {
    const { state } = await run({
      world: written,
      designer: listDesigner(two),
      settings: { target: 0.85 },
    });
    expect(state.target?.id).toBe("2.2");
    expect(state.candidates.find(({ id }) => id === "2.2")?.complete).toBe(false);
    expect(state.finalsPlan?.best).toBe("2.2");
  });

  it("stops searching when the time is up, and counts it over interruptions", async () => {
    // Every event takes a second, as the journal's clock has it.
    const journal = new MemoryJournal();
    const { state } = await run({
      world: written,
      designer: listDesigner(two),
      journal,
      settings: { maxMinutes: 0.25, iterations: 50 },
      nowMs: () => 1e12 + 1000 * journal.events.length,
    });
    expect(state.budget).toMatchObject({ kind: "wallTime", limit: 0.25 });
    expect(state.budget?.spent).toBeGreaterThanOrEqual(0.25);
    expect(state.iterations.length).toBeLessThan(3);
    expect(state.finals.length).toBeGreaterThan(0);
  });

  it("cancels what trains when the time is up, without blaming the candidate", async () => {
    const executor = new FakeExecutor(written);
    executor.run = (_request, options) =>
      new Promise((resolve) => {
        const cancelled = {
          status: "failed",
          jobId: "j",
          code: "E_CANCELLED",
          message: "stopped",
          totalSteps: 0,
        } as const;
        options?.signal?.addEventListener("abort", () => resolve(cancelled));
      });
    const started = Date.now();
    const { state } = await run({
      executor,
      settings: { maxMinutes: 0.003, onBudget: "stop", iterations: 1 },
      nowMs: () => 1e12 + (Date.now() - started),
    });
    expect(state.candidates.every(({ failure }) => failure === null)).toBe(true);
    expect(state.budget?.kind).toBe("wallTime");
    expect(state.stopped?.code).toBe("E_BUDGET_REACHED");
  });

  it("starts from a given reward as iteration 0", async () => {
    const { state } = await run({
      world: written,
      designer: listDesigner(two),
      start: { source: "given fitness 0.95", from: "human reward" },
      settings: { finals: false },
    });
    expect(state.candidates[0]).toMatchObject({ id: "0.1", status: "trained" });
    expect(state.candidates[0].origin.kind).toBe("given");
    expect(state.iterations.map(({ iteration }) => iteration)).toEqual([0, 1, 2]);
  });

  it("breaks ties by the steps to 95 % of the rise", async () => {
    const { state } = await run({
      world: {
        fitness: () => 1,
        rows: (source, fitness, steps) => {
          const length = /quick/.test(source) ? 4 : 16;
          return Array.from({ length: 20 }, (_, i) => ({
            ...inputsRow,
            totalSteps: Math.round(((i + 1) / 20) * steps),
            fitness: Math.min(1, i / length) * fitness,
          }));
        },
      },
      designer: listDesigner({ "1.1": "slow", "1.2": "quick", "1.3": "also slow" }),
      settings: { iterations: 1, finals: false },
    });
    expect(state.iterations[0].best).toBe("1.2");
  });

  it("raises an alarm when the reward rises while the fitness falls", async () => {
    const { state } = await run({
      world: {
        fitness: () => 0.2,
        rows: (_source, _fitness, steps) =>
          Array.from({ length: 20 }, (_, i) => ({
            ...inputsRow,
            totalSteps: Math.round(((i + 1) / 20) * steps),
            reward: i,
            fitness: i < 8 ? i / 8 : 1 - (i - 8) / 12,
          })),
      },
      settings: { iterations: 1, candidates: 1, finals: false },
    });
    expect(state.alarms).toMatchObject([{ id: "1.1", kind: "rewardHacking" }]);
  });

  it("is the original when faithful: the last iteration's best is remembered, the curve's maximum counts, nothing is repaired", async () => {
    const seen: (string | undefined)[] = [];
    const list = listDesigner({ ...two, "1.1": "REFUSE", "2.2": "e fitness 0.35" });
    const { state } = await run({
      world: written,
      designer: {
        ...list,
        propose: (context, indices, deliver) => {
          seen.push(context.best?.id);
          return list.propose(context, indices, deliver);
        },
      },
      settings: { faithful: true, iterations: 3, finals: false },
    });
    expect(seen).toEqual([undefined, "1.2", "2.1"]);
    expect(state.candidates[0]).toMatchObject({ status: "refused" });
    expect(state.candidates[0].attempts).toHaveLength(1);
    expect(state.candidates.every((c) => c.rungs.length <= 1)).toBe(true);
  });

  it("takes the highest score when faithful, and of equal ones the first", async () => {
    const rows: FakeWorld["rows"] = (source, fitness, steps) =>
      Array.from({ length: 20 }, (_, i) => ({
        ...inputsRow,
        totalSteps: Math.round(((i + 1) / 20) * steps),
        fitness: Math.min(1, i / (/quick/.test(source) ? 4 : 16)) * fitness,
      }));
    const best = async (texts: Record<string, string>) => {
      const { state } = await run({
        world: { ...written, rows },
        designer: listDesigner(texts),
        settings: { faithful: true, iterations: 1 },
      });
      expect(state.finalsPlan?.best).toBe(state.iterations[0].best);
      return state.finalsPlan?.best;
    };
    expect(await best({ "1.1": "fitness 1", "1.2": "quick fitness 0.99" })).toBe("1.1");
    expect(await best({ "1.1": "fitness 1", "1.2": "quick fitness 1" })).toBe("1.1");
  });

  it("never shows designers the correlation with the human reward", async () => {
    let shown = "";
    const list = listDesigner(two);
    await run({
      world: written,
      designer: {
        ...list,
        propose: (context, indices, deliver) => {
          shown += JSON.stringify(context.history);
          return list.propose(context, indices, deliver);
        },
      },
      settings: { finals: false },
    });
    expect(shown).toContain("reflection");
    expect(shown).not.toContain("umanCorrelation");
  });

  it("stops cleanly when told to, and the next start goes on", async () => {
    const stop = new AbortController();
    const journal = new MemoryJournal();
    const executor = new FakeExecutor(written);
    const parts = { journal, executor, designer: listDesigner(two) };
    const record = journal.record.bind(journal);
    journal.record = (event) => {
      record(event);
      if (event.type === "rungFinished") stop.abort();
    };
    const stopped = await design(inputsFor({ ...parts, signal: stop.signal }));
    expect(stopped).toMatchObject({ status: "stopped", stopped: { code: "E_CANCELLED" } });
    const finished = await design(inputsFor(parts));
    expect(finished.status).toBe("finished");
    expect(finished.iterations.map(({ best }) => best)).toEqual(["1.2", "2.2"]);
  });

  it("keeps independent restarts apart and takes the best of all", async () => {
    const counts: number[] = [];
    const list = listDesigner(two);
    const { state } = await run({
      world: written,
      designer: {
        ...list,
        propose: (context, indices, deliver) => {
          counts.push(context.history.length);
          return list.propose(context, indices, deliver);
        },
      },
      settings: { iterations: 1, restarts: 2 },
    });
    expect(counts).toEqual([0, 0]);
    expect(state.finalsPlan?.best).toBe("2.2");
  });
});

describe("a search killed anywhere", () => {
  const facts = signalFacts(swingUpTable(), new Float32Array(0));
  const designers = {
    listed: () =>
      listDesigner(
        { ...two, "1.3": "REFUSE", "2.1": two["1.2"], "2.3": "CRASH" },
        { "1.3#1": "mended fitness 0.6" },
      ),
    offline: () =>
      offlineDesigner({
        mode: "offline",
        facts,
        maxEpisodeSteps: 500,
        seed: 3,
        tieTolerance: 0.02,
      }),
  };
  const byLength: FakeWorld = { fitness: (source) => (source.length % 97) / 97 };

  for (const [name, designer] of Object.entries(designers)) {
    it(`ends the same after every prefix of its log (${name})`, { timeout: 60_000 }, async () => {
      const world = name === "listed" ? written : byLength;
      const whole = await run({ world, designer: designer() });
      const end = essence(whole.state);
      for (let length = 0; length < whole.inputs.journal.events.length; length++) {
        const executor = new FakeExecutor(world);
        const dying = new MemoryJournal([], new Map(), length);
        await design(inputsFor({ executor, journal: dying, designer: designer() })).catch(
          (error) => {
            if (!(error instanceof Killed)) throw error;
          },
        );
        // Work in flight when the process died is lost with it.
        await new Promise((resolve) => setTimeout(resolve, 25));
        const trained = dying.events.filter((e) => e.type === "rungFinished").length;
        const before = executor.requests.length;
        const journal = new MemoryJournal(dying.events, dying.files);
        const resumed = await design(inputsFor({ executor, journal, designer: designer() }));
        expect(essence(resumed), `after ${length} events`).toEqual(end);
        // Also what was trained and stored but not yet logged when the process died.
        expect(journal.state.spent.searchSteps).toBe(whole.state.spent.searchSteps);
        const total = whole.inputs.executor.requests.length;
        expect(executor.requests.length - before, `after ${length} events`).toBeLessThanOrEqual(
          total - trained,
        );
      }
    });
  }
});

const inputsRow = (await import("./fakes.js")).row({ terms: { term: 1 } });

/** What must not depend on when a run was interrupted. */
function essence(state: import("../../src/events/run-state.js").RunState) {
  return {
    iterations: state.iterations,
    candidates: [...state.candidates]
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .map(({ id, status, attempts, rungs, complete, genome, duplicateOf }) => ({
        id,
        status,
        sources: attempts.map((a) => a.source),
        fitness: rungs.map((r) => r.result.evaluation.fitness),
        complete,
        genome,
        duplicateOf,
      })),
    best: state.finalsPlan?.best,
    finals: state.finals
      .map(({ which, seed, result }) => `${which} ${seed} ${result?.evaluation.fitness}`)
      .sort(),
  };
}
