/**
 * The designer that needs no model: evolutionary search over reward terms made from the task's
 * signals. Beside it the two controls it has to beat: draws from the same grammar without any
 * feedback, and the same evolution with the candidates' results exchanged among them.
 */
import { Rng } from "../../core/rng.js";
import type { Series } from "../../events/event.js";
import type { DesignContext, Designer, PastCandidate, Proposal } from "../designer.js";
import { rank } from "../ranking.js";
import { seriesOf } from "../reflection.js";
import { diagnose, type Finding, type Population } from "./diagnosis.js";
import { drawAround, drawGenome, leadKey } from "./draw.js";
import { type Genome, genomeKey, genomeSchema, givenGenome } from "./genome.js";
import { knobs } from "./knobs.js";
import { cross, mutateSurely } from "./mutation.js";
import type { SignalFacts } from "./signal-facts.js";
import { genomeSource } from "./source.js";

export interface OfflineOptions {
  readonly mode: "offline" | "random" | "shuffled";
  readonly facts: readonly SignalFacts[];
  readonly maxEpisodeSteps: number;
  readonly seed: number;
  readonly tieTolerance: number;
}

export const offlineDescriptions = {
  offline: "evolutionary search, no language model",
  random: "random draws from the evolutionary search's grammar, no feedback (control)",
  shuffled: "evolutionary search with results shuffled among candidates (control)",
} as const;

export function offlineDesigner(options: OfflineOptions): Designer {
  const { mode, seed } = options;
  const propose = (
    context: DesignContext,
    index: number,
    attempt: number,
    taken: Taken,
  ): Proposal => {
    const path = [context.restart, context.iteration, index, attempt];
    const rng = Rng.stream(seed, "propose", ...path);
    const shuffle = Rng.stream(seed, "shuffle", context.restart, context.iteration);
    const history = mode === "shuffled" ? shuffled(context.history, shuffle) : context.history;
    const child =
      mode === "random" || attempt > 0
        ? fresh(options, taken, rng)
        : offspring(options, history, context, index, taken, rng);
    return proposal(child, index, options.facts);
  };
  return {
    name: mode,
    description: offlineDescriptions[mode],
    readsPrompts: false,
    async propose(context, indices, deliver) {
      const taken = takenBy(context);
      for (const index of indices) {
        const next = propose(context, index, 0, taken);
        taken.add(genomeSchema.parse(next.genome));
        taken.reasons.push(next.origin.reason);
        deliver(next);
      }
    },
    async repair(context, refused, attempt) {
      return propose(context, refused.index, attempt, takenBy(context));
    },
  };
}

interface Child {
  readonly genome: Genome;
  readonly kind: "random" | "mutation" | "crossover";
  readonly parents: readonly PastCandidate[];
  readonly reason: string;
}

/** A member of the next round: fresh blood, a cross of two parents, or a changed parent. */
function offspring(
  options: OfflineOptions,
  history: readonly PastCandidate[],
  context: DesignContext,
  index: number,
  taken: Taken,
  rng: Rng,
): Child {
  const { facts, tieTolerance } = options;
  const earlier = history
    .filter((c) => c.iteration < context.iteration)
    .map((c) => ({ ...c, fitness: promiseOf(c) }));
  const ranked = promotedFirst(rank(withVotes(earlier), tieTolerance));
  const parents = ranked.flatMap((candidate) => {
    const genome = genomeOf(candidate);
    return genome ? [{ candidate, genome }] : [];
  });
  const scores = parents.map(({ candidate }) => candidate.fitness ?? 0);
  const lowest = Math.min(...scores);
  const highest = Math.max(...scores);
  // Several that are all alike give nothing to inherit.
  const alike = parents.length > 1 && highest === lowest;
  if (parents.length === 0 || alike) return fresh(options, taken, rng);

  const round = knobs.round;
  const count = context.candidates;
  const many = count >= 3;
  const members = (share: number) => Math.max(1, Math.round(share * count));
  if (many && index > count - members(round.freshShare)) return fresh(options, taken, rng);
  const worth = lowest + round.parentWorth * (highest - lowest);
  const best = bestOfEachKind(parents)
    .slice(0, round.parents)
    .filter(({ candidate }) => candidate.promoted || (candidate.fitness ?? lowest) >= worth);
  const population: Population = {
    facts,
    maxEpisodeSteps: options.maxEpisodeSteps,
    lowest,
    highest,
  };
  const mates = best.slice(1).filter(({ genome }) => canCross(best[0].genome, genome));
  const crossing = many && mates.length > 0 && index <= members(round.crossoverShare);
  for (let i = 0; i < knobs.tries; i++) {
    const child = crossing
      ? crossed(best[0], mates, facts, rng)
      : mutated(best, population, taken, rng);
    if (!taken.genomes.has(genomeKey(child.genome))) return child;
  }
  return fresh(options, taken, rng);
}

