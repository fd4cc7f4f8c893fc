export function termination(s: State): Flags {
  return { dropped: s.cube.distance > 0.08 };
}
