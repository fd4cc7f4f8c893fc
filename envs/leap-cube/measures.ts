/** What is told of a turning cube in another world, at every step. */
export function measures(s: State): Terms {
  const rates = s.action.map((a, i) => Math.abs(a - s.previousAction[i]) / 0.05);
  return {
    rotation: s.cube.angVel[2],
    speed: s.cube.angVel[2],
    offset: s.cube.distance,
    torque: mean(s.joint.torque.map((torque) => Math.abs(torque))),
    power: sum(s.joint.torque.map((torque, i) => Math.abs(torque * s.joint.velocity[i]))),
    jerk: mean(rates),
  };
}
