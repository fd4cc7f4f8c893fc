/** Builds the height field of a terrain. The same declaration gives the same heights everywhere. */
import { Rng } from "../../core/rng.js";
import { numColumns, type Terrain, type TerrainKind } from "./declaration.js";
import { type HeightField, heightAt } from "./height-field.js";

/** Height, m, at a place of a tile relative to its middle, m. */
type Relief = (x: number, y: number) => number;

export function buildHeightField(terrain: Terrain): HeightField {
  const { kinds, levels, tileMeters, cellMeters, seed } = terrain;
  const perTile = Math.round(tileMeters / cellMeters);
  const tiles = numColumns(terrain);
  const columns = tiles * perTile + 1;
  const rows = levels * perTile + 1;
  const heights = new Float32Array(rows * columns);
  for (let level = 0; level < levels; level++) {
    const difficulty = levels === 1 ? 1 : level / (levels - 1);
    for (let tile = 0; tile < tiles; tile++) {
      const kind = kinds[tile % kinds.length];
      const rng = Rng.stream(seed, "terrain", level, tile);
      const relief = reliefOf(kind, difficulty, terrain, rng);
      // The outermost points are shared with the neighbours, and stay at 0.
      for (let i = 1; i < perTile; i++) {
        for (let j = 1; j < perTile; j++) {
          const x = (j - perTile / 2) * cellMeters;
          const y = (i - perTile / 2) * cellMeters;
          heights[(level * perTile + i) * columns + tile * perTile + j] = relief(x, y);
        }
      }
    }
  }
  const [x, y] = [(-tiles * tileMeters) / 2, (-levels * tileMeters) / 2];
  return { rows, columns, cellMeters, x, y, heights };
}

/** Where the middle of a tile is, m, world frame. */
export function tileMiddle(
  terrain: Terrain,
  field: HeightField,
  column: number,
  level: number,
): [x: number, y: number, z: number] {
  const x = field.x + (column + 0.5) * terrain.tileMeters;
  const y = field.y + (level + 0.5) * terrain.tileMeters;
  return [x, y, heightAt(field, x, y)];
}

function reliefOf(kind: TerrainKind, difficulty: number, terrain: Terrain, rng: Rng): Relief {
  const at = ([easy, hard]: readonly [number, number]) => easy + difficulty * (hard - easy);
  const edge = terrain.tileMeters / 2;
  const platform = terrain.platformMeters / 2;
  switch (kind.kind) {
    case "flat":
      return () => 0;
    case "rough":
      return rough(at(kind.amplitudeMeters), kind.wavelengthMeters, edge, platform, rng);
    case "slope": {
      const grade = Math.tan((at(kind.degrees) * Math.PI) / 180);
      return pyramid(kind.direction, (toEdge) => grade * toEdge, edge, platform);
    }
    case "stairs": {
      const { depthMeters, direction } = kind;
      const step = at(kind.stepMeters);
      // The edge of a step is half a cell before its first point, wherever rounding puts that.
      const half = terrain.cellMeters / 2;
      const rise = (toEdge: number) => step * Math.floor((toEdge + half) / depthMeters);
      return pyramid(direction, rise, edge, platform);
    }
    case "boxes":
      return boxes(at(kind.heightMeters), kind.sideMeters, kind.perTile, edge, platform, rng);
  }
}

/** Square rings around a level middle: a hill to go down from, or a pit to climb out of. */
function pyramid(
  direction: "up" | "down",
  /** Height by the distance from the tile's edge, m. */
  rise: (toEdge: number) => number,
  edge: number,
  platform: number,
): Relief {
  const sign = direction === "down" ? 1 : -1;
  return (x, y) => sign * rise(edge - Math.max(Math.abs(x), Math.abs(y), platform));
}

/** Heights drawn on a coarse grid, smoothly joined, fading to 0 at the edge and in the middle. */
function rough(
  amplitude: number,
  wavelength: number,
  edge: number,
  platform: number,
  rng: Rng,
): Relief {
  const count = Math.ceil((2 * edge) / wavelength) + 2;
  const drawn = Float64Array.from({ length: count * count }, () => rng.uniform(-1, 1));
  return (x, y) => {
    const u = (x + edge) / wavelength;
    const v = (y + edge) / wavelength;
    const at = Math.floor(v) * count + Math.floor(u);
    const a = smooth(u - Math.floor(u));
    const b = smooth(v - Math.floor(v));
    const near = drawn[at] + a * (drawn[at + 1] - drawn[at]);
    const far = drawn[at + count] + a * (drawn[at + count + 1] - drawn[at + count]);
    const away = Math.max(Math.abs(x), Math.abs(y));
    const fade = smooth((edge - away) / wavelength) * smooth((away - platform) / wavelength);
    return amplitude * fade * (near + b * (far - near));
  };
}

function boxes(
  height: number,
  [shortest, longest]: readonly [number, number],
  count: number,
  edge: number,
  platform: number,
  rng: Rng,
): Relief {
  const blocks = Array.from({ length: count }, () => ({
    x: rng.uniform(-edge, edge),
    y: rng.uniform(-edge, edge),
    halfX: rng.uniform(shortest, longest) / 2,
    halfY: rng.uniform(shortest, longest) / 2,
    height: rng.uniform(0.5, 1) * height,
  }));
  return (x, y) => {
    if (Math.max(Math.abs(x), Math.abs(y)) <= platform) return 0;
    let top = 0;
    for (const block of blocks) {
      const inside = Math.abs(x - block.x) <= block.halfX && Math.abs(y - block.y) <= block.halfY;
      if (inside) top = Math.max(top, block.height);
    }
    return top;
  };
}

/** 0 to 1 without a kink at either end (3t² − 2t³). */
function smooth(t: number): number {
  const s = Math.min(1, Math.max(0, t));
  return s * s * (3 - 2 * s);
}
