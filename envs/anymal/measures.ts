/** What is told of a trot in another world, at every step. */
export function measures(s: State): Terms {
  const rates = s.action.map((a, i) => Math.abs(a - s.previousAction[i]) / 0.02);
  return {
    tracking: Math.exp(-(s.error.linVel + s.error.yawRate) / 0.25),
    speedError: Math.sqrt(s.error.linVel),
    turnError: Math.sqrt(s.error.yawRate),
    torque: mean(s.joint.torques.map((torque) => Math.abs(torque))),
    power: sum(s.joint.torques.map((torque, i) => Math.abs(torque * s.joint.velocities[i]))),
    slip: mean([s.slip.leftFront, s.slip.leftHind, s.slip.rightFront, s.slip.rightHind]),
    jerk: mean(rates),
  };
}
