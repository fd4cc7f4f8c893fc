/** Isaac's: stay in place, turn to the goal, little effort, and a bonus for every goal reached. */
export function reward(s: State): Terms {
  return {
    distance: -10 * s.cube.distance,
    rotation: 1 / (s.cube.error + 0.1),
    effort: -0.0002 * sumOfSquares(s.action),
    success: 250 * s.goal.reached,
  };
}
