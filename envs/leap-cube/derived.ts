const cradle = [
  0.15, -1, 1.72, -0.22, -0.1, 0, 1.6, 0.12, -0.1, 0.96, 1.73, 0.11, 1.3, 1.61, 0.98, 1.07,
];
/** Where the cube lies when the hand has caught it. */
const place = [-0.003, 0.034, 0.562];

export function derived(s: State): Derived {
  return {
    "joint.offset": s.joint.position.map((angle, i) => angle - cradle[i]),
    "cube.offset": [
      s.cube.position[0] - place[0],
      s.cube.position[1] - place[1],
      s.cube.position[2] - place[2],
    ],
    "cube.distance": distance(s.cube.position, place),
  };
}
