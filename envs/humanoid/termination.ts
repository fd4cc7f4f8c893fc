export function termination(s: State): Flags {
  return { fell: s.torso.height < 0.8 };
}
