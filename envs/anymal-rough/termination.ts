export function termination(s: State): Flags {
  return { baseTouched: s.contact.base > 0 || s.base.height < 0.15 };
}
