/**
 * Isaac's: near the handle, turned to it, fingers above and below it, closing on it, and the drawer
 * out; bonuses on the way, and −1 with the fingers behind the handle.
 */
export function reward(s: State): Terms {
  const near = (1 / (1 + s.handle.distance ** 2)) ** 2;
  const facing = (cosine: number) => Math.sign(cosine) * cosine * cosine;
  const around = 0.5 * s.tip.around;
  const opening = s.drawer.opening;
  const squeeze = 0.08 - Math.abs(s.tip.above) - Math.abs(s.tip.below);
  const bonus =
    (opening > 0.01 ? 0.5 : 0) + (opening > 0.2 ? around : 0) + (opening > 0.39 ? 2 * around : 0);
  return {
    distance: 2 * (s.handle.distance <= 0.02 ? 2 * near : near),
    orientation: 0.5 * 0.5 * (facing(s.hand.forward) + facing(s.hand.upright)),
    around: 0.25 * around,
    fingers: 5 * s.tip.around * squeeze,
    opening: 7.5 * (opening * around + opening),
    bonus,
    behind: s.tip.ahead < -0.04 ? -1 : 0,
    effort: -0.01 * sumOfSquares(s.action),
  };
}
