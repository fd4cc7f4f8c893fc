/** Draws rewards from the grammar: a leading term, perhaps more shaping, costs and a bonus. */
import type { Rng } from "../../core/rng.js";
import { type Factor, type Genome, type Kernel, round, type Term } from "./genome.js";
import { knobs } from "./knobs.js";
import { recordedMean } from "./recorded.js";
import { type Quantity, type SignalFacts, scaleOf } from "./signal-facts.js";

/** One number of the state that a term can be about: an element of a signal, or a signal's norm. */
export interface Feature {
  readonly facts: SignalFacts;
  readonly element: number | null;
}

type Bounds = readonly [number, number];

/** Long signals (joint lists) are taken as a whole, short ones also number by number. */
export function featuresOf(facts: readonly SignalFacts[], quantity: Quantity): Feature[] {
  return facts
    .filter((signal) => signal.quantity === quantity)
    .flatMap((signal) => {
      const single = signal.size <= 3 || signal.quantity === "action";
      const elements = single ? Array.from({ length: signal.size }, (_, i) => i) : [];
      return [...elements, ...(signal.size > 1 ? [null] : [])].map((element) => ({
        facts: signal,
        element,
      }));
    });
}

/** Leading signal and goal, by which first draws are kept apart. */
export function leadKey({ terms }: Genome): string {
  const factor = terms[0].factors[0];
  if (!factor) return "";
  return directional(factor.kernel)
    ? `${factor.signal}.${factor.element}.${factor.rising}`
    : `${factor.signal}.${factor.element}.${factor.target}`;
}

/**
 * A whole reward. `avoid` holds lead keys of rewards drawn before; a rate that is wanted one way may
 * lead again, with another rest: it is what such a task is most likely about.
 */
export function drawGenome(
  facts: readonly SignalFacts[],
  rng: Rng,
  avoid: ReadonlySet<string> = new Set(),
): Genome {
  let lead = drawLead(facts, rng);
  const other = ({ factors: [{ signal, element }] }: Term) => !isWanted(facts[signal], element);
  for (let i = 0; i < knobs.tries && other(lead) && avoid.has(leadKey(oneTerm(lead))); i++) {
    lead = drawLead(facts, rng);
  }
  if (rng.uniform() < knobs.draw.gate) {
    lead = { ...lead, factors: [...lead.factors, drawGate(facts, rng)] };
  }
  return drawAround(lead, facts, rng);
}

/** Everything but the leading term. */
export function drawAround(lead: Term, facts: readonly SignalFacts[], rng: Rng): Genome {
  const d = knobs.draw;
  const terms = [lead];
  const add = (chance: number, draw: () => Term | null) => {
    const term = rng.uniform() < chance ? draw() : null;
    if (term) terms.push(term);
    return term !== null;
  };
  if (add(d.moreShaping, () => drawShaping(facts, rng))) {
    add(d.moreShaping, () => drawShaping(facts, rng));
  }
  add(d.placeCost, () => drawCost(facts, rng, "place"));
  for (const feature of costFeatures(facts, "rate")) add(d.rateCost, () => costOf(feature, rng));
  add(d.effortCost, () => drawEffort(facts, rng));
  add(d.smoothnessCost, () => drawSmoothness(facts, rng));
  const bonus = rng.uniform() < d.bonus ? drawIn(rng, d.bonusSize) : 0;
  return { terms, bonus, bonusWhy: "so that ending an episode early does not pay" };
}

/**
 * A wide bounded kernel on a place, now and then on a rate. Of a few draws the one is likelier that
 * an untrained robot is paid less for: what it does anyway teaches nothing.
 */
