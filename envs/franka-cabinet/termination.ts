export function termination(s: State): Flags {
  return { strayed: s.handle.distance > 1 };
}
