/**
 * A terrain's ground as Rapier colliders. Rapier's height field is a sheet: a part whose middle
 * crosses it is pushed out below. A contact skin makes the sheet as thick as the skin; it lies that
 * much lower, so that parts rest on the ground as declared.
 */
import { ColliderDesc, Cuboid, HeightFieldFlags } from "@dimforge/rapier3d";
import { surroundings } from "../terrain/ground.js";
import type { HeightField } from "../terrain/height-field.js";

/** m. Thicker is safer, and rounds the edges of steps off by as much. */
export const groundSkinMeters = 0.02;

/** The field first, then the flat ground around it; posed in the world. */
export function terrainColliders(field: HeightField): ColliderDesc[] {
  const { rows, columns, cellMeters } = field;
  const scale = { x: (rows - 1) * cellMeters, y: 1, z: (columns - 1) * cellMeters };
  // Rapier's rows run along its z, its columns along x, heights along y, all in columns: with its
  // axes put to our y, z and x, the numbers lie as ours do.
  const sheet = ColliderDesc.heightfield(
    columns - 1,
    rows - 1,
    lowered(field),
    scale,
    HeightFieldFlags.FIX_INTERNAL_EDGES,
  )
    .setRotation({ x: 0.5, y: 0.5, z: 0.5, w: 0.5 })
    .setContactSkin(groundSkinMeters);
  const slabs = surroundings(field).map(({ center, halfSize }) =>
    new ColliderDesc(new Cuboid(...halfSize)).setTranslation(...center),
  );
  return [sheet, ...slabs];
}

/** Heights less the skin, measured across the slope: by the flatter of a point's two sides in each direction. */
function lowered({ rows, columns, cellMeters, heights }: HeightField): Float32Array {
  const out = new Float32Array(heights.length);
  const grade = (at: number, step: number, first: boolean, last: boolean) => {
    const before = first ? 0 : (heights[at] - heights[at - step]) / cellMeters;
    const after = last ? 0 : (heights[at + step] - heights[at]) / cellMeters;
    return Math.min(Math.abs(before), Math.abs(after));
  };
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const at = row * columns + column;
      const x = grade(at, 1, column === 0, column === columns - 1);
      const y = grade(at, columns, row === 0, row === rows - 1);
      out[at] = heights[at] - groundSkinMeters * Math.sqrt(1 + x * x + y * y);
    }
  }
  return out;
}
