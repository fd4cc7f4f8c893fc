/** Progress towards the target, m/s. */
export function fitness(s: State): number {
  return s.torso.progress;
}
