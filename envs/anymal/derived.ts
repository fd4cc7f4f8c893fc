/** How far the base's velocity is from the command, squared: xy (m²/s²) and turn (rad²/s²). */
export function derived(s: State): Derived {
  return {
    "error.linVel":
      (s.command.linVel[0] - s.base.linVel[0]) ** 2 + (s.command.linVel[1] - s.base.linVel[1]) ** 2,
    "error.yawRate": (s.command.yawRate - s.base.angVel[2]) ** 2,
  };
}
