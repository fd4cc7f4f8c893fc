/** Where the gripper is to the handle, in the world's frame; the drawer opens along +x. */
export function derived(s: State): Derived {
  const offset = [
    s.handle.position[0] - s.grasp.position[0],
    s.handle.position[1] - s.grasp.position[1],
    s.handle.position[2] - s.grasp.position[2],
  ];
  const [w, x, y, z] = s.hand.orientation;
  const above = s.leftTip.position[2] - s.handle.position[2];
  const below = s.handle.position[2] - s.rightTip.position[2];
  return {
    "handle.offset": [offset[0], offset[1], offset[2]],
    "handle.distance": norm(offset),
    "hand.forward": -2 * (x * z + w * y),
    "hand.upright": 2 * (y * z + w * x),
    "tip.above": above,
    "tip.below": below,
    "tip.around": above > 0 && below > 0 ? 1 : 0,
    "tip.ahead": Math.min(s.leftTip.position[0], s.rightTip.position[0]) - s.handle.position[0],
  };
}
