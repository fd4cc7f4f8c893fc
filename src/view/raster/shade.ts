/**
 * Light for every pixel: robots under a sun and a sky, a chequered floor that fades into the
 * distance, and the sky itself.
 */
import type { Camera } from "./camera.js";
import { color } from "./color.js";
import type { Scene } from "./scene.js";
import { groundShadow, litShare, type ShadowMap } from "./shadow.js";
import type { Surfaces } from "./surfaces.js";
import type { Vector } from "./vector.js";

export interface Floor {
  /** m */
  readonly height: number;
  /** Side of a tile, m. */
  readonly tile: number;
  /** Distance from the camera over which the floor fades, m. */
  readonly haze: number;
}

const horizon = color("#eceff3");
const zenith = color("#aebfd3");
const lightTile = color("#dfe3e8");
const darkTile = color("#cbd2da");
/** Of what the sun adds to the floor, and what its shadow takes away. */
const shadowDepth = 0.62;
const shadowTint: Vector = [0.94, 0.98, 1.08];

const sun: Vector = [0.9, 0.86, 0.79];
const skyLight: Vector = [0.5, 0.55, 0.62];
const floorLight: Vector = [0.3, 0.29, 0.28];
const shine = 0.16;
/** How much more than by the angle to the sun slopes of uneven ground differ in brightness. */
const reliefDepth = 1.6;

/**
 * Fills `light` `[y][x][3]` from what is seen through each pixel. Blocks of `blockSize` pixels each way
 * where nothing stands before floor and sky, which know their own mean, are lit at once.
 */
export function shade(
  surfaces: Surfaces,
  scene: Scene,
  camera: Camera,
  floor: Floor,
  shadows: ShadowMap,
  blockSize: number,
  light: Float32Array,
): void {
  const { width, height, nearness, normals, parts } = surfaces;
  const { eye, forward, right, up, focal, centerX, centerY } = camera;
  const above = eye[2] - floor.height;
  const out = [0, 0, 0] as [number, number, number];

  /** Light of `pixels` × `pixels` pixels, the first at column x and row y. */
  const lightOf = (x: number, y: number, pixels: number, part: number) => {
    const u = (x + pixels / 2 - centerX) / focal;
    const v = (centerY - y - pixels / 2) / focal;
    const dx = forward[0] + u * right[0] + v * up[0];
    const dy = forward[1] + u * right[1] + v * up[1];
    const dz = forward[2] + u * right[2] + v * up[2];
    const pixel = y * width + x;
    const toFloor = dz < 0 ? above / -dz : Number.POSITIVE_INFINITY;
    const toSurface = part < 0 ? Number.POSITIVE_INFINITY : 1 / nearness[pixel];
    if (part >= 0 && toSurface <= toFloor * 1.0001) {
      const at: Vector = [
        eye[0] + dx * toSurface,
        eye[1] + dy * toSurface,
        eye[2] + dz * toSurface,
      ];
      const normal: Vector = [normals[3 * pixel], normals[3 * pixel + 1], normals[3 * pixel + 2]];
      if (part === scene.parts.length) {
        // Uneven ground: the floor's tiles, as bright as they face the sun.
        const { light: toSun } = shadows;
        const n = 3 * pixel;
        const facing =
          normals[n] * toSun[0] + normals[n + 1] * toSun[1] + normals[n + 2] * toSun[2];
        const spread = (pixels * toSurface) / focal;
        const relief = Math.max(0.3, 1 + reliefDepth * (facing / toSun[2] - 1));
        const steep = spread / Math.max(0.15, normals[n + 2]);
        floorColor(floor, at, relief, steep, steep, toSurface, shadows, out);
        return;
      }
      const length = Math.sqrt(dx * dx + dy * dy + dz * dz);
      const view: Vector = [-dx / length, -dy / length, -dz / length];
      surfaceLight(scene.parts[part].color, at, normal, view, shadows, out);
    } else if (above > 0 && toFloor < 1e5) {
      // How far the place on the floor moves, in x and in y, from one column and one row to the next.
      const step = (pixels * toFloor) / focal;
      const spreadX = step * (Math.abs(right[0]) + Math.abs(up[0] - (dx * up[2]) / dz));
      const spreadY = step * (Math.abs(right[1]) + Math.abs(up[1] - (dy * up[2]) / dz));
      const at: Vector = [eye[0] + dx * toFloor, eye[1] + dy * toFloor, floor.height];
      floorColor(floor, at, 1, spreadX, spreadY, toFloor, shadows, out);
    } else {
      skyColor(dz / Math.sqrt(dx * dx + dy * dy + dz * dz), out);
    }
  };
  const put = (x: number, y: number) => {
    const at = 3 * (y * width + x);
    light[at] = out[0];
    light[at + 1] = out[1];
    light[at + 2] = out[2];
  };

  for (let top = 0; top < height; top += blockSize) {
    for (let left = 0; left < width; left += blockSize) {
      let empty = true;
      for (let y = top; y < top + blockSize; y++) {
        for (let x = left; x < left + blockSize; x++) {
          if (parts[y * width + x] >= 0) empty = false;
        }
      }
      if (empty) lightOf(left, top, blockSize, -1);
      for (let y = top; y < top + blockSize; y++) {
        for (let x = left; x < left + blockSize; x++) {
          if (!empty) lightOf(x, y, 1, parts[y * width + x]);
          put(x, y);
        }
      }
    }
  }
}

