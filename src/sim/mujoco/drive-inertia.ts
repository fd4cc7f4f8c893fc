/**
 * Drives too stiff for a step. `implicitfast` solves (M + h D) q̈ = τ + Jᵀ f, but MuJoCo works out the
 * forces f of contacts, limits and closed loops with M alone: where h D is above about half a joint's
 * inertia, standing feet bounce and loops open; and it takes positions as they are at the step's
 * beginning. For such robots drives act as at the step's end (Tan, Liu and Turk 2011, "Stable
 * Proportional-Derivative Controllers"): τ = K (target − q − h q̇) − D q̇ with h D + h² K as inertia of
 * the joint itself, where the solver sees it, and the integrator is plain semi-implicit Euler. Where
 * that is not needed it is not done: at its effort limit a drive no longer damps, but would keep its
 * added inertia.
 */
import type { Actuator, RobotModel } from "../../robot/model.js";
import type { Model, Mujoco } from "../../robot/mujoco/engine.js";
import { type DriveFactors, nominalFactors } from "./drive-gains.js";
import type { Ids } from "./ids.js";

/** Largest (h D + h² K) / inertia that is left to `implicitfast`. */
const tolerated = 0.5;

/** Makes a compiled model ready for added inertia where the robot needs it; whether it does. */
export function needsDriveInertia(
  engine: Mujoco,
  model: Model,
  robot: RobotModel,
  ids: Ids,
): boolean {
  const h = model.opt.timestep;
  const stiffJoint = robot.joints.some((joint, j) => {
    if (joint.kind === "free") return false;
    const added = h * jointDamping(robot, j, h, nominalFactors);
    return added * model.dof_invweight0[ids.dof[j]] > tolerated;
  });
  const stiffTendon = robot.tendons.some((_, t) => {
    const added = h * tendonDamping(robot, t, h, nominalFactors);
    return added * model.tendon_invweight0[t] > tolerated;
  });
  if (!stiffJoint && !stiffTendon) return false;
  model.opt.integrator = engine.mjtIntegrator.mjINT_EULER.value;
  model.opt.disableflags |= engine.mjtDisableBit.mjDSBL_EULERDAMP.value;
  return true;
}

/** D + h K of everything that acts on a joint, N m s/rad or N s/m. */
export function jointDamping(
  robot: RobotModel,
  joint: number,
  h: number,
  factors: DriveFactors,
): number {
  const { damping, stiffness } = robot.joints[joint];
  const drives = robot.actuators.filter(
    ({ transmission: on }) => on.kind === "joint" && on.joint === joint,
  );
  const passive =
    damping * factors.jointDampingFactor +
    factors.jointDamping +
    h * (stiffness + factors.jointStiffness);
  return drives.reduce((sum, drive) => sum + driveDamping(drive, h, factors), passive);
}

/** The same of a tendon, whose drives alone act on it. */
export function tendonDamping(
  robot: RobotModel,
  tendon: number,
  h: number,
  factors: DriveFactors,
): number {
  const drives = robot.actuators.filter(
    ({ transmission: on }) => on.kind === "tendon" && on.tendon === tendon,
  );
  return drives.reduce((sum, drive) => sum + driveDamping(drive, h, factors), 0);
}

function driveDamping({ kp, kv }: Actuator, h: number, factors: DriveFactors): number {
  const { kpFactor, kdFactor, motorStrength } = factors;
  return (kv * kdFactor + h * kp * kpFactor) * motorStrength;
}
