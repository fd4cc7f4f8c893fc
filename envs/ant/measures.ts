/** What is told of an ant in another world, at every step. */
export function measures(s: State): Terms {
  const rates = s.action.map((a, i) => Math.abs(a - s.previousAction[i]) * 60);
  return {
    distance: s.torso.progress,
    speed: s.torso.progress,
    drift: Math.abs(s.torso.position[1]),
    tilt: Math.acos(clamp(s.torso.up, -1, 1)),
    torque: mean(s.joint.torque.map((torque) => Math.abs(torque))),
    power: sum(s.joint.torque.map((torque, i) => Math.abs(torque * s.joint.velocity[i]))),
    jerk: mean(rates),
  };
}
