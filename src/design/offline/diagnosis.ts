/**
 * Reads a candidate's reflection the way a model is asked to, and says what to change: one finding
 * per thing noticed, each with the change it suggests.
 */
import type { Rng } from "../../core/rng.js";
import { correlation } from "../../core/statistics.js";
import type { Series } from "../../events/event.js";
import type { PastCandidate } from "../designer.js";
import { seriesOf, short } from "../reflection.js";
import { costFeatures, costOf, drawLead } from "./draw.js";
import { type Genome, isBounded, round, type Term } from "./genome.js";
import { knobs } from "./knobs.js";
import type { SignalFacts } from "./signal-facts.js";
import { termNames } from "./source.js";

export interface Finding {
  readonly reason: string;
  /** Relative chance of being acted on. */
  readonly urgency: number;
  change(rng: Rng): Genome;
}

export interface Population {
  readonly facts: readonly SignalFacts[];
  readonly maxEpisodeSteps: number;
  /** Lowest and highest fitness of all candidates so far. */
  readonly lowest: number;
  readonly highest: number;
}

export function diagnose(
  candidate: PastCandidate,
  genome: Genome,
  population: Population,
): Finding[] {
  const { reflection, evaluation } = candidate;
  if (!reflection || !evaluation) return [];
  const limits = knobs.diagnosis;
  const names = termNames(genome, population.facts);
  const rows = names.map((name) => reflection.series.find((series) => series.name === name));
  const fitness = seriesOf(reflection, "fitness");
  const spread = population.highest - population.lowest;
  const score = candidate.fitness ?? population.lowest;
  const atBottom = score - population.lowest <= limits.flat * spread;
  const findings: Finding[] = [];
  const lead = (rows[0]?.values.at(-1) ?? 0) / (genome.terms[0].weight || 1);

  const share = evaluation.episodeLength / population.maxEpisodeSteps;
  if (share < limits.early) {
    const perStep = evaluation.episodeReturn / Math.max(1, evaluation.episodeLength);
    const length = `episodes last ${Math.round(evaluation.episodeLength)} of ${population.maxEpisodeSteps} steps`;
    findings.push(
      perStep < 0
        ? endsToEscape(genome, -perStep, `${length} at a reward below zero: ending them pays`)
        : endsByAccident(genome, population, `${length} though each step is paid`),
    );
  }
  if (atBottom && range(fitness) <= limits.flat * Math.max(spread, Math.abs(population.highest))) {
    findings.push(...stuckAtBottom(genome, population, lead > limits.reached));
  } else if (lead > limits.halfPaid && lead < limits.reached) {
    findings.push(...passesBy(genome, population, names[0], lead));
  }
  genome.terms.forEach((term, i) => {
    const row = rows[i];
    if (!row) return;
    const others = rows.reduce((sum, other, j) => (j === i ? sum : sum + sizeOf(other)), 0);
    const others2 = others + Math.abs(genome.bonus);
    if (range(row) <= limits.constant * Math.max(sizeOf(row), 1e-9)) {
      findings.push(constantTerm(genome, i, row));
    } else if (i > 0 && sizeOf(row) > limits.dominant * others2) {
      findings.push(dominantTerm(genome, i, row));
    } else if (term.weight < 0 && sizeOf(row) > others2) {
      findings.push(dominantTerm(genome, i, row));
    }
    const r = correlationOf(row, fitness);
    // A charge falls with whatever is done better: to raise it would only make trying dearer.
    const pays = term.weight > 0;
    if (pays && r > limits.correlated && range(fitness) > limits.flat * spread) {
      findings.push(strengthen(genome, i, names[i], r));
    } else if (r < -limits.correlated && range(fitness) > limits.flat * spread) {
      findings.push(weaken(genome, i, names[i], r));
    }
  });
  const peak = fitness?.max ?? null;
  const last = fitness?.values.at(-1) ?? null;
  if (peak !== null && last !== null && peak - last > limits.fallen * range(fitness) && !atBottom) {
    findings.push(...steadier(genome, population, peak, last));
  }
  return findings;
}

