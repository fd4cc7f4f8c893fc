/** Comparison of the best reward with the human and the sparse one, over seeds. */
import { type Interval, interval95, mean, ratioInterval95 } from "../core/statistics.js";
import type { FinalKind } from "../events/event.js";
import type { Final, RunState } from "../events/run-state.js";

export interface FinalSummary {
  readonly which: FinalKind;
  /** Test fitness over seeds. */
  readonly fitness: Interval;
  readonly perSeed: readonly { readonly seed: number; readonly fitness: number }[];
  /** Environment steps of each training. */
  readonly steps: number;
  /** Mean over the seeds that rose at all. */
  readonly stepsTo95: number;
  /** Maximum of the training curve, mean over seeds: how the original scores. */
  readonly curveMaximum: number;
  readonly failed: number;
}

export interface Comparison {
  readonly summaries: readonly FinalSummary[];
  /**
   * (best − sparse) / |human − sparse|, both by seed, with the uncertainty of all three; null where
   * human and sparse cannot be told apart.
   */
  readonly normalized: Interval | null;
  /** Whether the 95 % interval of human − sparse, by seed, leaves out zero; null without both. */
  readonly distinguished: boolean | null;
}

export function compareFinals(state: RunState): Comparison {
  const kinds = state.finalsPlan?.which ?? [];
  const summaries = kinds.flatMap((which) => {
    const finals = state.finals.filter((final) => final.which === which);
    return finals.length > 0 ? [summarize(which, finals)] : [];
  });
  const of = (which: FinalKind) => summaries.find((summary) => summary.which === which);
  const human = of("human");
  const sparse = of("sparse");
  const best = of("best");
  if (!human || !sparse) return { summaries, normalized: null, distinguished: null };
  const distinguished = areDistinguished(human, sparse);
  const normalized = best && distinguished ? normalizedScore(best, human, sparse) : null;
  return { summaries, normalized, distinguished };
}

function normalizedScore(best: FinalSummary, human: FinalSummary, sparse: FinalSummary): Interval {
  const gained = differences(best, sparse);
  const span = differences(human, sparse);
  const seeds = [...gained.keys()].filter((seed) => span.has(seed));
  const sign = Math.sign(mean([...span.values()]));
  return ratioInterval95(
    seeds.map((seed) => gained.get(seed) ?? Number.NaN),
    seeds.map((seed) => sign * (span.get(seed) ?? Number.NaN)),
  );
}

/** Paired by seed: whether the 95 % interval of the difference leaves out zero. */
export function areDistinguished(a: FinalSummary, b: FinalSummary): boolean {
  const { low, high } = interval95([...differences(a, b).values()]);
  return low > 0 || high < 0;
}

/** Fitness of one minus the other's, by seed that both have. */
function differences(a: FinalSummary, b: FinalSummary): Map<number, number> {
  const other = new Map(b.perSeed.map(({ seed, fitness }) => [seed, fitness]));
  return new Map(
    a.perSeed.flatMap(({ seed, fitness }) => {
      const subtrahend = other.get(seed);
      return subtrahend === undefined ? [] : [[seed, fitness - subtrahend] as const];
    }),
  );
}

function summarize(which: FinalKind, finals: readonly Final[]): FinalSummary {
  const results = finals.flatMap(({ seed, result }) => (result ? [{ seed, result }] : []));
  const perSeed = results
    .map(({ seed, result }) => ({ seed, fitness: result.evaluation.fitness }))
    .sort((a, b) => a.seed - b.seed);
  const finite = (values: (number | null)[]) => mean(values.filter((v) => v !== null));
  return {
    which,
    fitness: interval95(perSeed.map(({ fitness }) => fitness)),
    perSeed,
    steps: results[0]?.result.steps ?? 0,
    stepsTo95: finite(results.map(({ result }) => result.stepsTo95)),
    curveMaximum: finite(results.map(({ result }) => result.curveMaximum)),
    failed: finals.length - results.length,
  };
}
