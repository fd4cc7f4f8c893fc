/**
 * The human reward of IsaacGymEnvs' Cartpole: 1 − angle² − 0.01 |cart velocity| − 0.005 |pole
 * velocity|, and −2 instead in the step that fails.
 */
export function reward(s: State): Terms {
  const failed = Math.abs(s.cart.position) > 3 || Math.abs(s.pole.angle) > Math.PI / 2;
  const alive = failed ? 0 : 1;
  return {
    upright: alive * (1 - s.pole.angle ** 2),
    cartSpeed: alive * -0.01 * Math.abs(s.cart.velocity),
    poleSpeed: alive * -0.005 * Math.abs(s.pole.angularVelocity),
    failure: failed ? -2 : 0,
  };
}
