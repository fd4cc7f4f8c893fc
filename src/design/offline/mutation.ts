/** Changes by chance, and crossover: what evolution does where the reflection says nothing. */
import type { Rng } from "../../core/rng.js";
import { replaceTerm, scaleWeight } from "./diagnosis.js";
import {
  applies,
  directional,
  drawCost,
  drawEffort,
  drawGate,
  drawIn,
  drawLead,
  drawShaping,
  drawSmoothness,
  drawTarget,
} from "./draw.js";
import {
  type Factor,
  type Genome,
  genomeKey,
  isBounded,
  type Kernel,
  round,
  type Term,
} from "./genome.js";
import { knobs } from "./knobs.js";
import { type SignalFacts, scaleOf } from "./signal-facts.js";
import { termNames } from "./source.js";

export interface Mutation {
  readonly genome: Genome;
  readonly reason: string;
}

/** One change by chance; the same genome with an empty reason where the draw did not apply. */
export function mutate(genome: Genome, facts: readonly SignalFacts[], rng: Rng): Mutation {
  const names = termNames(genome, facts);
  const i = rng.integer(genome.terms.length);
  const term = genome.terms[i];
  const kind = rng.pick([
    "weight",
    "weight",
    "temperature",
    "temperature",
    "kernel",
    "target",
    "add",
    "add",
    "drop",
    "gate",
    "bonus",
    "lead",
  ] as const);
  const why = "by chance";
  switch (kind) {
    case "weight": {
      const factor = eitherWay(rng, knobs.change.weight);
      return {
        genome: scaleWeight(genome, i, factor, why),
        reason: `weight of ${names[i]} × ${factor.toFixed(2)}`,
      };
    }
    case "temperature": {
      const j = rng.integer(Math.max(1, term.factors.length));
      const factor = term.factors[j];
      if (!factor || ["ramp", "cosine"].includes(factor.kernel)) return unchanged(genome);
      const change = eitherWay(rng, knobs.change.temperature);
      const next = { ...factor, temperature: round(factor.temperature * change) };
      return {
        genome: replaceTerm(genome, i, withFactor(term, j, next, why)),
        reason: `temperature of ${names[i]} × ${change.toFixed(2)}`,
      };
    }
    case "kernel":
      return changeKernel(genome, i, names[i], facts, rng);
    case "target": {
      const factor = term.factors[0];
      if (!factor || factor.kernel === "ramp") return unchanged(genome);
      const feature = { facts: facts[factor.signal], element: factor.element };
      if (term.kind === "cost" && feature.facts.quantity !== "place") return unchanged(genome);
      const next = directional(factor.kernel)
        ? { ...factor, rising: !factor.rising }
        : { ...factor, target: drawTarget(feature, rng) };
      return {
        genome: replaceTerm(genome, i, withFactor(term, 0, next, why)),
        reason: `another goal for ${names[i]}`,
      };
    }
    case "add": {
      const added = drawAny(facts, rng);
      if (!added) return unchanged(genome);
      const next = { ...genome, terms: [...genome.terms, { ...added, why }] };
      return { genome: next, reason: `added ${termNames(next, facts).at(-1)}` };
    }
    case "drop":
      if (i === 0) return unchanged(genome);
      return {
        genome: { ...genome, terms: genome.terms.filter((_, j) => j !== i) },
        reason: `dropped ${names[i]}`,
      };
    case "gate": {
      if (term.kind !== "shaping") return unchanged(genome);
      const ungated = term.factors.slice(0, 1);
      const factors = term.factors.length > 1 ? ungated : [...ungated, drawGate(facts, rng)];
      return {
        genome: replaceTerm(genome, i, { ...term, factors, why }),
        reason: `${term.factors.length > 1 ? "removed" : "added"} a second condition on ${names[i]}`,
      };
    }
    case "bonus": {
      const { bonus } = genome;
      const next =
        bonus === 0
          ? drawIn(rng, knobs.draw.bonusSize)
          : round(bonus * eitherWay(rng, knobs.change.bonus));
      return {
        genome: { ...genome, bonus: next, bonusWhy: why },
        reason: `bonus per step ${bonus} → ${next}`,
      };
    }
    case "lead": {
      const lead = { ...drawLead(facts, rng), why };
      const next = { ...genome, terms: [lead, ...genome.terms.slice(1)] };
      return { genome: next, reason: `${termNames(next, facts)[0]} leads instead of ${names[0]}` };
    }
  }
}