/**
 * Parents whose rewards are about different things: what scores a little in a wrong way is soon
 * copied often, and would leave no room for what has yet to be done right.
 */
function bestOfEachKind(parents: readonly Parent[]): Parent[] {
  const seen = new Set<string>();
  return parents.filter(({ genome }) => {
    const [factor] = genome.terms[0].factors;
    const kind = factor ? `${factor.signal}.${factor.element}` : "given";
    return !seen.has(kind) && seen.add(kind);
  });
}

/**
 * What a parent is chosen by: its fitness and the best it showed on the way, which tells candidates
 * apart that all end at the bottom.
 */
function promiseOf({ fitness, reflection }: PastCandidate): number | null {
  if (fitness === null) return null;
  const shown = seriesOf(reflection ?? undefined, "fitness")?.values ?? [];
  const peak = Math.max(fitness, ...shown.map((value) => value ?? fitness));
  return fitness + knobs.round.peak * (peak - fitness);
}

/** What people liked better to look at counts as a share of the spread of fitnesses. */
function withVotes(candidates: readonly PastCandidate[]): PastCandidate[] {
  const known = candidates.flatMap(({ fitness }) => fitness ?? []);
  const spread = known.length > 0 ? Math.max(...known) - Math.min(...known) : 0;
  return candidates.map((candidate) => {
    const { fitness, votes } = candidate;
    const net = Math.max(-3, Math.min(3, votes));
    return net === 0 || fitness === null
      ? candidate
      : { ...candidate, fitness: fitness + knobs.round.vote * net * spread };
  });
}

function promotedFirst(ranked: readonly PastCandidate[]): PastCandidate[] {
  return [...ranked.filter((c) => c.promoted), ...ranked.filter((c) => !c.promoted)];
}

/** A reward that a person wrote has no genome: its terms are taken as they are. */
function genomeOf({ genome, origin, source, reflection }: PastCandidate): Genome | null {
  const parsed = genomeSchema.safeParse(genome);
  if (parsed.success) return parsed.data;
  if (origin.kind !== "given" && origin.kind !== "hand") return null;
  const terms = (reflection?.series ?? []).filter(({ kind }) => kind === "term");
  return givenGenome(
    source,
    terms.map(({ name }) => name),
  );
}

interface Parent {
  readonly candidate: PastCandidate;
  readonly genome: Genome;
}

/** Terms of two different rewards that people wrote do not stand in one text. */
function canCross(a: Genome, b: Genome): boolean {
  return a.given === undefined || b.given === undefined || a.given === b.given;
}

function crossed(
  a: Parent,
  mates: readonly Parent[],
  facts: readonly SignalFacts[],
  rng: Rng,
): Child {
  const b = mates[rng.integer(mates.length)];
  const child = cross(a.genome, b.genome, rng);
  const changed = rng.uniform() < knobs.round.second ? mutateSurely(child, facts, rng) : null;
  return {
    genome: changed?.genome ?? child,
    kind: "crossover",
    parents: [a.candidate, b.candidate],
    reason: `terms of ${a.candidate.id} and ${b.candidate.id}${changed ? `; ${changed.reason}` : ""}`,
  };
}

function mutated(
  parents: readonly Parent[],
  population: Population,
  taken: Taken,
  rng: Rng,
): Child {
  const { candidate, genome } = pickParent(parents, rng);
  // What this round, or an earlier child of this parent, has acted on is left alone.
  const used = [...taken.reasons, ...(taken.ofParent.get(candidate.id) ?? [])];
  const findings = diagnose(candidate, genome, population).filter(
    ({ reason }) => !used.some((earlier) => earlier.includes(reason)),
  );
  const reasons: string[] = [];
  let child = genome;
  const { redrawDrawn, redrawBred } = knobs.round;
  const redraw = candidate.origin.kind === "random" ? redrawDrawn : redrawBred;
  if (rng.uniform() < redraw) {
    child = drawAround(genome.terms[0], population.facts, rng);
    reasons.push("the leading term kept, the rest drawn anew");
  } else if (findings.length > 0 && rng.uniform() < knobs.round.guided) {
    const finding = pickFinding(findings, rng);
    child = finding.change(rng);
    reasons.push(finding.reason);
  } else {
    const change = mutateSurely(child, population.facts, rng);
    child = change.genome;
    reasons.push(`by chance: ${change.reason}`);
  }
  if (rng.uniform() < knobs.round.second) {
    const change = mutateSurely(child, population.facts, rng);
    child = change.genome;
    reasons.push(`by chance: ${change.reason}`);
  }
  return { genome: child, kind: "mutation", parents: [candidate], reason: reasons.join("; ") };
}

