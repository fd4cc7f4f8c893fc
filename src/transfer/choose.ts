/** Choosing among policies by what they do in worlds drawn for that, never by an exam. */
import { z } from "zod";
import { mean } from "../core/statistics.js";
import { sameTraining, type TrainingKey, trainingName } from "../events/transfer-state.js";
import type { TransferDefinition } from "../task/task.js";
import { worstTenth } from "./exam.js";
import type { EpisodeMeasure } from "./measure.js";

/** One row of the matrix of policies and worlds: a value a world. */
export const matrixRowSchema = z.strictObject({
  headline: z.array(z.number()),
  smoothness: z.array(z.number()).nullable(),
  success: z.array(z.boolean()),
});
export type MatrixRow = z.infer<typeof matrixRowSchema>;

/** A policy with what the choice is made by. */
export interface Compared extends TrainingKey {
  readonly mean: number;
  /** Mean over the worst tenth of the worlds. */
  readonly worstTenth: number;
  readonly success: number;
  /** Less is better; null where the task has no such measure. */
  readonly smoothness: number | null;
}

export function matrixRow(
  episodes: readonly EpisodeMeasure[],
  { headline, smoothness }: TransferDefinition,
): MatrixRow {
  return {
    headline: episodes.map(({ measures }) => measures[headline]),
    smoothness: smoothness ? episodes.map(({ measures }) => measures[smoothness]) : null,
    success: episodes.map(({ success }) => success),
  };
}

export function compared(key: TrainingKey, row: MatrixRow): Compared {
  const { configuration, seed } = key;
  return {
    row: key.row,
    configuration,
    seed,
    mean: mean(row.headline),
    worstTenth: worstTenth(row.headline),
    success: mean(row.success.map(Number)),
    smoothness: row.smoothness && mean(row.smoothness),
  };
}

/** Values that differ by less than this share of the greatest count as equal. */
const tie = 0.03;

/** Best first: by worst decile, where that ties by mean, and where that ties too the smoother one. */
export function rankPolicies(policies: readonly Compared[]): Compared[] {
  // Whatever order they became ready in.
  const left = policies.toSorted((a, b) => (trainingName(a) < trainingName(b) ? -1 : 1));
  const ranked: Compared[] = [];
  while (left.length > 0) {
    const best = pick(left);
    ranked.push(best);
    left.splice(left.indexOf(best), 1);
  }
  return ranked;
}

/** The best of every row and seed, the best of all first, and why that one. */
export function choose(policies: readonly Compared[]): { policies: Compared[]; why: string } {
  const ranked = rankPolicies(policies);
  const firsts = ranked.filter(
    (policy) =>
      ranked.find(({ row, seed }) => row === policy.row && seed === policy.seed) === policy,
  );
  const [best] = ranked;
  const second = ranked.find((other) => !sameTraining(other, best));
  return { policies: firsts, why: reason(best, second) };
}

function pick(policies: readonly Compared[]): Compared {
  const near = (value: (policy: Compared) => number, among: readonly Compared[]) => {
    const most = Math.max(...among.map(value));
    return among.filter((policy) => most - value(policy) <= tie * Math.abs(most));
  };
  const equals = near(
    (policy) => policy.mean,
    near((policy) => policy.worstTenth, policies),
  );
  return equals.reduce((a, b) =>
    (b.smoothness ?? -b.worstTenth) < (a.smoothness ?? -a.worstTenth) ? b : a,
  );
}

function reason(best: Compared, second: Compared | undefined): string {
  if (!second) return "it is the only one";
  const differs = (a: number, b: number) =>
    Math.abs(a - b) > tie * Math.max(Math.abs(a), Math.abs(b));
  if (differs(best.worstTenth, second.worstTenth)) return "its worst tenth of worlds is the best";
  if (differs(best.mean, second.mean))
    return "of those whose worst tenth ties it has the best mean";
  return "of those that tie in worst tenth and mean it moves the most smoothly";
}
