/** What the fitness counts and nothing else. */
export function reward(s: State): Terms {
  return { success: s.pole.cos > 0.9 && Math.abs(s.cart.position) < 1 ? 1 : 0 };
}