function endsToEscape(genome: Genome, perStep: number, reason: string): Finding {
  return {
    reason: `${reason}; a bonus per step`,
    urgency: 6,
    change: (rng) => ({
      ...genome,
      bonus: round(genome.bonus + perStep * rng.uniform(1.2, 2)),
      bonusWhy: reason,
    }),
  };
}

function endsByAccident(genome: Genome, population: Population, reason: string): Finding {
  return {
    reason: `${reason}; a charge for leaving the middle`,
    urgency: 2,
    change: (rng) => {
      const features = costFeatures(population.facts, "place").filter(
        ({ facts, element }) => !facts.angle && !uses(genome, facts.index, element, "cost"),
      );
      if (features.length === 0) return { ...genome, bonus: round(genome.bonus + 0.2) };
      const cost = { ...costOf(rng.pick(features), rng), why: reason };
      return { ...genome, terms: [...genome.terms, cost], bonus: round(genome.bonus + 0.1) };
    },
  };
}

/** Nothing it did ever scored: it did the wrong thing, or it could not afford to move. */
function stuckAtBottom(genome: Genome, population: Population, reached: boolean): Finding[] {
  const reason = reached
    ? "what leads was reached and the fitness never left the bottom"
    : "the fitness never left the bottom";
  const costs = genome.terms.some((term) => term.weight < 0);
  const replaceLead: Finding = {
    reason: `${reason}; another leading term`,
    urgency: 5,
    change: (rng) => {
      const lead = { ...drawLead(population.facts, rng), why: reason };
      return { ...genome, terms: [lead, ...genome.terms.slice(1)] };
    },
  };
  const cheaper: Finding = {
    reason: `${reason}; cheaper to move`,
    urgency: 5,
    change: (rng) => {
      const factor = rng.logUniform(...knobs.change.scaleDown);
      const terms = genome.terms.map((term) =>
        term.weight < 0 ? { ...term, weight: round(term.weight / factor), why: reason } : term,
      );
      return { ...genome, terms };
    },
  };
  return costs && !reached ? [replaceLead, cheaper] : [replaceLead];
}

function constantTerm(genome: Genome, i: number, row: Series): Finding {
  const term = genome.terms[i];
  const average = (row.mean ?? 0) / (term.weight || 1);
  const reason = `stayed at ${short(row.mean)} throughout`;
  return {
    reason: `${row.name} ${reason}`,
    urgency: i === 0 ? 2 : 1.5,
    change: (rng) => {
      const factor = term.factors[0];
      const hasWidth =
        factor && isBounded(factor.kernel) && !["ramp", "cosine"].includes(factor.kernel);
      if (hasWidth) {
        // Near zero it is out of reach: wider. Near one it is always paid: narrower.
        const change = rng.logUniform(...knobs.change.temperature);
        const temperature = round(factor.temperature * (average < 0.5 ? change : 1 / change));
        const factors = [{ ...factor, temperature }, ...term.factors.slice(1)];
        return replaceTerm(genome, i, { ...term, factors, why: reason });
      }
      if (i > 0) return { ...genome, terms: genome.terms.filter((_, j) => j !== i) };
      return replaceTerm(genome, i, { ...term, weight: round(term.weight * 2), why: reason });
    },
  };
}

function dominantTerm(genome: Genome, i: number, row: Series): Finding {
  const reason = `outweighed the others with a mean of ${short(row.mean)}`;
  return {
    reason: `${row.name} ${reason}`,
    urgency: 3,
    change: (rng) => scaleWeight(genome, i, 1 / rng.logUniform(...knobs.change.scaleDown), reason),
  };
}

function strengthen(genome: Genome, i: number, name: string, r: number): Finding {
  const reason = `rose and fell with the fitness (r = ${r.toFixed(2)})`;
  return {
    reason: `${name} ${reason}`,
    urgency: 0.5,
    change: (rng) => scaleWeight(genome, i, rng.logUniform(...knobs.change.strengthen), reason),
  };
}

