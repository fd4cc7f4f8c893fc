/** What the light reaches: the scene seen from the light, flat, around a point. */
import type { Part } from "./scene.js";
import { clearSurfaces, createSurfaces, drawMesh, type Surfaces } from "./surfaces.js";
import { cross, dot, normalize, type Vector } from "./vector.js";

const size = 512;
/** Nearness in a shadow map: metres towards the light, from this far behind the middle. */
const reach = 1000;

export interface ShadowMap {
  readonly surfaces: Surfaces;
  /** [y][x] share of light that something keeps from the ground, softened. */
  readonly occlusion: Float32Array;
  readonly scratch: Float32Array;
  /** Unit vector towards the light and the map's axes across it. */
  readonly light: Vector;
  readonly right: Vector;
  readonly up: Vector;
  middle: Vector;
  /** Pixels per metre. */
  pixelsPerMeter: number;
}

export function createShadowMap(light: Vector): ShadowMap {
  const right = normalize(cross([-light[0], -light[1], -light[2]], [0, 0, 1]));
  return {
    surfaces: createSurfaces(size, size),
    occlusion: new Float32Array(size * size),
    scratch: new Float32Array(size * size),
    light,
    right,
    up: cross(right, [-light[0], -light[1], -light[2]]),
    middle: [0, 0, 0],
    pixelsPerMeter: 1,
  };
}

/** Draws the map anew: everything within `radius` of `middle`, shadows on the ground as soft as `softness` m. */
export function castShadows(
  map: ShadowMap,
  parts: readonly Part[],
  middle: Vector,
  radius: number,
  softness: number,
): void {
  map.middle = middle;
  map.pixelsPerMeter = size / (2 * radius);
  clearSurfaces(map.surfaces);
  parts.forEach((part, i) => {
    const points = new Float32Array(part.positions.length);
    for (let v = 0; v < points.length; v += 3) {
      const { positions } = part;
      placeInMap(map, positions[v], positions[v + 1], positions[v + 2], points, v);
    }
    const { mesh, normals } = part;
    drawMesh(map.surfaces, { mesh, points, normals, part: i, opacity: part.opacity });
  });
  const { parts: seen } = map.surfaces;
  for (let i = 0; i < seen.length; i++) map.occlusion[i] = seen[i] < 0 ? 0 : 1;
  const blur = Math.max(1, Math.round(softness * map.pixelsPerMeter));
  // Three box filters in a row are close to a Gaussian.
  for (let pass = 0; pass < 3; pass++) {
    blurRows(map.occlusion, map.scratch, blur);
    blurRows(map.scratch, map.occlusion, blur);
  }
}

function placeInMap(
  { middle, light, right, up, pixelsPerMeter }: ShadowMap,
  x: number,
  y: number,
  z: number,
  out: Float32Array,
  o: number,
): void {
  const dx = x - middle[0];
  const dy = y - middle[1];
  const dz = z - middle[2];
  out[o] = size / 2 + pixelsPerMeter * (dx * right[0] + dy * right[1] + dz * right[2]);
  out[o + 1] = size / 2 - pixelsPerMeter * (dx * up[0] + dy * up[1] + dz * up[2]);
  out[o + 2] = reach + dx * light[0] + dy * light[1] + dz * light[2];
}

/** Box filter along the rows, written transposed: twice is along both. */
function blurRows(from: Float32Array, to: Float32Array, radius: number): void {
  const share = 1 / (2 * radius + 1);
  for (let y = 0; y < size; y++) {
    const row = y * size;
    let sum = 0;
    for (let x = 0; x <= radius && x < size; x++) sum += from[row + x];
    for (let x = 0; x < size; x++) {
      to[x * size + y] = sum * share;
      if (x + radius + 1 < size) sum += from[row + x + radius + 1];
      if (x - radius >= 0) sum -= from[row + x - radius];
    }
  }
}

const place = new Float32Array(3);

/** How much of the light a point of the ground misses, 0 to 1. */
export function groundShadow(map: ShadowMap, x: number, y: number, z: number): number {
  placeInMap(map, x, y, z, place, 0);
  const px = place[0] - 0.5;
  const py = place[1] - 0.5;
  const left = Math.floor(px);
  const top = Math.floor(py);
  if (left < 0 || top < 0 || left >= size - 1 || top >= size - 1) return 0;
  const fx = px - left;
  const fy = py - top;
  const at = top * size + left;
  const { occlusion } = map;
  const above = occlusion[at] * (1 - fx) + occlusion[at + 1] * fx;
  const below = occlusion[at + size] * (1 - fx) + occlusion[at + size + 1] * fx;
  return above * (1 - fy) + below * fy;
}

/** The share of light that reaches a point of a surface, from 3 × 3 places of the map. */
export function litShare(map: ShadowMap, x: number, y: number, z: number, normal: Vector): number {
  // Away from the surface by about a pixel of the map, so that it does not shade itself.
  const away = 1.5 / map.pixelsPerMeter;
  placeInMap(map, x + normal[0] * away, y + normal[1] * away, z + normal[2] * away, place, 0);
  const left = Math.floor(place[0]) - 1;
  const top = Math.floor(place[1]) - 1;
  if (left < 0 || top < 0 || left + 2 >= size || top + 2 >= size) return 1;
  const slope = Math.max(0.2, dot(normal, map.light));
  const near = place[2] + away / slope;
  const { nearness } = map.surfaces;
  let lit = 0;
  for (let dy = 0; dy < 3; dy++) {
    for (let dx = 0; dx < 3; dx++) {
      if (nearness[(top + dy) * size + left + dx] <= near) lit++;
    }
  }
  return lit / 9;
}
