import { describe, expect, test } from "vitest";
import { bestSoFar, describeOrigin, RunView } from "../../src/cli/run-view.js";
import { planSearch } from "../../src/cli/search-plan.js";
import { Terminal } from "../../src/cli/terminal.js";
import { designSettingsSchema } from "../../src/design/settings.js";
import type { RunEvent, StampedEvent } from "../../src/events/event.js";
import { fold } from "../../src/events/fold.js";
import { newRun } from "../../src/events/run-state.js";
import { Written } from "./fake-process.js";

const settings = designSettingsSchema.parse({
  iterations: 2,
  candidates: 4,
  rungs: [0.5, 1],
  keep: 0.5,
  repeats: 2,
  confirm: 3,
  confirmSeeds: 3,
});
const plan = planSearch(settings, 1000, 2000, 2, 100);

function result(fitness: number, steps = 1000) {
  return {
    jobId: "0123456789abcdef",
    steps,
    evaluation: {
      set: "select" as const,
      profile: "reference" as const,
      totalSteps: steps,
      episodes: 1,
      fitness,
      fitnessPerEpisode: [fitness],
      episodeLength: 10,
      episodeReturn: 1,
      endings: {},
    },
    stepsTo95: null,
    curveMaximum: null,
    policyHash: "",
    checkpoint: "",
    newSteps: steps,
    cpuSeconds: 1,
    wallSeconds: 1,
  };
}

function proposal(id: string, reason: string, parents: string[] = []): RunEvent {
  const [iteration, index] = id.split(".").map(Number);
  return {
    type: "candidateProposed",
    id,
    iteration,
    index,
    attempt: 0,
    source: "",
    origin: { kind: parents.length > 0 ? "mutation" : "random", parents, reason },
  };
}

function rung(id: string, fitness: number, steps = 1000): RunEvent {
  const reflection = { steps: [], series: [], endings: {} };
  return {
    type: "rungFinished",
    id,
    rung: 0,
    result: result(fitness, steps),
    reflection,
    humanCorrelation: null,
  };
}

function show(events: RunEvent[], json = false) {
  const stdout = new Written();
  const stderr = new Written();
  const view = new RunView(new Terminal({ stdout, stderr, env: {}, json, now: () => 0 }), plan);
  let state = newRun;
  events.forEach((event, i) => {
    const stamped: StampedEvent = { ...event, seq: i + 1, time: new Date(0).toISOString() };
    state = fold(state, stamped);
    view.event(stamped, state);
  });
  view.end();
  return { lines: stdout.lines, stderr: stderr.lines, state };
}

describe("what a run says", () => {
  test("each finished candidate gets one line with its score and where it came from", () => {
    const { lines } = show([
      { type: "iterationStarted", iteration: 1, restart: 0 },
      proposal("1.1", "first try"),
      rung("1.1", 0.25),
      { type: "trainingFinished", id: "1.1", complete: true },
      proposal("1.2", "less effort", ["1.1"]),
      rung("1.2", 0.9),
      { type: "trainingFinished", id: "1.2", complete: true },
      proposal("1.3", "slower", ["1.1"]),
      rung("1.3", 0.1, 500),
      { type: "trainingFinished", id: "1.3", complete: false },
      { type: "iterationEnded", iteration: 1, best: "1.2" },
    ]);
    expect(lines).toEqual([
      "iteration 1",
      "  1.1  fitness 0.250  best so far  random: first try",
      "  1.2  fitness 0.900  best so far  mutation of 1.1: less effort",
      "  1.3  fitness 0.100  stopped early  mutation of 1.1: slower",
      "  best of iteration 1: 1.2 at 0.900",
    ]);
  });

  test("a faithful search says the score it ranks by, and whose is the best", () => {
    const peak = (id: string, fitness: number, curveMaximum: number): RunEvent => {
      const event = rung(id, fitness);
      if (event.type !== "rungFinished") throw new Error("no rung");
      return { ...event, result: { ...event.result, curveMaximum } };
    };
    const { lines } = show([
      {
        type: "runStarted",
        name: "r",
        task: { name: "t", hash: "" },
        designer: { name: "offline", description: "" },
        settings: { design: { faithful: true } },
        versions: {},
        machine: "",
      },
      { type: "iterationStarted", iteration: 1, restart: 0 },
      proposal("1.1", "a"),
      peak("1.1", 0.25, 0.75),
      { type: "trainingFinished", id: "1.1", complete: true },
      proposal("1.2", "b"),
      peak("1.2", 0.5, 0.625),
      { type: "trainingFinished", id: "1.2", complete: true },
      { type: "iterationEnded", iteration: 1, best: "1.1" },
    ]);
    expect(lines.slice(1)).toEqual([
      "  1.1  fitness 0.250 (highest in training 0.750)  best so far  random: a",
      "  1.2  fitness 0.500 (highest in training 0.625)  random: b",
      "  best of iteration 1: 1.1 at 0.250 (highest in training 0.750)",
    ]);
  });

  test("failures name their code and the first line of their message", () => {
    const { lines } = show([
      { type: "iterationStarted", iteration: 1, restart: 0 },
      proposal("1.1", "a"),
      {
        type: "candidateRefused",
        id: "1.1",
        code: "E_REWARD_TYPE",
        message: "no such field\nmore",
      },
      proposal("1.2", "b"),
      { type: "trainingFailed", id: "1.2", code: "E_WORKER_HUNG", message: "no step", steps: 0 },
      { type: "iterationEnded", iteration: 1, best: null },
    ]);
    expect(lines.slice(1)).toEqual([
      "  1.1  failed   E_REWARD_TYPE: no such field",
      "  1.2  failed   E_WORKER_HUNG: no step",
      "  nothing could be trained in iteration 1",
    ]);
  });

  test("with --json the events themselves go to standard output, words to standard error", () => {
    const { lines, stderr } = show([{ type: "iterationStarted", iteration: 1, restart: 0 }], true);
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ type: "iterationStarted", seq: 1 }),
    ]);
    expect(stderr).toEqual(["iteration 1"]);
  });
});

describe("the plan", () => {
  test("counts halving and final trainings", () => {
    // 4 candidates to 500, 2 of them to 1000 and with 2 more seeds; 2 iterations; (3 × 3 confirmations + 5 seeds × 3 rewards) × 2000
    expect(plan.searchSteps).toBe(2 * (4 * 500 + 2 * 500 + 2 * 2 * 1000));
    expect(plan.finalSteps).toBe(48_000);
  });

  test("an iteration that needed less than planned shortens the whole", () => {
    const { state } = show([
      { type: "iterationStarted", iteration: 1, restart: 0 },
      proposal("1.1", "a"),
      rung("1.1", 0.5),
      { type: "iterationEnded", iteration: 1, best: "1.1" },
    ]);
    expect(plan.progress(state, 0)).toEqual({ done: 1000, total: 1000 + 7000 + 48_000 });
  });
});

test("the best is found among those trained to the end, where there are any", () => {
  const { state } = show([
    proposal("1.1", "a"),
    rung("1.1", 0.9),
    { type: "trainingFinished", id: "1.1", complete: false },
    proposal("1.2", "b"),
    rung("1.2", 0.5),
    { type: "trainingFinished", id: "1.2", complete: true },
  ]);
  expect(bestSoFar(state.candidates, 0.02)?.id).toBe("1.2");
});

test("an origin without a reason is its kind alone", () => {
  expect(describeOrigin({ kind: "model", parents: [], reason: "" })).toBe("model");
});
