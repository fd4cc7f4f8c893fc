/** 1 once the drawer is open; the episode's score is its greatest. */
export function fitness(s: State): number {
  return s.drawer.opening > 0.39 ? 1 : 0;
}