function weaken(genome: Genome, i: number, name: string, r: number): Finding {
  const reason = `moved against the fitness (r = ${r.toFixed(2)})`;
  return {
    reason: `${name} ${reason}`,
    urgency: 0.5,
    change: (rng) => scaleWeight(genome, i, 1 / rng.logUniform(...knobs.change.strengthen), reason),
  };
}

/** What leads is paid now and then: the policy passes the goal instead of staying. Charge rates. */
function passesBy(genome: Genome, population: Population, name: string, lead: number): Finding[] {
  const features = costFeatures(population.facts, "rate");
  const reason = `${name} was paid ${short(lead)} of what staying would: it passes by`;
  return features.map((feature) => {
    const { facts, element } = feature;
    const i = genome.terms.findIndex((term) => chargesRate(term, facts.index, element));
    return {
      reason: `${reason}; ${facts.name} dearer`,
      urgency: 1.5 / features.length,
      change: (rng) => {
        if (i >= 0) {
          return scaleWeight(genome, i, rng.logUniform(...knobs.change.strengthen), reason);
        }
        const drawn = costOf(feature, rng);
        const weight = round(drawn.weight * knobs.change.newCharge);
        const cost = { ...drawn, weight, why: reason };
        return { ...genome, terms: [...genome.terms, cost] };
      },
    };
  });
}

function chargesRate(term: Term, signal: number, element: number | null): boolean {
  const [factor] = term.factors;
  return term.kind === "cost" && factor?.signal === signal && factor.element === element;
}

/** It was done and unlearned: trying was too cheap, or something that matters is left free. */
function steadier(genome: Genome, population: Population, peak: number, last: number): Finding[] {
  const reason = `the fitness fell from ${short(peak)} to ${short(last)}`;
  const free = costFeatures(population.facts, "place").filter(
    ({ facts, element }) => !facts.angle && !uses(genome, facts.index, element),
  );
  const charges = free.map((feature) => ({
    reason: `${reason}; ${feature.facts.name} was free`,
    urgency: 2 / free.length,
    change: (rng: Rng) => {
      const cost = { ...costOf(feature, rng), why: reason };
      return { ...genome, terms: [...genome.terms, cost] };
    },
  }));
  const dearer = genome.terms.flatMap((term, i) =>
    term.weight < 0
      ? [
          {
            reason: `${reason}; a dearer cost`,
            urgency: 0.7,
            change: (rng: Rng) =>
              scaleWeight(genome, i, rng.logUniform(...knobs.change.strengthen), reason),
          },
        ]
      : [],
  );
  return [...charges, ...dearer];
}

export function scaleWeight(genome: Genome, i: number, factor: number, why: string): Genome {
  const term = genome.terms[i];
  return replaceTerm(genome, i, { ...term, weight: round(term.weight * factor), why });
}

export function replaceTerm(genome: Genome, i: number, term: Term): Genome {
  return { ...genome, terms: genome.terms.map((old, j) => (j === i ? term : old)) };
}

/** Whether a term, of any kind or of this one, is about that number. */
function uses(
  genome: Genome,
  signal: number,
  element: number | null,
  kind?: Term["kind"],
): boolean {
  return genome.terms.some(
    (term) =>
      (kind === undefined || term.kind === kind) &&
      term.factors.some((factor) => factor.signal === signal && factor.element === element),
  );
}

function range(series: Series | undefined): number {
  const values = (series?.values ?? []).filter((value) => value !== null);
  return values.length > 0 ? Math.max(...values) - Math.min(...values) : 0;
}

function sizeOf(series: Series | undefined): number {
  return Math.abs(series?.mean ?? 0);
}

function correlationOf(a: Series, b: Series | undefined): number {
  const pairs = a.values.flatMap((x, i) => {
    const y = b?.values[i];
    return x === null || y === null || y === undefined ? [] : [[x, y]];
  });
  if (pairs.length < 4) return 0;
  const r = correlation(
    pairs.map(([x]) => x),
    pairs.map(([, y]) => y),
  );
  return Number.isFinite(r) ? r : 0;
}
