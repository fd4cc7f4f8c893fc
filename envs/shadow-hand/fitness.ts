/** 1 in each step that reaches a goal, after which the next one is drawn; the score is their number. */
export function fitness(s: State): number {
  return s.goal.reached;
}
