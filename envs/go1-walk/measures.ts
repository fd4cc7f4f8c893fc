/** What is told of a walk in another world, at every step. */
export function measures(s: State): Terms {
  const speed = s.base.travel[0];
  const rates = s.action.map((a, i) => Math.abs(a - s.previousAction[i]) / 0.02);
  return {
    distance: speed,
    speed,
    speedError: Math.abs(speed - s.command.speed),
    drift: Math.abs(s.base.position[1]),
    torque: mean(s.joint.torque.map((torque) => Math.abs(torque))),
    power: sum(s.joint.torque.map((torque, i) => Math.abs(torque * s.joint.velocity[i]))),
    slip: mean([
      s.frontRightFoot.slip,
      s.frontLeftFoot.slip,
      s.rearRightFoot.slip,
      s.rearLeftFoot.slip,
    ]),
    jerk: mean(rates),
  };
}
