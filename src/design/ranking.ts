/** Which candidate is better: higher fitness; where that ties, fewer steps to 95 % of its rise. */

export interface Scored {
  readonly fitness: number | null;
  readonly stepsTo95: number | null;
  /** Trained with the whole budget. */
  readonly complete: boolean;
}

/**
 * Best first; those without a fitness are left out. Fitnesses within `tolerance` of the best of
 * those left, relative to its size, tie with it: a group is made from the top, then the next.
 */
export function rank<T extends Scored>(candidates: readonly T[], tolerance: number): T[] {
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

/** The best of those that had the whole budget, or of all where none had. */
export function bestOf<T extends Scored>(candidates: readonly T[], tolerance: number): T | null {
  const complete = candidates.filter((c) => c.complete && c.fitness !== null);
  return rank(complete.length > 0 ? complete : candidates, tolerance)[0] ?? null;
}

function compare(a: number, b: number): number {
  return a === b ? 0 : a - b;
}
