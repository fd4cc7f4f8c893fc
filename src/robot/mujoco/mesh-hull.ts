/** Few points whose convex hull is a mesh's: the farthest vertex in each of many directions. */
const directions = 256;

/** Points flat x y z → the hull's points, flat x y z. Exact for the corners that stand out. */
export function meshHull(points: ArrayLike<number>): number[] {
  const chosen = new Set<number>();
  for (let k = 0; k < directions; k++) {
    const [x, y, z] = direction(k);
    let best = 0;
    let farthest = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < points.length; i += 3) {
      const distance = points[i] * x + points[i + 1] * y + points[i + 2] * z;
      if (distance > farthest) {
        farthest = distance;
        best = i;
      }
    }
    chosen.add(best);
  }
  return [...chosen]
    .sort((a, b) => a - b)
    .flatMap((i) => [points[i], points[i + 1], points[i + 2]]);
}

/** Points on an ellipsoid of half axes a, b, c. */
export function ellipsoidPoints(a: number, b: number, c: number): number[] {
  const out: number[] = [];
  for (let k = 0; k < directions; k += 2) {
    const [x, y, z] = direction(k);
    out.push(a * x, b * y, c * z);
  }
  return out;
}

/** Evenly spread unit vectors: the Fibonacci lattice on the sphere. */
function direction(k: number): [number, number, number] {
  const z = 1 - (2 * k + 1) / directions;
  const radius = Math.sqrt(1 - z * z);
  const turn = k * Math.PI * (3 - Math.sqrt(5));
  return [radius * Math.cos(turn), radius * Math.sin(turn), z];
}
