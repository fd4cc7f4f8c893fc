/** DrEureka's: 1 at the commanded speed, 0.37 when half a metre a second off. */
export function fitness(s: State): number {
  return Math.exp(-4 * (s.command.speed - s.base.travel[0]) ** 2);
}
