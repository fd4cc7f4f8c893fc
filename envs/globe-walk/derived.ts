/** As it stands under its own weight. */
const stance = [0, 0.7, -1.38, 0, 0.7, -1.38, 0, 0.95, -1.33, 0, 0.95, -1.33];

export function derived(s: State): Derived {
  const [w, x, y, z] = s.base.orientation;
  const yaw = Math.atan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z));
  const cos = Math.cos(yaw);
  const sin = Math.sin(yaw);
  const toX = s.ball.position[0] - s.base.position[0];
  const toY = s.ball.position[1] - s.base.position[1];
  return {
    "base.height": s.base.position[2],
    "base.yaw": yaw,
    "joint.offset": s.joint.position.map((angle, i) => angle - stance[i]),
    "ball.offset": [
      cos * toX + sin * toY,
      cos * toY - sin * toX,
      s.ball.position[2] - s.base.position[2],
    ],
    "ball.travel": [
      cos * s.ball.linVel[0] + sin * s.ball.linVel[1],
      cos * s.ball.linVel[1] - sin * s.ball.linVel[0],
    ],
  };
}
