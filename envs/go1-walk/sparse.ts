/** What the fitness counts and nothing else. */
export function reward(s: State): Terms {
  return { speed: Math.exp(-4 * (s.command.speed - s.base.travel[0]) ** 2) };
}
