/** What is told of a flight in another world, at every step. */
export function measures(s: State): Terms {
  const [x, y, z] = s.chassis.angVel;
  const rates = s.action.map((a, i) => Math.abs(a - s.previousAction[i]) / 0.01);
  return {
    hovering: s.target.distance < 0.3 ? 1 : 0,
    offset: s.target.distance,
    distance: s.target.distance,
    tilt: Math.acos(clamp(-s.chassis.gravity[2], -1, 1)),
    spin: Math.hypot(x, y, z),
    jerk: mean(rates),
  };
}
