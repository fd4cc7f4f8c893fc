/**
 * The human reward of IsaacGymEnvs' BallBalance: near the point 0.7 m above the ground, where the
 * ball lies on the middle of the tray, times being slow.
 */
export function reward(s: State): Terms {
  const [x, y, z] = s.ball.position;
  const distance = Math.sqrt(x * x + y * y + (z - 0.7) * (z - 0.7));
  return { balanced: 1 / (1 + distance) / (1 + norm(s.ball.linVel)) };
}
