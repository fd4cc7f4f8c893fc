/**
 * Which candidate is better: one that the engine watch did not mark; then higher fitness; where that
 * ties, fewer steps to 95 % of its rise.
 */

export interface Scored {
  readonly fitness: number | null;
  readonly stepsTo95: number | null;
  /** Trained with the whole budget. */
  readonly complete: boolean;
  /** Ranks below all that are not. */
  readonly marked?: boolean;
}

/**
 * Best first, marked ones after all others; those without a fitness are left out. Fitnesses within `tolerance` of the best of
 * those left, relative to its size, tie with it: a group is made from the top, then the next.
 */
export function rank<T extends Scored>(candidates: readonly T[], tolerance: number): T[] {
  const isMarked = (candidate: T) => candidate.marked === true;
  return [
    ...rankAlike(
      candidates.filter((candidate) => !isMarked(candidate)),
      tolerance,
    ),
    ...rankAlike(candidates.filter(isMarked), tolerance),
  ];
}

function rankAlike<T extends Scored>(candidates: readonly T[], tolerance: number): T[] {
  const left = candidates
    .filter((c) => c.fitness !== null)
    .sort((a, b) => (b.fitness ?? 0) - (a.fitness ?? 0));
  const ranked: T[] = [];
  while (left.length > 0) {
    const top = left[0].fitness ?? 0;
    const floor = top - tolerance * Math.abs(top);
    const tied = left.filter((c) => (c.fitness ?? 0) >= floor);
    left.splice(0, tied.length);
    const speed = (c: T) => c.stepsTo95 ?? Number.POSITIVE_INFINITY;
    ranked.push(...tied.sort((a, b) => compare(speed(a), speed(b))));
  }
  return ranked;
}

/** The best of those that had the whole budget, or of all where none had; a clean one if there is any. */
export function bestOf<T extends Scored>(candidates: readonly T[], tolerance: number): T | null {
  const scored = candidates.filter((c) => c.fitness !== null);
  const clean = scored.filter((c) => c.marked !== true);
  const among = clean.length > 0 ? clean : scored;
  const complete = among.filter((c) => c.complete);
  return rank(complete.length > 0 ? complete : among, tolerance)[0] ?? null;
}

function compare(a: number, b: number): number {
  return a === b ? 0 : a - b;
}
