export function termination(s: State): Flags {
  return { cartOffRail: Math.abs(s.cart.position) > 3 };
}