function fresh(options: OfflineOptions, taken: Taken, rng: Rng): Child {
  const first = taken.iteration <= 1;
  // Later a good lead that was drawn with a bad rest may come again.
  const avoid = first && options.mode !== "random" ? taken.leads : new Set<string>();
  let genome = drawGenome(options.facts, rng, avoid);
  for (let i = 0; i < knobs.tries && taken.genomes.has(genomeKey(genome)); i++) {
    genome = drawGenome(options.facts, rng, avoid);
  }
  return { genome, kind: "random", parents: [], reason: "drawn from the grammar" };
}

function proposal(child: Child, index: number, facts: readonly SignalFacts[]): Proposal {
  const parents = child.parents.map(({ id }) => id);
  const origin = { kind: child.kind, parents, reason: child.reason };
  const from = parents.length > 0 ? `From ${parents.join(" and ")}: ` : "";
  const heading = ["Evolutionary search, no language model.", `${from}${child.reason}.`];
  return {
    index,
    source: genomeSource(child.genome, facts, heading),
    origin,
    genome: child.genome,
  };
}

function pickParent(parents: readonly Parent[], rng: Rng): Parent {
  for (const parent of parents) if (rng.uniform() > knobs.round.parentDecay) return parent;
  return parents[0];
}

function pickFinding(findings: readonly Finding[], rng: Rng): Finding {
  let left = rng.uniform() * findings.reduce((sum, finding) => sum + finding.urgency, 0);
  for (const finding of findings) {
    left -= finding.urgency;
    if (left < 0) return finding;
  }
  return findings[findings.length - 1];
}

/** What has been proposed before, so that nothing is proposed twice. */
interface Taken {
  readonly iteration: number;
  readonly genomes: Set<string>;
  readonly leads: Set<string>;
  /** Reasons given in this round, and for each candidate those of its children. */
  readonly reasons: string[];
  readonly ofParent: ReadonlyMap<string, readonly string[]>;
  add(genome: Genome): void;
}

function takenBy({ history, iteration }: DesignContext): Taken {
  const genomes = new Set<string>();
  const leads = new Set<string>();
  const add = (genome: Genome) => {
    genomes.add(genomeKey(genome));
    leads.add(leadKey(genome));
  };
  for (const { genome } of history) {
    const parsed = genomeSchema.safeParse(genome);
    if (parsed.success) add(parsed.data);
  }
  const round = history.filter((c) => c.iteration === iteration);
  const ofParent = new Map<string, string[]>();
  for (const { origin } of history) {
    for (const id of origin.parents) {
      ofParent.set(id, [...(ofParent.get(id) ?? []), origin.reason]);
    }
  }
  return {
    iteration,
    genomes,
    leads,
    reasons: round.map(({ origin }) => origin.reason),
    ofParent,
    add,
  };
}

/** The same candidates, each with another's results. */
function shuffled(history: readonly PastCandidate[], rng: Rng): PastCandidate[] {
  const trained = history.filter((c) => c.fitness !== null);
  const order = trained.map((_, i) => i);
  rng.shuffle(order);
  const results = new Map(trained.map((c, i) => [c.id, trained[order[i]]]));
  return history.map((candidate) => {
    const other = results.get(candidate.id);
    if (!other) return candidate;
    const { fitness, complete, stepsTo95, evaluation } = other;
    return {
      ...candidate,
      fitness,
      complete,
      stepsTo95,
      evaluation,
      reflection: withFitnessOf(candidate, other),
    };
  });
}

function withFitnessOf(candidate: PastCandidate, other: PastCandidate) {
  if (!candidate.reflection || !other.reflection) return candidate.reflection;
  const measured = (series: Series) => series.kind === "fitness" || series.kind === "episodeLength";
  return {
    ...candidate.reflection,
    series: [
      ...candidate.reflection.series.filter((series) => !measured(series)),
      ...other.reflection.series.filter(measured),
    ],
  };
}
