/** Where the cube should stay: on the palm and the roots of the fingers. */
const place = [0.007, 0.003, 0.541];

/** The goal turns the cube about its x axis, then about y, each by a drawn share of half a turn, as Isaac's. */
export function derived(s: State): Derived {
  const a = (s.goal.turns[0] * Math.PI) / 2;
  const b = (s.goal.turns[1] * Math.PI) / 2;
  const goal = [
    Math.cos(a) * Math.cos(b),
    Math.sin(a) * Math.cos(b),
    Math.cos(a) * Math.sin(b),
    Math.sin(a) * Math.sin(b),
  ];
  // cube × conj(goal)
  const [w, x, y, z] = s.cube.orientation;
  const relative = [
    w * goal[0] + x * goal[1] + y * goal[2] + z * goal[3],
    -w * goal[1] + x * goal[0] - y * goal[3] + z * goal[2],
    -w * goal[2] + y * goal[0] - z * goal[1] + x * goal[3],
    -w * goal[3] + z * goal[0] - x * goal[2] + y * goal[1],
  ];
  const error = 2 * Math.asin(Math.min(Math.hypot(relative[1], relative[2], relative[3]), 1));
  return {
    "goal.orientation": [goal[0], goal[1], goal[2], goal[3]],
    "cube.fromGoal": [relative[0], relative[1], relative[2], relative[3]],
    "cube.error": error,
    "cube.offset": [
      s.cube.position[0] - place[0],
      s.cube.position[1] - place[1],
      s.cube.position[2] - place[2],
    ],
    "cube.distance": distance(s.cube.position, place),
    "goal.reached": error <= 0.1 ? 1 : 0,
  };
}
