/** Ground heights on a grid, and the height between its points. */

export interface HeightField {
  /** Points along y and along x. */
  readonly rows: number;
  readonly columns: number;
  /** Between neighbours, m. */
  readonly cellMeters: number;
  /** Where the first point lies, m, world frame. The field is centred on the world's origin. */
  readonly x: number;
  readonly y: number;
  /** [row][column] m; a row runs along +x. */
  readonly heights: Float32Array;
}

/**
 * Height of the ground at a place of the world, m: of the two triangles that a cell is cut into from
 * its corner at −x, +y to that at +x, −y, as both engines cut it. 0 outside.
 */
export function heightAt(field: HeightField, x: number, y: number): number {
  const { rows, columns, cellMeters, heights } = field;
  const u = (x - field.x) / cellMeters;
  const v = (y - field.y) / cellMeters;
  if (!(u >= 0 && v >= 0 && u <= columns - 1 && v <= rows - 1)) return 0;
  const column = Math.min(columns - 2, Math.floor(u));
  const row = Math.min(rows - 2, Math.floor(v));
  const a = u - column;
  const b = v - row;
  const at = row * columns + column;
  const right = heights[at + 1];
  const ahead = heights[at + columns];
  if (a + b <= 1) {
    const low = heights[at];
    return low + a * (right - low) + b * (ahead - low);
  }
  const high = heights[at + columns + 1];
  return high + (1 - a) * (ahead - high) + (1 - b) * (right - high);
}
