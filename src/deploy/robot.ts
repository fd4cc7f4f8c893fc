/** What stands between a policy and a robot: what it measures, what it is told, and how that is carried. */
import { RewardsmithError } from "../core/errors.js";
import type { Deployment } from "./deployment.js";
import type { Measurements } from "./measurements.js";

/** A robot by what it measures and drives, each in the robot's own order. */
export interface RobotDescription extends Measurements {
  /** Null: it does not know its name. */
  readonly robot: string | null;
  readonly actuators: readonly string[];
}

/** One measurement of everything, in the order of the policy's `Measurements`. */
export interface Measurement {
  /** When it was made by the robot's clock, s. */
  readonly timeSeconds: number;
  /** [joint] rad or m; rad/s or m/s; N m or N, where the policy needs it. */
  readonly jointPosition: Float32Array;
  readonly jointVelocity: Float32Array;
  readonly jointEffort: Float32Array;
  /** [body][7] position, then w x y z, as in `SimulatorState`. */
  readonly bodyPose: Float32Array;
  /** [body][6] world-frame linear velocity of the body's origin, then angular velocity. */
  readonly bodyVelocity: Float32Array;
  /** [geom][3] net contact force, N, world frame. */
  readonly contactForce: Float32Array;
  /** Signals only the robot can tell, one after another. */
  readonly given: Float32Array;
}

export interface RobotCommand {
  /** Counts from 1. */
  readonly sequence: number;
  /** "control": follow the controls; "damping": no targets, every joint is only damped. */
  readonly mode: "control" | "damping";
  /** [actuator] in the order of the policy's robot: N m, rad, rad/s … as in `Simulator.controls`. */
  readonly controls: Float32Array;
  /** [joint] gains of position control; when damping, the stiffness is 0. */
  readonly stiffness: readonly number[];
  readonly damping: readonly number[];
}

/** A measurement and when it came, s of the runner's clock. */
export interface Arrival {
  readonly measurement: Measurement;
  readonly atSeconds: number;
}

/** A connected robot. */
export interface RobotAdapter {
  readonly description: RobotDescription;
  /** The newest there is. */
  latest(): Arrival | null;
  send(command: RobotCommand): void;
  /** Commands that the robot says it never got; null where it does not say. */
  lostCommands(): number | null;
  /** Messages that were none, with the last one's fault. */
  refused(): { readonly count: number; readonly last: string | null };
  close(): Promise<void>;
}

/** @throws E_ROBOT_MISMATCH where the policy is of another robot */
export function requireRobot(
  { robot, joint_names, measurements }: Deployment,
  actuators: readonly string[],
  description: RobotDescription,
): void {
  const lacks = (what: string, wanted: readonly string[], has: readonly string[]) => {
    const missing = wanted.filter((name) => !has.includes(name));
    if (missing.length > 0) {
      throw mismatch(robot, description, `it has no ${what} ${missing.join(", ")}`);
    }
  };
  if (description.robot !== null && description.robot !== robot) {
    throw mismatch(robot, description, "it is another robot");
  }
  lacks("joint", joint_names, description.joints);
  lacks("actuator", actuators, description.actuators);
  lacks("measurement of body", measurements.bodies, description.bodies);
  lacks("contact sensor", measurements.contacts, description.contacts);
  lacks("signal", measurements.given, description.given);
  if (measurements.effort && !description.effort) {
    throw mismatch(robot, description, "it does not measure efforts");
  }
}

function mismatch(robot: string, description: RobotDescription, what: string): RewardsmithError {
  return new RewardsmithError(
    "E_ROBOT_MISMATCH",
    `the policy is for "${robot}", and the robot there calls itself "${description.robot ?? "nothing"}": ${what}`,
    { hint: "name the folder of this robot's policy; nothing was moved" },
  );
}
