/** What is told of a swing-up in another world, at every step. */
export function measures(s: State): Terms {
  return {
    upright: s.pole.cos > 0.9 && Math.abs(s.cart.position) < 1 ? 1 : 0,
    height: s.pole.cos,
    reach: Math.abs(s.cart.position),
    force: Math.abs(s.cart.force),
    jerk: Math.abs(s.action[0] - s.previousAction[0]) * 60,
  };
}
