/**
 * Cross-entropy method over randomizations (DrEureka's baseline; Rubinstein 1999): draw some, score
 * the policies trained with them, move the drawing towards the best, and again.
 */
import type { Rng } from "../core/rng.js";
import { mean, standardDeviation } from "../core/statistics.js";
import type { RandomizationConfiguration } from "./configuration.js";
import { mostTries, type PriorParameter, uniform } from "./drawn-configurations.js";

export interface CemOptions {
  readonly prior: readonly PriorParameter[];
  readonly generations: number;
  readonly population: number;
  /** Of each generation, those the next one follows. */
  readonly elites: number;
  readonly rng: Rng;
  /** Whether ranges can be together; those that cannot are drawn again. */
  readonly possible?: (ranges: RandomizationConfiguration["ranges"]) => boolean;
  /** Trains and judges a generation: a score for each, more is better. */
  readonly score: (
    configurations: readonly RandomizationConfiguration[],
    generation: number,
  ) => Promise<readonly number[]>;
}

export interface CemResult {
  readonly best: RandomizationConfiguration;
  readonly score: number;
  /** Every generation, as drawn and scored. */
  readonly generations: readonly (readonly {
    readonly configuration: RandomizationConfiguration;
    readonly score: number;
  }[])[];
}

/** Drawing never gets narrower than this share of an interval, or it would end at the first good luck. */
const leastDeviation = 0.05;

export async function searchByCem(options: CemOptions): Promise<CemResult> {
  const { prior, generations, population, elites, rng, score, possible = () => true } = options;
  // Both ends of each range, as shares of the parameter's widest interval that works.
  const size = 2 * prior.length;
  const center = new Float64Array(size).fill(0.5);
  const deviation = new Float64Array(size).fill(0.25);
  const history: CemResult["generations"][number][] = [];
  for (let generation = 0; generation < generations; generation++) {
    const draw = () =>
      Float64Array.from(center, (middle, i) => clamp(middle + deviation[i] * rng.normal()));
    const drawn = Array.from({ length: population }, () => {
      let shares = draw();
      for (let tries = 0; tries < mostTries; tries++) {
        if (possible(configurationOf(prior, shares, "").ranges)) break;
        shares = draw();
      }
      return shares;
    });
    const configurations = drawn.map((shares, i) =>
      configurationOf(prior, shares, `cem-${generation + 1}-${i + 1}`),
    );
    const scores = await score(configurations, generation);
    const ranked = drawn
      .map((shares, i) => ({ shares, score: scores[i] }))
      .sort((a, b) => b.score - a.score)
      .slice(0, elites);
    for (let i = 0; i < size; i++) {
      const values = ranked.map(({ shares }) => shares[i]);
      center[i] = mean(values);
      deviation[i] = Math.max(leastDeviation, standardDeviation(values) || 0);
    }
    history.push(configurations.map((configuration, i) => ({ configuration, score: scores[i] })));
  }
  const best = history.flat().reduce((a, b) => (b.score > a.score ? b : a));
  return { best: best.configuration, score: best.score, generations: history };
}

function configurationOf(
  prior: readonly PriorParameter[],
  shares: Float64Array,
  name: string,
): RandomizationConfiguration {
  const ranges: RandomizationConfiguration["ranges"] = {};
  for (const [i, parameter] of prior.entries()) {
    const [low, high] = parameter.feasible.reduce((a, b) => (b[1] - b[0] > a[1] - a[0] ? b : a));
    const ends = [shares[2 * i], shares[2 * i + 1]].sort((a, b) => a - b);
    ranges[parameter.name] = uniform(
      parameter,
      low + ends[0] * (high - low),
      low + ends[1] * (high - low),
      [low, high],
    );
  }
  return { designer: "cem", name, ranges, reasons: {} };
}

function clamp(share: number): number {
  return Math.min(1, Math.max(0, share));
}
