export function termination(s: State): Flags {
  return { fell: s.base.height < 0.15, tipped: s.base.gravity[2] > -0.6 };
}
