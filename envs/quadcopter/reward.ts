/**
 * The human reward of IsaacGymEnvs' Quadcopter: nearness 1/(1 + d²), and as much again for being
 * upright and for not spinning, each weighted by that nearness.
 */
export function reward(s: State): Terms {
  const near = 1 / (1 + s.target.distance ** 2);
  const tilt = Math.abs(1 + s.chassis.gravity[2]);
  const spin = Math.abs(s.chassis.angVel[2]);
  return { near, upright: near / (1 + tilt ** 2), steady: near / (1 + spin ** 2) };
}