export function drawLead(facts: readonly SignalFacts[], rng: Rng): Term {
  const d = knobs.draw;
  const places = featuresOf(facts, "place");
  const rates = featuresOf(facts, "rate");
  const wanted = rates.filter(({ facts: rate, element }) => isWanted(rate, element));
  for (let i = 0; ; i++) {
    const byWanted = wanted.length > 0 && rng.uniform() < d.leadByWanted;
    const byRate = rates.length > 0 && (places.length === 0 || rng.uniform() < d.leadByRate);
    const feature = rng.pick(
      byWanted ? wanted : byRate ? rates : places.length > 0 ? places : anything(facts),
    );
    const kernel = weighted(rng, d.leadKernels, (name) => applies(name, feature));
    const factor = drawFactor(feature, kernel, d.leadTemperature, rng);
    const unpaid = 1 - clamp01(recordedMean(factor, feature.facts, 0));
    if (rng.uniform() < unpaid ** d.leadUnpaid || i === knobs.tries) {
      return { kind: "shaping", factors: [factor], weight: 1, why: "what it is about" };
    }
  }
}

/** A smaller, narrower term beside the leading one; like that, for what is not there yet. */
export function drawShaping(facts: readonly SignalFacts[], rng: Rng): Term {
  const d = knobs.draw;
  const places = featuresOf(facts, "place");
  const rates = featuresOf(facts, "rate");
  for (let i = 0; ; i++) {
    const byRate = rates.length > 0 && (places.length === 0 || rng.uniform() < d.shapingByRate);
    const feature = rng.pick(byRate ? rates : places.length > 0 ? places : anything(facts));
    const kernel: Kernel = rng.pick(["gaussian", "rational", "gaussian", "step"] as const);
    const factor = drawFactor(feature, kernel, d.shapingTemperature, rng);
    const unpaid = 1 - clamp01(recordedMean(factor, feature.facts, 0));
    if (rng.uniform() < unpaid ** d.leadUnpaid || i === knobs.tries) {
      const weight = drawIn(rng, d.shapingWeight);
      return { kind: "shaping", factors: [factor], weight, why: "beside it" };
    }
  }
}

/** A bounded kernel around zero, to multiply another one with. */
export function drawGate(facts: readonly SignalFacts[], rng: Rng): Factor {
  const features = [...featuresOf(facts, "place"), ...featuresOf(facts, "rate")];
  const feature = rng.pick(features.length > 0 ? features : anything(facts));
  const kernel: Kernel = rng.pick(["gaussian", "rational"] as const);
  const factor = drawFactor(feature, kernel, knobs.draw.gateTemperature, rng);
  return { ...factor, target: feature.facts.quantity === "rate" ? 0 : factor.target };
}

/**
 * A charge on a place or a rate; null where the task has none. Places likelier where an untrained
 * robot is charged little: a charge keeps what is good, a leading term asks for what is not there.
 */
export function drawCost(
  facts: readonly SignalFacts[],
  rng: Rng,
  quantity: "place" | "rate",
): Term | null {
  const features = costFeatures(facts, quantity);
  if (features.length === 0) return null;
  for (let i = 0; i < knobs.tries; i++) {
    const cost = costOf(rng.pick(features), rng);
    if (quantity === "rate") return cost;
    const [factor] = cost.factors;
    const kept = 1 - clamp01(recordedMean(factor, facts[factor.signal], 0));
    if (rng.uniform() < kept ** knobs.draw.costKept) return cost;
  }
  return null;
}

export function drawEffort(facts: readonly SignalFacts[], rng: Rng): Term | null {
  const signal = facts.find((f) => f.quantity === "action");
  if (!signal) return null;
  const factor: Factor = {
    signal: signal.index,
    element: signal.size > 1 ? null : 0,
    kernel: rng.uniform() < knobs.draw.quadratic ? "quadratic" : "absolute",
    target: 0,
    temperature: 1,
    rising: true,
  };
  const weight = -drawIn(rng, knobs.draw.effortWeight);
  return { kind: "cost", factors: [factor], weight, why: "spares the motors" };
}

export function drawSmoothness(facts: readonly SignalFacts[], rng: Rng): Term | null {
  const both = ["action", "previousAction"].every((q) => facts.some((f) => f.quantity === q));
  if (!both) return null;
  const weight = -drawIn(rng, knobs.draw.smoothnessWeight);
  return { kind: "change", factors: [], weight, why: "against jerky actions" };
}

