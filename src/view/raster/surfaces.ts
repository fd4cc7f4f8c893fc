/**
 * What is seen through every pixel: triangles drawn into a depth buffer that remembers, of the
 * nearest surface, its part and normal. Colours come later, once a pixel.
 */
import type { Mesh } from "../../robot/geom-mesh.js";

/** Pixels `[y][x]`, y down. */
export interface Surfaces {
  readonly width: number;
  readonly height: number;
  /** Nearness: 1 / distance along the view for a camera; greater is nearer, 0 where nothing is. */
  readonly nearness: Float32Array;
  /** [y][x][3] unit normal of the nearest surface, world frame. */
  readonly normals: Float32Array;
  /** Number of the nearest surface's part; −1 where nothing is. */
  readonly parts: Int16Array;
}

export function createSurfaces(width: number, height: number): Surfaces {
  const pixels = width * height;
  return {
    width,
    height,
    nearness: new Float32Array(pixels),
    normals: new Float32Array(pixels * 3),
    parts: new Int16Array(pixels).fill(-1),
  };
}

export function clearSurfaces({ nearness, parts }: Surfaces): void {
  nearness.fill(0);
  parts.fill(-1);
}

/** A mesh where the camera puts it. */
export interface PlacedMesh {
  readonly mesh: Mesh;
  /** [vertex][3] x, y in pixels and nearness; a vertex behind the camera has none (≤ 0). */
  readonly points: Float32Array;
  /** [vertex][3] world frame. */
  readonly normals: Float32Array;
  readonly part: number;
  /** 1 hides what is behind; less lets as many of every four pixels through. */
  readonly opacity: number;
}

/** Order in which the pixels of a 2 × 2 block go as a surface becomes more transparent. */
const screen = [0, 2, 3, 1];

/** Draws the triangles that face the camera; those that reach behind it are left out. */
export function drawMesh(target: Surfaces, placed: PlacedMesh): void {
  const { width, height, nearness, normals: normalsOut, parts } = target;
  const { mesh, points, normals, part } = placed;
  const { indices } = mesh;
  const kept = Math.round(placed.opacity * 4);
  for (let t = 0; t < indices.length; t += 3) {
    const a = 3 * indices[t];
    const b = 3 * indices[t + 1];
    const c = 3 * indices[t + 2];
    if (points[a + 2] <= 0 || points[b + 2] <= 0 || points[c + 2] <= 0) continue;
    const [ax, ay] = [points[a], points[a + 1]];
    const [bx, by] = [points[b], points[b + 1]];
    const [cx, cy] = [points[c], points[c + 1]];
    // Counter-clockwise in the world is clockwise on a screen whose y points down.
    const area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
    if (!(area < 0)) continue;
    const left = Math.max(0, Math.ceil(Math.min(ax, bx, cx) - 0.5));
    const right = Math.min(width - 1, Math.floor(Math.max(ax, bx, cx) - 0.5));
    const top = Math.max(0, Math.ceil(Math.min(ay, by, cy) - 0.5));
    const bottom = Math.min(height - 1, Math.floor(Math.max(ay, by, cy) - 0.5));
    for (let y = top; y <= bottom; y++) {
      const py = y + 0.5;
      for (let x = left; x <= right; x++) {
        const px = x + 0.5;
        // Shares of the three corners at the pixel's centre; nearness is linear on the screen.
        const wa = ((bx - px) * (cy - py) - (by - py) * (cx - px)) / area;
        const wb = ((cx - px) * (ay - py) - (cy - py) * (ax - px)) / area;
        const wc = 1 - wa - wb;
        if (wa < 0 || wb < 0 || wc < 0) continue;
        const near = wa * points[a + 2] + wb * points[b + 2] + wc * points[c + 2];
        const pixel = y * width + x;
        if (near <= nearness[pixel]) continue;
        if (kept < 4 && screen[(y & 1) * 2 + (x & 1)] >= kept) continue;
        const nx = wa * normals[a] + wb * normals[b] + wc * normals[c];
        const ny = wa * normals[a + 1] + wb * normals[b + 1] + wc * normals[c + 1];
        const nz = wa * normals[a + 2] + wb * normals[b + 2] + wc * normals[c + 2];
        const length = Math.sqrt(nx * nx + ny * ny + nz * nz) || 1;
        nearness[pixel] = near;
        normalsOut[3 * pixel] = nx / length;
        normalsOut[3 * pixel + 1] = ny / length;
        normalsOut[3 * pixel + 2] = nz / length;
        parts[pixel] = part;
      }
    }
  }
}
