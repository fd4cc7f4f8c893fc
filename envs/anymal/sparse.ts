/** What the fitness measures and nothing else. */
export function reward(s: State): Terms {
  return { error: -(s.error.linVel + s.error.yawRate) };
}
