/** How large and heavy a robot is, so that what is much for one is compared with what is much for another. */
import type { Geom, RobotModel } from "../robot/model.js";
import { type Articulation, turned, type Vector3 } from "./articulation.js";

export interface RobotScale {
  /**
   * Longest limb, m: along a chain of links from one joint's anchor to the next, and from the last
   * joint to the far end of the last link's geoms. For a legged robot its leg, from the base's
   * origin; for a cart and pole the pole.
   */
  readonly lengthMeters: number;
  /** Of everything that moves. */
  readonly massKg: number;
  /** Weight × length × √(gravity / length): the power that lifts the robot by its length in its own time, W. */
  readonly powerWatts: number;
  /** √(gravity × length), m/s. */
  readonly speed: number;
}

/** Without gravity, Earth's stands in: it only sets a scale. */
const earthGravity = 9.81;

export function robotScale(robot: RobotModel, articulation: Articulation): RobotScale {
  const { links, joints } = articulation;
  const gravity = Math.hypot(...robot.gravity) || earthGravity;
  let massKg = 0;
  let lengthMeters = 0;
  const lengthTo: number[] = [];
  links.forEach((link, l) => {
    for (const { body } of link.members) massKg += robot.bodies[body].massKg;
    const start: Vector3 = link.joint < 0 ? [0, 0, 0] : joints[link.joint].anchorInLink;
    const before = link.parent < 0 ? 0 : lengthTo[link.parent];
    const step =
      link.joint < 0 || link.parent < 0
        ? 0
        : distance(joints[link.joint].anchorInParent, startOf(articulation, link.parent));
    lengthTo.push(before + step);
    lengthMeters = Math.max(lengthMeters, lengthTo[l] + reachOf(robot, articulation, l, start));
  });
  const length = lengthMeters > 0 ? lengthMeters : 1;
  const speed = Math.sqrt(gravity * length);
  return { lengthMeters: length, massKg, powerWatts: massKg * gravity * speed, speed };
}

/** Where a link begins, in its frame: at its joint, or for a base at its origin. */
function startOf({ links, joints }: Articulation, link: number): Vector3 {
  const { joint } = links[link];
  return joint < 0 ? [0, 0, 0] : joints[joint].anchorInLink;
}

/** From a point of a link to the far end of its geoms, m. */
function reachOf(robot: RobotModel, { links }: Articulation, link: number, from: Vector3): number {
  let reach = 0;
  for (const { body, position, orientation } of links[link].members) {
    const center = turned(orientation, robot.bodies[body].centerOfMass);
    reach = Math.max(
      reach,
      distance(
        [0, 1, 2].map((k) => position[k] + center[k]),
        from,
      ),
    );
    for (const geom of robot.geoms) {
      if (geom.body !== body) continue;
      const at = turned(orientation, geom.position);
      for (const sign of [-1, 1]) {
        const end = turned(orientation, turned(geom.orientation, halfAxis(geom, sign)));
        const point = [0, 1, 2].map((k) => position[k] + at[k] + end[k]);
        reach = Math.max(reach, distance(point, from));
      }
    }
  }
  return reach;
}

/** From a geom's middle to one of its ends along its longest axis, m. */
function halfAxis({ shape, size, vertices = [] }: Geom, sign: number): Vector3 {
  switch (shape) {
    case "capsule":
      return [0, 0, sign * (size[0] + size[1])];
    case "cylinder":
      return [0, 0, sign * size[1]];
    case "box":
      return [sign * size[0], sign * size[1], sign * size[2]];
    case "sphere":
      return [0, 0, 0];
    case "mesh": {
      const far: Vector3 = [0, 0, 0];
      for (let i = 0; i < vertices.length; i += 3) {
        if (Math.hypot(vertices[i], vertices[i + 1], vertices[i + 2]) > Math.hypot(...far)) {
          for (let k = 0; k < 3; k++) far[k] = vertices[i + k];
        }
      }
      return far;
    }
    default:
      return [0, 0, 0];
  }
}

function distance(a: readonly number[], b: readonly number[]): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}
