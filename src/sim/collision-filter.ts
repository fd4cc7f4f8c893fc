/**
 * Who touches whom. MuJoCo lets two geoms touch when (contype₁ & conaffinity₂) or the reverse,
 * unless they are on one body or welded together, on a parent and its child (the world is no
 * parent in this sense), or excluded. Engines with symmetric bit groups cannot copy the bits, so
 * the rule is written out as a matrix and geoms with equal rows share a group.
 */
import type { RobotModel } from "../robot/model.js";
import type { Articulation } from "./articulation.js";

export interface CollisionFilter {
  /** [geom][geom] 1 where the two may touch. */
  readonly allowed: Uint8Array;
  /** Group of each geom, -1 for geoms that touch nothing. */
  readonly group: readonly number[];
  readonly numGroups: number;
  /** Whether two moving links may touch each other. */
  readonly selfCollision: boolean;
}

export function collisionFilter(robot: RobotModel, articulation: Articulation): CollisionFilter {
  const { geoms } = robot;
  const n = geoms.length;
  const link = geoms.map((geom) => (geom.body < 0 ? -1 : articulation.linkOfBody[geom.body]));
  const excluded = new Set(
    robot.excludedPairs.map(([a, b]) => `${Math.min(a, b)},${Math.max(a, b)}`),
  );
  const allowed = new Uint8Array(n * n);
  let selfCollision = false;
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      const [a, b] = [geoms[i], geoms[j]];
      if ((a.contype & b.conaffinity) === 0 && (b.contype & a.conaffinity) === 0) continue;
      if (link[i] === link[j]) continue;
      if (link[i] >= 0 && link[j] >= 0) {
        if (carriedBy(articulation, link[i]) === link[j]) continue;
        if (carriedBy(articulation, link[j]) === link[i]) continue;
      }
      if (excluded.has(`${Math.min(a.body, b.body)},${Math.max(a.body, b.body)}`)) continue;
      allowed[i * n + j] = allowed[j * n + i] = 1;
      if (link[i] >= 0 && link[j] >= 0) selfCollision = true;
    }
  }
  const groups = new Map<string, number>();
  const group = geoms.map((_, i) => {
    const row = allowed.subarray(i * n, (i + 1) * n).join("");
    if (!row.includes("1")) return -1;
    const known = groups.get(row) ?? groups.size;
    groups.set(row, known);
    return known;
  });
  return { allowed, group, numGroups: groups.size, selfCollision };
}

/** The next link with a body towards the world, or -1. */
function carriedBy({ links }: Articulation, link: number): number {
  let { parent } = links[link];
  while (parent >= 0 && links[parent].members.length === 0) parent = links[parent].parent;
  return parent;
}