/** Lambert's and Blinn's terms of a sun, and light from the sky above and the floor below. */
function surfaceLight(
  albedo: Vector,
  at: Vector,
  normal: Vector,
  view: Vector,
  shadows: ShadowMap,
  out: [number, number, number],
): void {
  const { light } = shadows;
  const facing = normal[0] * light[0] + normal[1] * light[1] + normal[2] * light[2];
  const lit = facing > 0 ? litShare(shadows, at[0], at[1], at[2], normal) : 0;
  const upward = 0.5 + 0.5 * normal[2];
  const hx = light[0] + view[0];
  const hy = light[1] + view[1];
  const hz = light[2] + view[2];
  const glance =
    Math.max(0, normal[0] * hx + normal[1] * hy + normal[2] * hz) / Math.hypot(hx, hy, hz);
  const across = Math.max(0, normal[0] * view[0] + normal[1] * view[1] + normal[2] * view[2]);
  const edge = (1 - across) ** 4 * 0.12 * upward;
  const gloss = glance ** 48 * shine * lit + edge;
  for (let i = 0; i < 3; i++) {
    const sky = floorLight[i] + (skyLight[i] - floorLight[i]) * upward;
    out[i] = soften(albedo[i] * (sky + sun[i] * Math.max(0, facing) * lit) + gloss);
  }
}

/** Light above 0.65 comes ever closer to 1, so that what is white keeps its shape. */
function soften(light: number): number {
  return light < 0.65 ? light : 1 - 0.35 * Math.exp((0.65 - light) / 0.35);
}

function floorColor(
  { tile, haze }: Floor,
  [x, y, z]: Vector,
  /** How bright it is, 1 for level floor. */
  relief: number,
  spreadX: number,
  spreadY: number,
  distance: number,
  shadows: ShadowMap,
  out: [number, number, number],
): void {
  const checks = 0.5 - 0.5 * stripes(x / tile, spreadX / tile) * stripes(y / tile, spreadY / tile);
  const shadow = groundShadow(shadows, x, y, z) * shadowDepth;
  const fade = 1 - Math.exp(-((distance / haze) ** 2));
  for (let i = 0; i < 3; i++) {
    const plain = relief * (darkTile[i] + (lightTile[i] - darkTile[i]) * checks);
    const shaded = plain * (1 - shadow + shadow * 0.12 * shadowTint[i]);
    out[i] = shaded + (horizon[i] - shaded) * fade;
  }
}

/**
 * Stripes of 1 and −1, one unit wide, as their mean over `width` about `at`: the difference of
 * their integral, a wave of triangles, at both ends.
 */
function stripes(at: number, width: number): number {
  const w = Math.max(width, 1e-6);
  return (triangleWave(at + w / 2) - triangleWave(at - w / 2)) / w;
}

function triangleWave(at: number): number {
  const phase = at / 2 - Math.floor(at / 2);
  return phase < 0.5 ? 2 * phase : 2 - 2 * phase;
}

/** `rise`: sine of the elevation. */
function skyColor(rise: number, out: [number, number, number]): void {
  const t = Math.min(1, Math.max(0, rise / 0.45));
  const share = t * (2 - t);
  for (let i = 0; i < 3; i++) out[i] = horizon[i] + (zenith[i] - horizon[i]) * share;
}
