/** Terrain as a mesh, as far around a robot's way as a picture shows it. */
import type { Mesh } from "../../robot/geom-mesh.js";
import { type HeightField, heightAt } from "../../sim/terrain/height-field.js";

/** Uneven ground as an episode has it. */
export interface UnevenGround {
  readonly field: HeightField;
  /** Where the episode's origin stands on it, m: all is drawn relative to it. */
  readonly origin: readonly [number, number, number];
}

/** A mesh has at most so many cells; a larger place gets larger ones. */
const mostCells = 120_000;

/**
 * The ground over a rectangle, relative to the origin, on the field's own points where they are not
 * too many.
 */
export function unevenMesh(
  { field, origin }: UnevenGround,
  low: readonly number[],
  high: readonly number[],
): Mesh {
  const { cellMeters } = field;
  const area = (high[0] - low[0]) * (high[1] - low[1]);
  const cell = cellMeters * Math.max(1, Math.ceil(Math.sqrt(area / mostCells) / cellMeters));
  const onGrid = (at: number, axis: 0 | 1) => {
    const first = axis === 0 ? field.x : field.y;
    return first + Math.round((at + origin[axis] - first) / cell) * cell;
  };
  const [x0, y0] = [onGrid(low[0], 0), onGrid(low[1], 1)];
  const columns = Math.max(2, Math.round((high[0] - low[0]) / cell) + 1);
  const rows = Math.max(2, Math.round((high[1] - low[1]) / cell) + 1);
  const positions = new Float32Array(3 * rows * columns);
  const normals = new Float32Array(positions.length);
  const indices = new Uint32Array(6 * (rows - 1) * (columns - 1));
  let at = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const v = 3 * (row * columns + column);
      const [x, y] = [x0 + column * cell, y0 + row * cell];
      positions[v] = x - origin[0];
      positions[v + 1] = y - origin[1];
      positions[v + 2] = heightAt(field, x, y) - origin[2];
      const slopeX = (heightAt(field, x + cell, y) - heightAt(field, x - cell, y)) / (2 * cell);
      const slopeY = (heightAt(field, x, y + cell) - heightAt(field, x, y - cell)) / (2 * cell);
      const length = Math.hypot(slopeX, slopeY, 1);
      normals[v] = -slopeX / length;
      normals[v + 1] = -slopeY / length;
      normals[v + 2] = 1 / length;
      if (row === rows - 1 || column === columns - 1) continue;
      // Cut from the corner at −x, +y to that at +x, −y, as the engines cut it.
      const here = row * columns + column;
      const ahead = here + columns;
      indices.set([here, here + 1, ahead, here + 1, ahead + 1, ahead], at);
      at += 6;
    }
  }
  return { positions, normals, indices };
}
