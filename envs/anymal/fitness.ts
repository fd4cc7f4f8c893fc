/** Minus the squared error of the commanded velocity, forwards, sideways and turning. */
export function fitness(s: State): number {
  return -(s.error.linVel + s.error.yawRate);
}
