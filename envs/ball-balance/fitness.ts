/** One for every step the ball is kept: their sum is the episode's length. */
export function fitness(s: State): number {
  return 1;
}
