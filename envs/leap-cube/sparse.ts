/** What the fitness measures and nothing else. */
export function reward(s: State): Terms {
  return { turning: clamp(s.cube.angVel[2], -0.25, 0.25) };
}
