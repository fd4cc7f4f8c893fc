/** One for every step on the ball: their sum is the episode's length. */
export function fitness(s: State): number {
  return 1;
}
