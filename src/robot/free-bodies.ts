/** Bodies with a free joint: a robot's floating base, and loose objects beside the robot. */
import type { RobotModel } from "./model.js";

export interface FreeBody {
  readonly name: string;
  /** Index into `bodies`. */
  readonly body: number;
  /** First index into a keyframe's qpos: x y z qw qx qy qz. */
  readonly qpos: number;
  /** A ball or a cube: nothing of it is jointed or driven, and it is not all there is. */
  readonly object: boolean;
}

/** In the order of the file. */
export function freeBodies(robot: RobotModel): FreeBody[] {
  const moved = new Set<number>();
  for (const joint of robot.joints) {
    if (joint.kind !== "free") moved.add(rootOf(robot, joint.body));
  }
  for (const { transmission } of robot.actuators) {
    if (transmission.kind === "site") moved.add(rootOf(robot, robot.sites[transmission.site].body));
  }
  const all: FreeBody[] = [];
  let qpos = 0;
  for (const joint of robot.joints) {
    const { body } = joint;
    if (joint.kind === "free") {
      const object = moved.size > 0 && !moved.has(body);
      all.push({ name: robot.bodies[body].name, body, qpos, object });
    }
    qpos += joint.kind === "free" ? 7 : joint.kind === "ball" ? 4 : 1;
  }
  // Nothing is driven: the first is the robot.
  if (moved.size === 0) return all.map((free, i) => ({ ...free, object: i > 0 }));
  return all;
}

/** The robot's floating base: the first free body that is no object; undefined for a fixed robot. */
export function floatingBase(robot: RobotModel): FreeBody | undefined {
  return freeBodies(robot).find((free) => !free.object);
}

/** The body directly on the world that carries `body`; −1 for the world itself. */
function rootOf(robot: RobotModel, body: number): number {
  let root = body;
  while (root >= 0 && robot.bodies[root].parent >= 0) root = robot.bodies[root].parent;
  return root;
}
