/** What is told of a robot on a ball in another world, at every step. */
export function measures(s: State): Terms {
  const rates = s.action.map((a, i) => Math.abs(a - s.previousAction[i]) / 0.02);
  return {
    time: 1,
    height: s.base.height,
    offset: Math.hypot(s.ball.offset[0], s.ball.offset[1]),
    ballSpeed: Math.hypot(s.ball.linVel[0], s.ball.linVel[1]),
    torque: mean(s.joint.torque.map((torque) => Math.abs(torque))),
    power: sum(s.joint.torque.map((torque, i) => Math.abs(torque * s.joint.velocity[i]))),
    jerk: mean(rates),
  };
}
