/** Comparison of the best reward with the human and the sparse one, over seeds. */
import { type Interval, interval95, mean } from "../core/statistics.js";
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
  /** (best − sparse) / |human − sparse| over seeds; null where human and sparse cannot be told apart. */
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
  const reference = mean(sparse.perSeed.map((s) => s.fitness));
  const span = Math.abs(mean(human.perSeed.map((s) => s.fitness)) - reference);
  const normalized =
    best && distinguished
      ? interval95(best.perSeed.map(({ fitness }) => (fitness - reference) / span))
      : null;
  return { summaries, normalized, distinguished };
}

/** Paired by seed: whether the 95 % interval of the difference leaves out zero. */
export function areDistinguished(a: FinalSummary, b: FinalSummary): boolean {
  const differences = a.perSeed.flatMap(({ seed, fitness }) => {
    const other = b.perSeed.find((s) => s.seed === seed);
    return other ? [fitness - other.fitness] : [];
  });
  const { low, high } = interval95(differences);
  return low > 0 || high < 0;
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
