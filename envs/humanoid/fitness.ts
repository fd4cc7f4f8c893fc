/** Speed towards the target; the episode's score is its mean, steps lost to a fall count as 0. */
export function fitness(s: State): number {
  return s.torso.progress;
}
