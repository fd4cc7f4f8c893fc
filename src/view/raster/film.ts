/** Pictures of a robot in motion, at any moment of it, without a browser or a graphics card. */
import type { Motion } from "../../rl/record-motion.js";
import type { Mesh } from "../../robot/geom-mesh.js";
import type { RobotModel } from "../../robot/model.js";
import { cutBehind, project } from "./camera.js";
import { type Caption, drawCaption } from "./caption.js";
import { baseOf, type Framing, frameMotion } from "./framing.js";
import { createImage, type Image, resolve } from "./image.js";
import { createScene, place } from "./scene.js";
import { type Floor, shade } from "./shade.js";
import { castShadows, createShadowMap } from "./shadow.js";
import { clearSurfaces, createSurfaces, drawMesh } from "./surfaces.js";
import { type UnevenGround, unevenMesh } from "./uneven-ground.js";
import { direction } from "./vector.js";

export interface FilmOptions {
  readonly robot: RobotModel;
  readonly motion: Motion;
  readonly width: number;
  readonly height: number;
  /** Null: no words at all, for small pictures. */
  readonly caption: Caption | null;
  /** Drawn in place of the level floor. */
  readonly ground?: UnevenGround | undefined;
}

export interface Film {
  readonly durationSeconds: number;
  /** The picture at a moment, s; the same image is drawn over at the next call. */
  imageAt(seconds: number): Image;
}

/** Pixels are drawn at this many times the size each way and averaged. */
const supersampling = 2;

export function createFilm(options: FilmOptions): Film {
  const { robot, motion, width, height, caption } = options;
  const scene = createScene(robot);
  const surfaces = createSurfaces(width * supersampling, height * supersampling);
  const uneven = options.ground !== undefined;
  const framing = frameMotion(scene, motion, surfaces.width, surfaces.height, uneven);
  const { distance, azimuth } = framing;
  const ground = options.ground && groundAround(options.ground, framing, motion.numSteps);
  const floor: Floor = {
    height: ground ? lowest(ground) - 1 : framing.floorHeight,
    tile: tileFor(distance),
    haze: 3.6 * distance,
  };
  // Over the camera's left shoulder, so that shadows fall away from it to the right.
  const shadows = createShadowMap(direction(azimuth - 0.9, 0.95));
  const light = new Float32Array(surfaces.width * surfaces.height * 3);
  const image = createImage(width, height);
  const poses = new Float32Array(7 * robot.bodies.length);
  const groundScreen = new Float32Array(ground?.positions.length ?? 0);
  const screens = scene.parts.map((part) => new Float32Array(part.positions.length));

  return {
    durationSeconds: (motion.numSteps - 1) * motion.dtSeconds,
    imageAt(seconds) {
      const step = Math.min(seconds / motion.dtSeconds, motion.numSteps - 1);
      posesAt(motion, step, poses);
      place(scene, poses, 0);
      castShadows(shadows, scene.parts, framing.target(step), 0.75 * distance, 0.008 * distance);
      const camera = framing.camera(step);
      clearSurfaces(surfaces);
      if (ground) {
        // What lies behind the camera is left out, triangle by triangle: none of it is in the picture.
        project(camera, ground.positions, groundScreen);
        const { normals } = ground;
        const part = scene.parts.length;
        drawMesh(surfaces, { mesh: ground, points: groundScreen, normals, part, opacity: 1 });
      }
      scene.parts.forEach(({ mesh, positions, normals, opacity }, part) => {
        if (project(camera, positions, screens[part])) {
          drawMesh(surfaces, { mesh, points: screens[part], normals, part, opacity });
          return;
        }
        const cut = cutBehind(camera, { positions, normals, indices: mesh.indices });
        const points = new Float32Array(cut.positions.length);
        project(camera, cut.positions, points);
        drawMesh(surfaces, { mesh: cut, points, normals: cut.normals, part, opacity });
      });
      shade(surfaces, scene, camera, floor, shadows, supersampling, light);
      resolve(light, supersampling, image);
      const speed = framing.follows ? speedOf(motion, baseOf(robot), poses.length, step) : null;
      if (caption !== null) drawCaption(image, caption, step * motion.dtSeconds, speed);
      return image;
    },
  };
}

/** The ground as far as it is not lost in the haze. */
function groundAround(ground: UnevenGround, framing: Framing, numSteps: number): Mesh {
  const reach = 6 * framing.distance;
  const low = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  const high = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let step = 0; step < numSteps; step++) {
    const target = framing.target(step);
    for (const axis of [0, 1]) {
      low[axis] = Math.min(low[axis], target[axis] - reach);
      high[axis] = Math.max(high[axis], target[axis] + reach);
    }
  }
  return unevenMesh(ground, low, high);
}

function lowest({ positions }: Mesh): number {
  let low = Number.POSITIVE_INFINITY;
  for (let i = 2; i < positions.length; i += 3) low = Math.min(low, positions[i]);
  return low;
}

/** Tiles of 1, 2 or 5 times a power of ten metres, about a ninth of the distance. */
function tileFor(distance: number): number {
  const wanted = distance / 9;
  const power = 10 ** Math.floor(Math.log10(wanted));
  return power * ([5, 2].find((step) => step * power <= wanted) ?? 1);
}

/** Poses between two steps: positions in a straight line, orientations along the shorter way. */
export function posesAt({ poses, numSteps }: Motion, step: number, out: Float32Array): void {
  const before = Math.min(numSteps - 1, Math.floor(step));
  const after = Math.min(numSteps - 1, before + 1);
  const share = step - before;
  for (let i = 0; i < out.length; i += 7) {
    const a = before * out.length + i;
    const b = after * out.length + i;
    let cosine = 0;
    for (let j = 3; j < 7; j++) cosine += poses[a + j] * poses[b + j];
    const sign = cosine < 0 ? -1 : 1;
    let square = 0;
    for (let j = 0; j < 7; j++) {
      const end = (j < 3 ? 1 : sign) * poses[b + j];
      out[i + j] = poses[a + j] + (end - poses[a + j]) * share;
      if (j >= 3) square += out[i + j] ** 2;
    }
    const length = Math.sqrt(square) || 1;
    for (let j = 3; j < 7; j++) out[i + j] /= length;
  }
}

/** How fast a body goes over the floor, m/s, as the mean of half a second. */
function speedOf(
  { poses, numSteps, dtSeconds }: Motion,
  body: number,
  width: number,
  step: number,
): number {
  const half = Math.max(1, Math.round(0.25 / dtSeconds));
  const from = Math.max(0, Math.floor(step) - half);
  const to = Math.min(numSteps - 1, Math.floor(step) + half);
  const way = (axis: number) =>
    poses[to * width + 7 * body + axis] - poses[from * width + 7 * body + axis];
  return to > from ? Math.hypot(way(0), way(1)) / ((to - from) * dtSeconds) : 0;
}
