/** Where the robot's elements stand in a compiled model. */

import type { RobotModel } from "../../robot/model.js";
import type { Model, Mujoco } from "../../robot/mujoco/engine.js";
import { elementName } from "./mjcf.js";

export interface Ids {
  /** MuJoCo's index of each body, joint, actuator; of each geom, -1 for those left out. */
  readonly body: Int32Array;
  readonly joint: Int32Array;
  readonly geom: Int32Array;
  /** The geoms of the flat ground around a height field; none without terrain. */
  readonly slab: Int32Array;
  readonly actuator: Int32Array;
  /** First coordinate and first degree of freedom of each joint. */
  readonly qpos: Int32Array;
  readonly dof: Int32Array;
}

export function idsOf(engine: Mujoco, model: Model, robot: RobotModel): Ids {
  const find = (type: { value: number }, count: number, name: (index: number) => string) =>
    Int32Array.from({ length: count }, (_, i) => engine.mj_name2id(model, type.value, name(i)));
  const { mjOBJ_BODY, mjOBJ_JOINT, mjOBJ_GEOM, mjOBJ_ACTUATOR } = engine.mjtObj;
  const joint = find(mjOBJ_JOINT, robot.joints.length, elementName.joint);
  return {
    body: find(mjOBJ_BODY, robot.bodies.length, elementName.body),
    joint,
    geom: find(mjOBJ_GEOM, robot.geoms.length, elementName.geom),
    slab: find(mjOBJ_GEOM, 4, elementName.slab).filter((id) => id >= 0),
    actuator: find(mjOBJ_ACTUATOR, robot.actuators.length, elementName.actuator),
    qpos: joint.map((j) => model.jnt_qposadr[j]),
    dof: joint.map((j) => model.jnt_dofadr[j]),
  };
}
