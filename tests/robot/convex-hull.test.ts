import fc from "fast-check";
import { expect, test } from "vitest";
import { convexHull } from "../../src/robot/convex-hull.js";

const cube = [0, 1].flatMap((x) => [0, 1].flatMap((y) => [0, 1].map((z) => [x, y, z]))).flat();

test("a cube's eight corners span twelve triangles that enclose its volume", () => {
  const triangles = convexHull(cube);
  expect(triangles).toHaveLength(12 * 3);
  expect(volume(cube, triangles)).toBeCloseTo(1, 12);
});

test("points inside and twice the same point change nothing", () => {
  const points = [...cube, 0.5, 0.5, 0.5, 0.2, 0.9, 0.4, 1, 1, 1];
  const triangles = convexHull(points);
  expect(Math.max(...triangles)).toBeLessThan(8);
  expect(volume(points, triangles)).toBeCloseTo(1, 12);
});

test("points of one plane, of one line or too few enclose nothing", () => {
  expect(convexHull([0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 1, 0])).toEqual([]);
  expect(convexHull([0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3])).toEqual([]);
  expect(convexHull([0, 0, 0, 1, 0, 0, 0, 1, 0])).toEqual([]);
});

test("no point lies outside any face, and every edge joins two faces", () => {
  // A grid: many points of one plane or line, but none so near to one that rounding decides.
  const coordinate = fc.integer({ min: -8, max: 8 }).map((eighths) => eighths / 8);
  const cloud = fc.array(fc.tuple(coordinate, coordinate, coordinate), {
    minLength: 4,
    maxLength: 40,
  });
  fc.assert(
    fc.property(cloud, (list) => {
      const points = list.flat();
      const triangles = convexHull(points);
      const edges = new Map<string, number>();
      for (let t = 0; t < triangles.length; t += 3) {
        const [a, b, c] = triangles.slice(t, t + 3);
        for (let p = 0; p < list.length; p++) {
          // Six times the volume between face and point: negative for what lies behind the face.
          expect(sixfoldVolume(list[a], list[b], list[c], list[p])).toBeLessThan(1e-5);
        }
        for (const [from, to] of [
          [a, b],
          [b, c],
          [c, a],
        ]) {
          edges.set(`${from} ${to}`, (edges.get(`${from} ${to}`) ?? 0) + 1);
        }
      }
      for (const [edge, count] of edges) {
        expect(count).toBe(1);
        expect(edges.get(edge.split(" ").reverse().join(" "))).toBe(1);
      }
    }),
    { numRuns: 200 },
  );
});

function volume(points: readonly number[], triangles: readonly number[]): number {
  let sum = 0;
  const at = (i: number) => points.slice(3 * i, 3 * i + 3);
  for (let t = 0; t < triangles.length; t += 3) {
    const [a, b, c] = [at(triangles[t]), at(triangles[t + 1]), at(triangles[t + 2])];
    sum += sixfoldVolume([0, 0, 0], a, b, c) / 6;
  }
  return sum;
}

function sixfoldVolume(
  a: readonly number[],
  b: readonly number[],
  c: readonly number[],
  p: readonly number[],
): number {
  const [u, v, w] = [b, c, p].map((q) => q.map((x, i) => x - a[i]));
  return (
    w[0] * (u[1] * v[2] - u[2] * v[1]) +
    w[1] * (u[2] * v[0] - u[0] * v[2]) +
    w[2] * (u[0] * v[1] - u[1] * v[0])
  );
}
