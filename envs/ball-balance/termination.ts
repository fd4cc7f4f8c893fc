export function termination(s: State): Flags {
  return { dropped: s.ball.position[2] < 0.15 };
}
