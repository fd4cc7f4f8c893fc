import { describe, expect, it } from "vitest";
import { Rng } from "../../src/core/rng.js";
import { mean } from "../../src/core/statistics.js";
import type { DesignContext, PastCandidate } from "../../src/design/designer.js";
import { offlineDesigner } from "../../src/design/offline/designer.js";
import { diagnose } from "../../src/design/offline/diagnosis.js";
import { drawGenome, leadKey } from "../../src/design/offline/draw.js";
import { type Genome, genomeKey, genomeSchema } from "../../src/design/offline/genome.js";
import { cross, mutateSurely } from "../../src/design/offline/mutation.js";
import { signalFacts } from "../../src/design/offline/signal-facts.js";
import { genomeSource, termNames } from "../../src/design/offline/source.js";
import { reflect } from "../../src/design/reflection.js";
import { compileProgram } from "../../src/reward/node/compile.js";
import { type FakeWorld, fakeCheck, row, run, swingUpTable } from "./fakes.js";

const table = swingUpTable();
const facts = signalFacts(table, new Float32Array(0));
const designer = (mode: "offline" | "random" | "shuffled", seed: number, of = facts) =>
  offlineDesigner({ mode, facts: of, maxEpisodeSteps: 500, seed, tieTolerance: 0.02 });

