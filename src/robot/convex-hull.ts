/** The faces of a convex hull, by adding one point after another. */

/** A face's corners (indices of points, counter-clockwise from outside) and its plane n · p = d. */
interface Face {
  readonly corners: readonly [number, number, number];
  readonly normal: readonly [number, number, number];
  readonly d: number;
}

/**
 * Points flat x y z → triangles of their convex hull, flat triples of point indices,
 * counter-clockwise seen from outside. Empty for points of one plane, which enclose nothing.
 */
export function convexHull(points: ArrayLike<number>): number[] {
  const start = tetrahedron(points);
  if (start === null) return [];
  const tolerance = 1e-7 * extent(points);
  let faces = start;
  const used = new Set(start.flatMap((face) => face.corners));
  const count = points.length / 3;
  for (let p = 0; p < count; p++) {
    if (used.has(p)) continue;
    const seen = faces.filter((face) => distance(face, points, p) > tolerance);
    if (seen.length === 0) continue;
    // Edges of the seen part that no other seen face shares are its rim; the point is joined to it.
    const edges = seen.flatMap(edgesOf);
    const known = new Set(edges.map((edge) => edge.join(" ")));
    const rim = edges.filter(([from, to]) => !known.has(`${to} ${from}`));
    faces = faces
      .filter((face) => !seen.includes(face))
      .concat(rim.map(([from, to]) => faceOf(points, from, to, p)));
  }
  return faces.flatMap((face) => face.corners);
}

function edgesOf({ corners: [a, b, c] }: Face): [number, number][] {
  return [
    [a, b],
    [b, c],
    [c, a],
  ];
}

/** Four points far from each other, as faces looking outwards; null when all lie in one plane. */
function tetrahedron(points: ArrayLike<number>): Face[] | null {
  const count = points.length / 3;
  if (count < 4) return null;
  const farthest = (measure: (p: number) => number) => {
    let best = 0;
    for (let p = 1; p < count; p++) if (measure(p) > measure(best)) best = p;
    return best;
  };
  const a = farthest((p) => -points[3 * p]);
  const b = farthest((p) => squared(between(points, a, p)));
  const along = between(points, a, b);
  const c = farthest((p) => squared(cross(along, between(points, a, p))));
  const base = faceOf(points, a, b, c);
  const d = farthest((p) => Math.abs(distance(base, points, p)));
  if (!(Math.abs(distance(base, points, d)) > 1e-6 * extent(points))) return null;
  const [p, q] = distance(base, points, d) > 0 ? [c, b] : [b, c];
  return [
    faceOf(points, a, p, q),
    faceOf(points, a, d, p),
    faceOf(points, p, d, q),
    faceOf(points, q, d, a),
  ];
}

function faceOf(points: ArrayLike<number>, a: number, b: number, c: number): Face {
  const turned = cross(between(points, a, b), between(points, a, c));
  const length = Math.sqrt(squared(turned)) || 1;
  const normal = [turned[0] / length, turned[1] / length, turned[2] / length] as const;
  const d =
    normal[0] * points[3 * a] + normal[1] * points[3 * a + 1] + normal[2] * points[3 * a + 2];
  return { corners: [a, b, c], normal, d };
}

/** Of point `p` from a face's plane, positive outside. */
function distance({ normal, d }: Face, points: ArrayLike<number>, p: number): number {
  return (
    normal[0] * points[3 * p] + normal[1] * points[3 * p + 1] + normal[2] * points[3 * p + 2] - d
  );
}

/** Largest absolute coordinate: the scale against which rounding counts. */
function extent(points: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < points.length; i++) largest = Math.max(largest, Math.abs(points[i]));
  return largest;
}

type Vector = readonly [number, number, number];

function between(points: ArrayLike<number>, from: number, to: number): Vector {
  return [
    points[3 * to] - points[3 * from],
    points[3 * to + 1] - points[3 * from + 1],
    points[3 * to + 2] - points[3 * from + 2],
  ];
}

function cross(a: Vector, b: Vector): Vector {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

function squared(v: Vector): number {
  return v[0] * v[0] + v[1] * v[1] + v[2] * v[2];
}
