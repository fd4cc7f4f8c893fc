/** Minus the distance to the target. */
export function fitness(s: State): number {
  return -s.target.distance;
}
