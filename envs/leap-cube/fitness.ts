/** How fast the cube turns about the vertical, as far as 0.25 rad/s either way: DrEureka's. */
export function fitness(s: State): number {
  return clamp(s.cube.angVel[2], -0.25, 0.25);
}
