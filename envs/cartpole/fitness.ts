/** One for every step the episode lasts: their sum is its length. */
export function fitness(s: State): number {
  return 1;
}
