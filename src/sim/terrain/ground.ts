/** What terrain asks of a robot, and what takes the place of its ground plane. */
import { RewardsmithError } from "../../core/errors.js";
import { rotateVector } from "../../core/quaternion.js";
import type { Geom, RobotModel } from "../../robot/model.js";
import type { HeightField } from "./height-field.js";

/**
 * Index of the one level plane that terrain replaces. Environments stand on different tiles: nothing
 * of the robot may be fixed to the world.
 */
export function groundGeom(robot: RobotModel): number {
  const refuse = (what: string, hint: string) =>
    new RewardsmithError("E_TERRAIN_ROBOT", `robot "${robot.name}" ${what}`, { hint });
  const grounds = robot.geoms.flatMap((geom, g) => (isLevelPlane(geom) ? [g] : []));
  if (grounds.length !== 1) {
    throw refuse(
      `has ${grounds.length === 0 ? "no ground" : `${grounds.length} grounds`} for terrain to replace`,
      'give its world one level plane: <geom type="plane" size="0 0 1"/>',
    );
  }
  const fixed =
    robot.bodies.find(
      ({ parent }, b) =>
        parent < 0 && !robot.joints.some(({ body, kind }) => body === b && kind === "free"),
    ) ?? robot.geoms.find((geom, g) => geom.body < 0 && g !== grounds[0]);
  if (fixed) {
    throw refuse(
      `has "${fixed.name}" fixed to the world`,
      "on terrain every body hangs on a free joint, and the ground is the world's only geom",
    );
  }
  return grounds[0];
}

function isLevelPlane({ shape, body, orientation }: Geom): boolean {
  const up = [0, 0, 0];
  rotateVector(up, 0, [...orientation], 0, [0, 0, 1], 0);
  return shape === "plane" && body === -1 && up[2] > 0.999;
}

/** A level box in the world. */
export interface Slab {
  readonly center: readonly [number, number, number];
  readonly halfSize: readonly [number, number, number];
}

/** How far the flat ground around a height field goes, and how thick it is, m. */
const outerMeters = 500;
const thicknessMeters = 20;

/** The flat ground at height 0 on the four sides of a height field. */
export function surroundings({ x, y }: HeightField): Slab[] {
  const [halfX, halfY] = [-x, -y];
  const half = outerMeters / 2;
  const z = -thicknessMeters / 2;
  const long: Slab["halfSize"] = [halfX + outerMeters, half, thicknessMeters / 2];
  const short: Slab["halfSize"] = [half, halfY, thicknessMeters / 2];
  return [
    { center: [0, halfY + half, z], halfSize: long },
    { center: [0, -halfY - half, z], halfSize: long },
    { center: [halfX + half, 0, z], halfSize: short },
    { center: [-halfX - half, 0, z], halfSize: short },
  ];
}
