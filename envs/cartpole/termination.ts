export function termination(s: State): Flags {
  return {
    cartOffRail: Math.abs(s.cart.position) > 3,
    poleFell: Math.abs(s.pole.angle) > Math.PI / 2,
  };
}
