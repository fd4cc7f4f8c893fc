/**
 * Pays for height, charges a little for speed and distance. The offset keeps the sum positive, so
 * that ending the episode early never pays.
 */
export function reward(s: State): Terms {
  return {
    height: (1 + s.pole.cos) / 2,
    poleSpeed: -0.005 * s.pole.angularVelocity ** 2,
    offCentre: -0.05 * s.cart.position ** 2,
    alive: 0.1,
  };
}
