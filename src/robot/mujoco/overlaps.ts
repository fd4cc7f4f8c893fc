/**
 * Geoms that may touch and stand deep inside each other before anything has moved: the solver would
 * blast them apart in the first step. Looked for in the file's pose and in every keyframe.
 */
import type { Geom, Overlap, RobotModel } from "../model.js";
import type { Model, Mujoco } from "./engine.js";

/** Deeper than this, m, and than this share of the smaller geom's half thickness, is no resting contact. */
const leastDepth = 0.005;
const shareOfThickness = 0.5;

export function findOverlaps(engine: Mujoco, model: Model, robot: RobotModel): Overlap[] {
  const data = new engine.MjData(model);
  try {
    const poses = [null, ...robot.keyframes.map(({ name }) => name)];
    return poses.flatMap((keyframe, k) => {
      if (keyframe === null) engine.mj_resetData(model, data);
      else engine.mj_resetDataKeyframe(model, data, k - 1);
      engine.mj_forward(model, data);
      const contacts = data.contact;
      const found = Array.from({ length: contacts.size() }, (_, i): Overlap => {
        const contact = contacts.get(i)!;
        const { geom1, geom2, dist } = contact;
        contact.delete();
        return { keyframe, geom1, geom2, depthMeters: -dist };
      });
      contacts.delete();
      return deepest(found.filter((each) => isDeep(each, robot.geoms)));
    });
  } finally {
    data.delete();
  }
}

function isDeep({ geom1, geom2, depthMeters }: Overlap, geoms: readonly Geom[]): boolean {
  const thickness = Math.min(halfThickness(geoms[geom1]), halfThickness(geoms[geom2]));
  return depthMeters > Math.max(leastDepth, shareOfThickness * thickness);
}

/** One for each pair of geoms, which may have several points of contact. */
function deepest(found: readonly Overlap[]): Overlap[] {
  const pairs = new Map<string, Overlap>();
  for (const each of found) {
    const pair = `${each.geom1},${each.geom2}`;
    const known = pairs.get(pair);
    if (!known || known.depthMeters < each.depthMeters) pairs.set(pair, each);
  }
  return [...pairs.values()];
}

/** Infinite for a plane. */
function halfThickness({ shape, size, vertices = [] }: Geom): number {
  if (shape === "plane") return Number.POSITIVE_INFINITY;
  if (shape !== "mesh") return Math.min(...size);
  const extents = [0, 1, 2].map((axis) => {
    const values = vertices.filter((_, i) => i % 3 === axis);
    return Math.max(...values) - Math.min(...values);
  });
  return Math.min(...extents) / 2;
}