/** The leading term of one parent, and each other term of either with even chances; weights kept. */
export function cross(a: Genome, b: Genome, rng: Rng): Genome {
  const [first, second] = rng.uniform() < 0.5 ? [a, b] : [b, a];
  const rest = [...first.terms.slice(1), ...second.terms].filter(() => rng.uniform() < 0.5);
  const seen = new Set([sameAs(first.terms[0])]);
  const terms = [first.terms[0]];
  for (const term of rest) {
    if (seen.has(sameAs(term))) continue;
    seen.add(sameAs(term));
    terms.push(term);
  }
  const from = rng.uniform() < 0.5 ? a : b;
  const given = a.given ?? b.given;
  const { bonus, bonusWhy } = from;
  return { terms, bonus, bonusWhy, ...(given === undefined ? {} : { given }) };
}

/** Applies chance mutations until one changes the genome. */
export function mutateSurely(genome: Genome, facts: readonly SignalFacts[], rng: Rng): Mutation {
  for (let i = 0; i < knobs.tries; i++) {
    const mutation = mutate(genome, facts, rng);
    if (mutation.reason !== "" && genomeKey(mutation.genome) !== genomeKey(genome)) return mutation;
  }
  return {
    genome: scaleWeight(genome, 0, 2, "by chance"),
    reason: "weight of the leading term × 2",
  };
}

function changeKernel(
  genome: Genome,
  i: number,
  name: string,
  facts: readonly SignalFacts[],
  rng: Rng,
): Mutation {
  const term = genome.terms[i];
  const factor = term.factors[0];
  if (!factor) return unchanged(genome);
  const feature = { facts: facts[factor.signal], element: factor.element };
  const family: readonly Kernel[] = isBounded(factor.kernel)
    ? ["ramp", "sigmoid", "cosine", "gaussian", "rational", "step"]
    : ["quadratic", "absolute"];
  const kernel = rng.pick(family.filter((k) => k !== factor.kernel && applies(k, feature)));
  const narrow = kernel !== "ramp" && kernel !== "cosine";
  const next: Factor = {
    ...factor,
    kernel,
    target: kernel === "ramp" ? 0 : factor.target,
    // Leaving a kernel without temperature: half of the signal's half-range.
    temperature: !narrow
      ? 1
      : ["ramp", "cosine"].includes(factor.kernel)
        ? round(scaleOf(feature.facts) / 2)
        : factor.temperature,
  };
  return {
    genome: replaceTerm(genome, i, withFactor(term, 0, next, "by chance")),
    reason: `${kernel} instead of ${factor.kernel} for ${name}`,
  };
}

function drawAny(facts: readonly SignalFacts[], rng: Rng): Term | null {
  switch (rng.pick(["shaping", "place", "rate", "rate", "effort", "smoothness"] as const)) {
    case "shaping":
      return drawShaping(facts, rng);
    case "place":
      return drawCost(facts, rng, "place");
    case "rate":
      return drawCost(facts, rng, "rate");
    case "effort":
      return drawEffort(facts, rng);
    case "smoothness":
      return drawSmoothness(facts, rng);
  }
}

function withFactor(term: Term, j: number, factor: Factor, why: string): Term {
  return { ...term, factors: term.factors.map((old, k) => (k === j ? factor : old)), why };
}

function eitherWay(rng: Rng, [low, high]: readonly [number, number]): number {
  const factor = rng.logUniform(low, high);
  return rng.uniform() < 0.5 ? factor : 1 / factor;
}

function sameAs(term: Term): string {
  return JSON.stringify([
    term.kind,
    term.name,
    term.factors.map(({ signal, element, kernel, target }) => [signal, element, kernel, target]),
  ]);
}

function unchanged(genome: Genome): Mutation {
  return { genome, reason: "" };
}