/** Features worth a charge: single numbers of short signals, long signals as a whole; no wanted rate. */
export function costFeatures(facts: readonly SignalFacts[], quantity: "place" | "rate"): Feature[] {
  return featuresOf(facts, quantity).filter(
    ({ facts: signal, element }) =>
      (element !== null || signal.size > 3) && !isWanted(signal, element),
  );
}

export function costOf(feature: Feature, rng: Rng): Term {
  const factor: Factor = {
    signal: feature.facts.index,
    element: feature.element,
    kernel: rng.uniform() < knobs.draw.quadratic ? "quadratic" : "absolute",
    target: feature.facts.quantity === "rate" || rng.uniform() < 0.8 ? 0 : drawTarget(feature, rng),
    temperature: round(scaleOf(feature.facts)),
    rising: true,
  };
  return {
    kind: "cost",
    factors: [factor],
    weight: -drawIn(rng, knobs.draw.costWeight),
    why: "",
  };
}

/** Zero, a range end, the middle, or what was usual in recorded states. */
export function drawTarget(feature: Feature, rng: Rng): number {
  const { facts, element } = feature;
  if (element === null) return 0;
  if (facts.angle) return rng.uniform() < 0.7 ? 0 : round3(Math.PI);
  if (facts.wanted !== null && rng.uniform() < knobs.draw.asWanted) return facts.wanted;
  if (facts.quantity === "rate") return rng.uniform() < 0.5 ? 0 : rng.pick([facts.low, facts.high]);
  const middle = round((facts.low + facts.high) / 2);
  const choices = [0, 0, facts.low, facts.high, middle, round(facts.median)];
  return rng.pick(choices.filter((value) => value >= facts.low && value <= facts.high));
}

/** Whether a number of the state is a rate that is wanted one way; a norm has no way. */
function isWanted(facts: SignalFacts, element: number | null): boolean {
  return facts.wanted !== null && element !== null;
}

/** Whether a kernel makes sense for a feature. */
export function applies(kernel: Kernel, { facts, element }: Feature): boolean {
  if (kernel === "cosine") return facts.angle && element !== null;
  if (directional(kernel)) return !facts.angle;
  return true;
}

export function directional(kernel: Kernel): boolean {
  return kernel === "ramp" || kernel === "sigmoid";
}

/** Log-uniform, rounded. */
export function drawIn(rng: Rng, [low, high]: Bounds): number {
  return round(rng.logUniform(low, high));
}

function drawFactor(feature: Feature, kernel: Kernel, temperatures: Bounds, rng: Rng): Factor {
  const target = drawTarget(feature, rng);
  const { wanted } = feature.facts;
  const asWanted = rng.uniform() < (wanted === null ? 0.5 : knobs.draw.asWanted);
  const rising = wanted === null || wanted > 0 ? asWanted : !asWanted;
  const temperature = round(scaleOf(feature.facts) * rng.logUniform(...temperatures));
  return {
    signal: feature.facts.index,
    element: feature.element,
    kernel,
    target: kernel === "ramp" ? 0 : kernel === "sigmoid" ? middleOf(feature) : target,
    temperature: kernel === "ramp" || kernel === "cosine" ? 1 : temperature,
    rising: directional(kernel) ? rising : true,
  };
}

function middleOf({ facts, element }: Feature): number {
  return element === null ? 0 : round((facts.low + facts.high) / 2);
}

function anything(facts: readonly SignalFacts[]): Feature[] {
  return facts.map((signal) => ({ facts: signal, element: signal.size > 1 ? null : 0 }));
}

function weighted<K extends string>(
  rng: Rng,
  chances: Readonly<Record<K, number>>,
  allowed: (name: K) => boolean,
): K {
  const names = (Object.keys(chances) as K[]).filter(allowed);
  let left = rng.uniform() * names.reduce((sum, name) => sum + chances[name], 0);
  for (const name of names) {
    left -= chances[name];
    if (left < 0) return name;
  }
  return names[names.length - 1];
}

function clamp01(value: number): number {
  return Math.min(1, Math.max(0, value));
}

function oneTerm(term: Term): Genome {
  return { terms: [term], bonus: 0, bonusWhy: "" };
}

function round3(value: number): number {
  return Number(value.toPrecision(4));
}
