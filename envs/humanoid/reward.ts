/** Torque of each motor by that of the strongest: Isaac weighs energy and limits by it. */
const strength = [
  0.5, 0.5, 0.5, 0.333, 0.333, 1, 0.667, 0.167, 0.167, 0.333, 0.333, 1, 0.667, 0.167, 0.167, 0.5,
  0.5, 0.333, 0.5, 0.5, 0.333,
];

/** Isaac's: progress, staying up and on course, less effort; −1 instead in the step that falls. */
export function reward(s: State): Terms {
  const fell = s.torso.height < 0.8;
  const alive = fell ? 0 : 1;
  const beyond = s.joint.inRange.map(
    (place, i) => (strength[i] * Math.max(Math.abs(place) - 0.98, 0)) / 0.02,
  );
  const power = s.joint.velocity.map(
    (speed, i) => strength[i] * Math.abs(0.1 * speed * s.action[i]),
  );
  return {
    progress: alive * s.torso.progress,
    alive: alive * 2,
    upright: s.torso.up > 0.93 ? alive * 0.1 : 0,
    heading: alive * 0.5 * Math.min(s.torso.heading / 0.8, 1),
    effort: alive * -0.01 * sumOfSquares(s.action),
    energy: alive * -0.05 * sum(power),
    limits: alive * -0.25 * sum(beyond),
    fall: fell ? -1 : 0,
  };
}
