const stance = [-0.1, 0.8, -1.5, 0.1, 0.8, -1.5, -0.1, 1, -1.5, 0.1, 1, -1.5];

export function derived(s: State): Derived {
  const [w, x, y, z] = s.base.orientation;
  return {
    "base.yaw": Math.atan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z)),
    "joint.offset": s.joint.position.map((angle, i) => angle - stance[i]),
  };
}
