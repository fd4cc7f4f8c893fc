export function termination(s: State): Flags {
  return { lost: s.target.distance > 3, tooLow: s.chassis.position[2] < 0.3 };
}
