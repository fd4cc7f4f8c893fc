/** Isaac's: progress, staying up and on course, less effort; −2 instead in the step that falls. */
export function reward(s: State): Terms {
  const fell = s.torso.height < 0.31;
  const alive = fell ? 0 : 1;
  const atLimit = sum(s.joint.inRange.map((place) => (place > 0.99 ? 1 : 0)));
  return {
    progress: alive * s.torso.progress,
    alive: alive * 0.5,
    upright: s.torso.up > 0.93 ? alive * 0.1 : 0,
    heading: alive * 0.5 * Math.min(s.torso.heading / 0.8, 1),
    effort: alive * -0.005 * sumOfSquares(s.action),
    // Isaac multiplies by joint speeds as the policy sees them, scaled by 0.2.
    energy: alive * -0.05 * 0.2 * s.motor.power,
    limits: alive * -0.1 * atLimit,
    fall: fell ? -2 : 0,
  };
}
