/** Where the camera stands: found from how the robot moves, so that no task has to say. */
import { rotateVector } from "../../core/quaternion.js";
import type { Motion } from "../../rl/record-motion.js";
import type { RobotModel } from "../../robot/model.js";
import { type Camera, halfView, inView, lookFrom } from "./camera.js";
import { placePart, type Scene } from "./scene.js";
import { add, direction, scale, type Vector } from "./vector.js";

export interface Framing {
  /** Whether the camera goes along with the robot's base. */
  readonly follows: boolean;
  /** Azimuth of the camera from what it looks at, rad. */
  readonly azimuth: number;
  /** From the camera to what it looks at, m. */
  readonly distance: number;
  /** Height of the floor, m. */
  readonly floorHeight: number;
  /** What the camera looks at, at a step (between two steps for fractions). */
  target(step: number): Vector;
  camera(step: number): Camera;
}

/** Where a point of a body's outline is at a step. */
interface Mark {
  readonly step: number;
  readonly at: Vector;
  readonly body: number;
}

/** Of the camera, above level and above uneven ground. */
const levelElevation = (11.5 * Math.PI) / 180;
const steepElevation = (28 * Math.PI) / 180;
/** Share of the picture that the robot may take, from the middle to the edges or to the words. */
const [fillX, fillY] = [0.86, 0.69];
/** A follow camera stands farther off than the robot needs, to show the way; more so where that is uneven. */
const levelWayAround = 1.15;
const unevenWayAround = 1.5;
/** Steps that are looked at. */
const samples = 120;
/** Whoever ends up farther away than this, in sizes of the robot, has left the picture. */
const farAway = 4;
/** Time over which a follow camera evens out the robot's sway, s. */
const smoothSeconds = 0.6;

/** @param uneven whether the ground rises and falls: it is seen from farther above, and followed up and down. */
export function frameMotion(
  scene: Scene,
  motion: Motion,
  width: number,
  height: number,
  uneven = false,
): Framing {
  const elevation = uneven ? steepElevation : levelElevation;
  const wayAround = uneven ? unevenWayAround : levelWayAround;
  const marks = marksOf(scene, motion);
  const first = boxOf(marks.filter((mark) => mark.step === 0));
  const all = boxOf(marks);
  const floorHeight = scene.groundHeight ?? all[0][2] - 0.12 * diagonal(all);
  const base = baseOf(scene.robot);
  const follows = base >= 0 && diagonal(all) > 2 * diagonal(first);
  if (!follows) {
    const middle = middleOf(first);
    const near = marks.filter(
      ({ at }) => Math.hypot(...away(at, middle)) < farAway * diagonal(first),
    );
    const box = boxOf(near);
    const azimuth = fixedAzimuth(box);
    const view = { from: direction(azimuth, elevation), width, height };
    const { target, distance } = fitAll(near, () => middleOf(box), view, true);
    const camera = lookFrom(view.from, distance, target, width, height);
    const still = { target: () => target, camera: () => camera };
    return { follows, azimuth, distance, floorHeight, ...still };
  }
  const path = smoothPath(motion, base, scene.robot.bodies.length, uneven);
  const target = (step: number) => {
    const before = Math.min(path.length - 1, Math.floor(step));
    const after = Math.min(path.length - 1, before + 1);
    const share = step - before;
    return add(scale(path[before], 1 - share), scale(path[after], share));
  };
  const [dx, dy] = away(path[path.length - 1], path[0]);
  const heading = Math.hypot(dx, dy) > diagonal(first) ? Math.atan2(dy, dx) : 0;
  // From the robot's right and a little ahead of it: it crosses the picture from left to right.
  const azimuth = heading - (58 * Math.PI) / 180;
  const own = marks.filter((mark) => rootOf(scene.robot, mark.body) === base);
  const from = direction(azimuth, elevation);
  const { distance } = fitAll(own, target, { from, width, height }, false);
  return {
    follows,
    azimuth,
    distance: distance * wayAround,
    floorHeight,
    target,
    camera: (step) => lookFrom(from, distance * wayAround, target(step), width, height),
  };
}

