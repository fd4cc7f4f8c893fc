export function termination(s: State): Flags {
  return { opened: s.drawer.opening > 0.39 };
}
