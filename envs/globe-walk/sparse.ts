/** What the fitness counts and nothing else. */
export function reward(s: State): Terms {
  return { onBall: 1 };
}