function marksOf(scene: Scene, motion: Motion): Mark[] {
  const width = 7 * scene.robot.bodies.length;
  const stride = Math.max(1, Math.floor(motion.numSteps / samples));
  const pose = new Float32Array(7);
  const turned = [0, 0, 0];
  const marks: Mark[] = [];
  for (let step = 0; step < motion.numSteps; step += stride) {
    scene.parts.forEach(({ body, outline }, part) => {
      if (body < 0) return;
      placePart(scene, part, motion.poses, step * width, pose);
      if (!pose.every(Number.isFinite)) return;
      for (let i = 0; i < outline.length; i += 3) {
        rotateVector(turned, 0, pose, 3, outline, i);
        marks.push({
          step,
          body,
          at: [pose[0] + turned[0], pose[1] + turned[1], pose[2] + turned[2]],
        });
      }
    });
  }
  // Of a robot without a surface, a place as large as a person.
  return marks.length > 0
    ? marks
    : [0, 2].map((height): Mark => ({ step: 0, at: [0, 0, height], body: 0 }));
}

/** The first body that moves, where it moves freely; −1 for a robot that is fixed somewhere. */
export function baseOf(robot: RobotModel): number {
  const first = robot.joints.reduce(
    (least, { body }) => Math.min(least, body),
    robot.bodies.length,
  );
  return robot.joints.some(({ kind, body }) => kind === "free" && body === first) ? first : -1;
}

function rootOf(robot: RobotModel, body: number): number {
  let root = body;
  while (robot.bodies[root].parent >= 0) root = robot.bodies[root].parent;
  return root;
}

/** Across the motion where that is flat, as a cart on its rail; else from the front and the right. */
function fixedAzimuth([low, high]: Box): number {
  const [x, y] = away(high, low);
  if (x < 0.45 * y) return (22 * Math.PI) / 180;
  if (y < 0.45 * x) return (-68 * Math.PI) / 180;
  return (-52 * Math.PI) / 180;
}

/**
 * The distance from which all marks fit into the picture, each seen at the target of its own step;
 * `center` also moves the target so that they fill it evenly.
 */
function fitAll(
  marks: readonly Mark[],
  targetAt: (step: number) => Vector,
  {
    from,
    width,
    height,
  }: { readonly from: Vector; readonly width: number; readonly height: number },
  center: boolean,
): { target: Vector; distance: number } {
  const axes = lookFrom(from, 1, [0, 0, 0], width, height);
  const seen = marks.map(({ step, at }) => inView(axes, at, targetAt(step)));
  const middle = (axis: 0 | 1) => {
    const [low, high] = extremes(seen.map((point) => point[axis]));
    return center ? (low + high) / 2 : 0;
  };
  const [x, y] = [middle(0), middle(1)];
  const slopeY = Math.tan(halfView) * fillY;
  const slopeX = ((Math.tan(halfView) * width) / height) * fillX;
  const distances = seen.map(
    (point) =>
      Math.max(Math.abs(point[0] - x) / slopeX, Math.abs(point[1] - y) / slopeY) - point[2],
  );
  return {
    target: add(targetAt(0), add(scale(axes.right, x), scale(axes.up, y))),
    distance: extremes(distances)[1],
  };
}

/** Where the base goes: its way on the floor without its sway, at its mean height or `climbing` with it. */
function smoothPath(
  { poses, numSteps, dtSeconds }: Motion,
  base: number,
  bodies: number,
  climbing: boolean,
): Vector[] {
  const width = 7 * bodies;
  const half = Math.max(1, Math.round(smoothSeconds / dtSeconds / 2));
  const at = (step: number, axis: number) => poses[step * width + 7 * base + axis];
  let height = 0;
  for (let step = 0; step < numSteps; step++) height += at(step, 2) / numSteps;
  const raw = Array.from({ length: numSteps }, (_, step): Vector => {
    return [at(step, 0), at(step, 1), climbing ? at(step, 2) : height];
  });
  return averaged(averaged(raw, half), half);
}

/** Means over as many steps on both sides; towards the ends over fewer, so that they stay in place. */
function averaged(path: readonly Vector[], half: number): Vector[] {
  return path.map((_, step) => {
    const reach = Math.min(half, step, path.length - 1 - step);
    let sum: Vector = [0, 0, 0];
    for (let i = step - reach; i <= step + reach; i++) sum = add(sum, path[i]);
    return scale(sum, 1 / (2 * reach + 1));
  });
}

type Box = readonly [low: Vector, high: Vector];

function boxOf(marks: readonly Mark[]): Box {
  const [x, y, z] = ([0, 1, 2] as const).map((axis) => extremes(marks.map(({ at }) => at[axis])));
  return [
    [x[0], y[0], z[0]],
    [x[1], y[1], z[1]],
  ];
}

function extremes(values: readonly number[]): [low: number, high: number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

function middleOf([low, high]: Box): Vector {
  return scale(add(low, high), 0.5);
}

function diagonal([low, high]: Box): number {
  return Math.hypot(...away(high, low));
}

function away(a: Vector, b: Vector): Vector {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}
