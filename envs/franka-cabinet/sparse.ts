/** What the fitness measures and nothing else. */
export function reward(s: State): Terms {
  return { opened: s.drawer.opening > 0.39 ? 1 : 0 };
}