/** A world that wants the pole up, its speed charged about right, and no charge on the cosine. */
const world: FakeWorld = {
  fitness: (source) => {
    const up = /s\.pole\.cos \+ 1\) \/ 2|Math\.cos\(s\.pole\.angle\)/.test(source) ? 1 : 0;
    const charge = /-([\d.]+) \* \(?(?:Math\.abs\()?\(?s\.pole\.speed/.exec(source)?.[1];
    const off = charge ? Math.log(Number(charge) / 0.5) : 3;
    const near = /-[\d.]+ \* \(?s\.cart\.position/.test(source) ? 0.1 : 0;
    return up * (0.15 + near + 0.75 * Math.exp(-(off ** 2))) + (source.length % 17) / 1000;
  },
};

describe("what the search knows of a signal", () => {
  it("is its kind of quantity, range and usual values, from unit and source", () => {
    expect(facts.map(({ quantity }) => quantity)).toEqual([
      "place",
      "rate",
      "place",
      "rate",
      "action",
      "previousAction",
      "place",
    ]);
    expect(facts[2].angle).toBe(true);
    expect(facts[0].angle).toBe(false);
  });

  it("comes from recorded states where no range is declared", () => {
    const open = { ...table, signals: [{ ...table.signals[1], offset: 0 }], stride: 1 };
    const { range: _, ...unranged } = open.signals[0];
    const states = Float32Array.from({ length: 101 }, (_v, i) => (i - 50) / 50);
    const [known] = signalFacts({ ...open, signals: [unranged] }, states);
    expect(known.low).toBeCloseTo(-1.8);
    expect(known.high).toBeCloseTo(1.8);
    expect(known.median).toBeCloseTo(0);
  });
});

describe("a rate whose declared range reaches far to one side of zero", () => {
  const turned = (range: readonly [number, number]) => ({
    ...table,
    signals: table.signals.map((signal, i) => (i === 1 ? { ...signal, range } : signal)),
  });
  const draws = (range: readonly [number, number]) => {
    const known = signalFacts(turned(range), new Float32Array(0));
    return Array.from({ length: 200 }, (_, i) => drawGenome(known, new Rng(i)));
  };
  /** Shares of rewards led by signal 1, of those that pay for going up, and of those that charge it. */
  const shares = (range: readonly [number, number]) => {
    const all = draws(range);
    const led = all.filter(({ terms }) => terms[0].factors[0].signal === 1);
    const up = led.filter(({ terms: [{ factors }] }) =>
      ["ramp", "sigmoid"].includes(factors[0].kernel) ? factors[0].rising : factors[0].target > 0,
    );
    const charged = all.filter(({ terms }) =>
      terms.some(({ kind, factors }) => kind === "cost" && factors[0].signal === 1),
    );
    return [led, up, charged].map((part) => part.length / (part === up ? led.length : all.length));
  };

  it("is wanted that way: it leads often, mostly upwards, and is never charged", () => {
    const [led, up, charged] = shares([-1, 6]);
    expect(led).toBeGreaterThan(0.3);
    expect(up).toBeGreaterThan(0.7);
    expect(charged).toBe(0);
    const [ledDown, upDown] = shares([-6, 1]);
    expect(ledDown).toBeGreaterThan(0.3);
    expect(upDown).toBeLessThan(0.3);
  });

  it("may lead again in the same round, with another rest; what else has led does not", () => {
    const known = signalFacts(turned([-1, 6]), new Float32Array(0));
    const taken = new Set(draws([-1, 6]).map(leadKey));
    const leads = Array.from(
      { length: 50 },
      (_, i) => drawGenome(known, new Rng(1000 + i), taken).terms[0].factors[0].signal,
    );
    expect(leads.filter((signal) => signal === 1).length).toBeGreaterThan(45);
  });

  it("is like any other rate where both sides count, or where it is a size", () => {
    for (const range of [
      [-4, 6],
      [0, 6],
    ] as const) {
      const [led, , charged] = shares(range);
      expect(led).toBeLessThan(0.2);
      expect(charged).toBeGreaterThan(0.2);
    }
  });
});

describe("the grammar", () => {
  const genomes = Array.from({ length: 200 }, (_, i) => drawGenome(facts, new Rng(i)));

  it("writes programs that the language accepts, with the terms it says", {
    timeout: 60_000,
  }, () => {
    for (const genome of genomes.slice(0, 30)) {
      const source = genomeSource(genome, facts, ["A test."]);
      const { program, issues } = compileProgram(source, "reward", table);
      expect(
        issues.filter(({ severity }) => severity === "error"),
        source,
      ).toEqual([]);
      const names = termNames(genome, facts);
      const expected = [...names, ...(genome.bonus === 0 ? [] : ["alive"])];
      expect(program?.columns.slice(1)).toEqual(expected);
    }
  });

  it("keeps doing so through mutation and crossover", { timeout: 60_000 }, () => {
    const rng = new Rng(5);
    for (let i = 0; i < 30; i++) {
      let genome = cross(genomes[i], genomes[i + 100], rng);
      for (let n = 0; n < 4; n++) genome = mutateSurely(genome, facts, rng).genome;
      const source = genomeSource(genomeSchema.parse(genome), facts, ["A test."]);
      const { issues } = compileProgram(source, "reward", table);
      expect(
        issues.filter(({ severity }) => severity === "error"),
        source,
      ).toEqual([]);
    }
  });

  it("draws different rewards", () => {
    expect(new Set(genomes.map(genomeKey)).size).toBeGreaterThan(190);
    expect(new Set(genomes.map(leadKey)).size).toBeGreaterThan(8);
  });
});

describe("the evolutionary search", () => {
  it("is the same search when every signal has another name", async () => {
    const names = ["zeta", "alpha.b", "q.r.s", "mm", "a"];
    const renamed = signalFacts(swingUpTable(names), new Float32Array(0));
    const search = async (of: typeof facts) => {
      const texts: string[] = [];
      const genomes: unknown[] = [];
      // Fitness by the order of asking alone: what is proposed must not depend on names.
      let asked = 0;
      const { state } = await run({
        world: { fitness: () => ((asked++ * 7919) % 97) / 97 },
        designer: designer("offline", 11, of),
        settings: { iterations: 4, candidates: 6, finals: false, tieTolerance: 0 },
        check: (source) => {
          texts.push(source);
          return fakeCheck(source);
        },
      });
      for (const { genome } of state.candidates) genomes.push(genome);
      return { texts, genomes };
    };
    const plain = await search(facts);
    const other = await search(renamed);
    const bare = (genome: unknown) => {
      const { terms, bonus } = genomeSchema.parse(genome);
      return { bonus, terms: terms.map(({ why: _, ...term }) => term) };
    };
    expect(other.genomes.map(bare)).toEqual(plain.genomes.map(bare));
    // The texts differ in names alone: the plain genomes, written with the other names, are them.
    const code = (text: string) => text.replace(/\/\*[\s\S]*?\*\/\n|\/\/.*/g, "").trim();
    const rewritten = plain.genomes.map((g) => genomeSource(genomeSchema.parse(g), renamed, []));
    expect(other.texts.map(code)).toEqual(rewritten.map(code));
    expect(other.texts.map(code)).not.toEqual(plain.texts.map(code));
  });

  it("proposes the same for the same seed and something else for another", async () => {
    const sources = async (seed: number) => {
      const { state, inputs } = await run({
        world,
        designer: designer("offline", seed),
        settings: { candidates: 6, iterations: 3, finals: false },
      });
      return state.candidates.map((c) => inputs.journal.read(c.attempts[0].source));
    };
    expect(await sources(1)).toEqual(await sources(1));
    expect(await sources(1)).not.toEqual(await sources(2));
  });

  it("beats random draws and shuffled results where structure pays, over seeds", {
    timeout: 60_000,
  }, async () => {
    // Mean fitness of the last iteration: what a search has learned to propose.
    const learned = async (mode: "offline" | "random" | "shuffled") => {
      const fitness: number[] = [];
      for (let seed = 0; seed < 16; seed++) {
        const { state } = await run({
          world,
          designer: designer(mode, seed),
          settings: { candidates: 6, iterations: 4, finals: false, halving: false },
        });
        for (const { iteration, rungs } of state.candidates) {
          if (iteration === 4) fitness.push(rungs[0]?.result.evaluation.fitness ?? 0);
        }
      }
      return mean(fitness);
    };
    const [offline, random, shuffled] = [
      await learned("offline"),
      await learned("random"),
      await learned("shuffled"),
    ];
    expect(offline).toBeGreaterThan(random + 0.1);
    expect(offline).toBeGreaterThan(shuffled + 0.1);
  });

  it("goes on from a reward the user gave, term by term, without looking into it", async () => {
    const given = [
      "/** A person's. */",
      "const scale = 0.05;",
      "export function reward(s: State): Terms {",
      "  return { height: (1 + s.pole.cos) / 2, off: -scale * s.cart.position ** 2 };",
      "}",
    ].join("\n");
    const { state, inputs } = await run({
      world: {
        // Whatever keeps the given height is good.
        fitness: (source) => (source.includes("height") ? 0.9 : 0.1),
        rows: (source, fitness) =>
          Array.from({ length: 10 }, (_, i) =>
            row({
              totalSteps: i + 1,
              fitness: (fitness * i) / 10,
              terms: source.includes("height") ? { height: i / 10, off: -i / 100 } : { x: 1 },
            }),
          ),
      },
      designer: designer("offline", 2),
      start: { source: given, from: "a person" },
      settings: { candidates: 6, iterations: 1, finals: false },
    });
    const children = state.candidates.filter((c) => c.origin.parents.includes("0.1"));
    expect(children.length).toBeGreaterThan(2);
    const sources = children.map((child) => inputs.journal.read(child.attempts[0].source));
    expect(sources.filter((source) => source.includes("given.height")).length).toBeGreaterThan(2);
    for (const source of sources) {
      expect(compileProgram(source, "reward", table).issues, source).toEqual([]);
    }
  });

  it("names parents and reasons, in the origin and in the text", async () => {
    const { state, inputs } = await run({
      world,
      designer: designer("offline", 4),
      settings: { candidates: 6, iterations: 2, finals: false },
    });
    const second = state.candidates.filter((c) => c.iteration === 2);
    expect(new Set(second.map((c) => c.origin.kind))).toEqual(
      new Set(["mutation", "crossover", "random"]),
    );
    for (const { origin, attempts } of second) {
      if (origin.kind === "random") continue;
      expect(origin.parents.every((id) => id.startsWith("1."))).toBe(true);
      const text = inputs.journal.read(attempts[0].source);
      expect(text).toContain(`From ${origin.parents.join(" and ")}`);
    }
  });
});

describe("parents", () => {
  const search = async (iterations: number, fitness: FakeWorld["fitness"]) =>
    (
      await run({
        world: { fitness },
        designer: designer("offline", 4),
        settings: { candidates: 8, iterations, finals: false, halving: false },
      })
    ).state;
  const leadOf = (genome: unknown) => genomeSchema.parse(genome).terms[0].factors[0]?.signal;

  it("are about different signals, however many of one kind score well", async () => {
    const first = (source: string) => /s\.\w+\.\w+/.exec(source)?.[0];
    const scores: Record<string, number> = { "s.pole.cos": 0.9, "s.pole.angle": 0.7 };
    const state = await search(4, (source) => scores[first(source) ?? ""] ?? 0);
    const bred = state.candidates.filter((c) => c.iteration === 4 && c.origin.kind !== "random");
    const genomes = new Map(state.candidates.map((c) => [c.id, c.genome]));
    const leads = new Map(
      bred.flatMap((c) => c.origin.parents.map((id) => [id, leadOf(genomes.get(id))])),
    );
    expect(leads.size).toBeGreaterThan(1);
    expect(new Set(leads.values()).size).toBe(leads.size);
  });
});

describe("the diagnosis", () => {
  const genome: Genome = {
    terms: [
      {
        kind: "shaping",
        factors: [
          {
            signal: 6,
            element: 0,
            kernel: "gaussian",
            target: 1,
            temperature: 0.1,
            rising: true,
          },
        ],
        weight: 1,
        why: "",
      },
      {
        kind: "cost",
        factors: [
          {
            signal: 3,
            element: 0,
            kernel: "quadratic",
            target: 0,
            temperature: 10,
            rising: true,
          },
        ],
        weight: -1,
        why: "",
      },
    ],
    bonus: 0,
    bonusWhy: "",
  };
  const [lead, cost] = termNames(genome, facts);
  const population = { facts, maxEpisodeSteps: 500, lowest: 0, highest: 1 };

  const past = (parts: {
    lead: number[];
    cost: number[];
    fitness: number[];
    length?: number;
    episodeReturn?: number;
  }): PastCandidate => ({
    id: "1.1",
    iteration: 1,
    index: 1,
    source: "",
    genome,
    origin: { kind: "random", parents: [], reason: "" },
    fitness: parts.fitness.at(-1) ?? 0,
    complete: true,
    steps: 10,
    stepsTo95: null,
    failure: null,
    engineWatch: [],
    marked: false,
    votes: 0,
    promoted: false,
    told: null,
    reflection: reflect(
      parts.fitness.map((fitness, i) =>
        row({
          totalSteps: i + 1,
          fitness,
          terms: { [lead]: parts.lead[i], [cost]: parts.cost[i] },
        }),
      ),
    ),
    evaluation: {
      set: "select",
      profile: "reference",
      totalSteps: 10,
      episodes: 1,
      fitness: 0,
      fitnessPerEpisode: [0],
      episodeLength: parts.length ?? 500,
      episodeReturn: parts.episodeReturn ?? 100,
      endings: {},
    },
  });
  const flat = (value: number) => Array.from({ length: 10 }, () => value);
  const ramp = Array.from({ length: 10 }, (_, i) => i / 10);
  const found = (candidate: PastCandidate) =>
    diagnose(candidate, genome, population).map(({ reason }) => reason);

  it("adds a bonus where episodes end early at a reward below zero", () => {
    const candidate = past({
      lead: ramp,
      cost: ramp,
      fitness: flat(0.5),
      length: 40,
      episodeReturn: -80,
    });
    const findings = diagnose(candidate, genome, population);
    const offset = findings.find(({ reason }) => reason.includes("ending them pays"));
    const changed = offset?.change(new Rng(1));
    // It paid −2 a step; the bonus more than makes up for it.
    expect(changed?.bonus).toBeGreaterThan(2);
  });

  it("widens a term that is never reached", () => {
    const candidate = past({ lead: flat(0.001), cost: ramp, fitness: flat(0) });
    const finding = diagnose(candidate, genome, population).find(({ reason }) =>
      reason.startsWith(lead),
    );
    const factor = finding?.change(new Rng(1)).terms[0].factors[0];
    expect(factor?.temperature).toBeGreaterThan(0.1);
  });

  it("scales down a cost that outweighs everything else", () => {
    const candidate = past({ lead: ramp, cost: ramp.map((v) => -5 - v), fitness: flat(0) });
    const finding = diagnose(candidate, genome, population).find(({ reason }) =>
      reason.startsWith(`${cost} outweighed`),
    );
    expect(finding?.change(new Rng(1)).terms[1].weight).toBeGreaterThan(-1);
  });

  it("strengthens what rises with the fitness and lets go of what falls", () => {
    const candidate = past({ lead: ramp, cost: ramp.map((v) => -v / 10), fitness: ramp });
    const reasons = found(candidate);
    expect(reasons.some((reason) => reason.startsWith(`${lead} rose and fell`))).toBe(true);
    expect(reasons.some((reason) => reason.startsWith(`${cost} moved against`))).toBe(true);
    // A charge shrinks with whatever is done better; that is no reason to raise it.
    const spared = found(past({ lead: ramp, cost: ramp.map((v) => v / 10 - 1), fitness: ramp }));
    expect(spared.some((reason) => reason.startsWith(`${cost} rose and fell`))).toBe(false);
  });

  it("charges a place that is free where the fitness was reached and lost", () => {
    const lost = [0, 0.2, 0.5, 0.9, 1, 0.9, 0.6, 0.3, 0.2, 0.2];
    const candidate = past({ lead: lost, cost: flat(-0.1), fitness: lost });
    const findings = diagnose(candidate, genome, population).filter(({ reason }) =>
      reason.startsWith("the fitness fell from 1 to 0.2"),
    );
    // The cart's place is free; the cosine leads already and an angle is charged by no distance.
    expect(findings.map(({ reason }) => reason.split("; ")[1])).toEqual([
      "cart.position was free",
      "a dearer cost",
    ]);
    const { terms } = findings[0].change(new Rng(1));
    expect(terms.at(-1)).toMatchObject({ kind: "cost", factors: [{ signal: 0 }] });
    expect(terms.at(-1)?.weight).toBeLessThan(0);
  });

  it("asks for another idea where the fitness never left the bottom", () => {
    const low = ramp.map((v) => v / 10);
    const reasons = found(past({ lead: low, cost: ramp, fitness: flat(0) }));
    expect(reasons.some((reason) => reason.includes("another leading term"))).toBe(true);
    expect(reasons.some((reason) => reason.includes("cheaper to move"))).toBe(true);
    // What leads was reached and did not help: cheaper moves would not either.
    const reached = found(past({ lead: ramp, cost: ramp, fitness: flat(0) }));
    expect(reached.some((reason) => reason.includes("was reached"))).toBe(true);
    expect(reached.some((reason) => reason.includes("cheaper to move"))).toBe(false);
    const better = found(past({ lead: ramp, cost: ramp, fitness: ramp }));
    expect(better.some((reason) => reason.includes("never left the bottom"))).toBe(false);
  });

  it("is acted on once for each parent", async () => {
    const halfway = ramp.map((v) => v / 2);
    const parent = past({ lead: halfway, cost: halfway, fitness: halfway });
    const reasons = found(parent);
    const child = (reason: string, i: number): PastCandidate => ({
      ...parent,
      id: `2.${i + 1}`,
      iteration: 2,
      genome: { ...genome, bonus: i + 1 },
      fitness: 0,
      reflection: null,
      origin: { kind: "mutation", parents: ["1.1"], reason },
    });
    const proposed = async (children: PastCandidate[]) => {
      const seen: string[] = [];
      const history = [parent, { ...parent, id: "1.2", fitness: 0 }, ...children];
      const context = { iteration: 3, restart: 0, candidates: 20, history } as unknown;
      const indices = Array.from({ length: 20 }, (_, i) => i + 1);
      await designer("offline", 1).propose(context as DesignContext, indices, ({ origin }) => {
        seen.push(origin.reason);
      });
      return seen.filter((reason) => reasons.some((finding) => reason.includes(finding)));
    };
    expect((await proposed([])).length).toBeGreaterThan(0);
    expect(await proposed(reasons.map(child))).toEqual([]);
  });

  it("charges rates where the goal is passed rather than kept", () => {
    const halfway = ramp.map((v) => v / 2);
    const candidate = past({ lead: halfway, cost: halfway, fitness: halfway });
    const passing = diagnose(candidate, genome, population).filter(({ reason }) =>
      reason.includes("it passes by"),
    );
    // The task has two rates: one is not charged yet, the other is.
    expect(passing).toHaveLength(2);
    expect(passing[0].change(new Rng(1)).terms).toHaveLength(3);
    expect(passing[1].change(new Rng(1)).terms[1].weight).toBeLessThan(-1);
  });
});
