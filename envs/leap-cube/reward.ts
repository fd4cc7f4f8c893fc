/** The LEAP hand's own: turn, hold the cube still otherwise, stay near the start, spare the motors. */
export function reward(s: State): Terms {
  const power = sum(s.joint.torque.map((torque, i) => torque * s.joint.velocity[i]));
  return {
    turning: 1.25 * clamp(s.cube.angVel[2], -0.25, 0.25),
    movement: -0.3 * sum(s.cube.linVel.map((v) => Math.abs(v))),
    pose: -0.1 * sumOfSquares(s.joint.offset),
    torque: -0.1 * sumOfSquares(s.joint.torque),
    work: -(power ** 2),
    dropped: s.cube.distance > 0.08 ? -10 : 0,
  };
}
