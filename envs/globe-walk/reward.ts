/** Above the ball's centre, high, level and slow; steady enough for the real robot. */
export function reward(s: State): Terms {
  const [ahead, left] = s.ball.offset;
  const dt = 0.02;
  return {
    onBall: dt,
    above: dt * 2 * Math.exp(-25 * (ahead ** 2 + left ** 2)),
    height: dt * gaussian(s.base.height - 1.1, 0.06),
    level: dt * -2 * (s.base.gravity[0] ** 2 + s.base.gravity[1] ** 2),
    ballSpeed: dt * -0.5 * (s.ball.travel[0] ** 2 + s.ball.travel[1] ** 2),
    turning: dt * -0.05 * sumOfSquares(s.base.angVel),
    smooth: dt * -0.05 * sumOfSquares(s.action.map((a, i) => a - s.previousAction[i])),
    torque: dt * -1e-4 * sumOfSquares(s.joint.torque),
    stance: dt * -0.1 * sumOfSquares(s.joint.offset),
    fall: s.base.height < 0.95 ? -1 : 0,
  };
}
