/** 1 in a step in which the pole is upright and the cart near the middle. */
export function fitness(s: State): number {
  return s.pole.cos > 0.9 && Math.abs(s.cart.position) < 1 ? 1 : 0;
}
