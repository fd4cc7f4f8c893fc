export function termination(s: State): Flags {
  return { fell: s.base.height < 0.95 };
}
