/** What a robot must not do: measurements outside of these limits end a run. */
import { type ErrorCode, RewardsmithError } from "../core/errors.js";
import type { Deployment } from "./deployment.js";
import { tiltOf } from "./recording.js";
import type { Measurement } from "./robot.js";

/** Why a run was stopped. */
export interface Stop {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string;
}

export class SafetyEnvelope {
  private readonly deployment: Deployment;
  /** Index of the base among the measured bodies; −1: there is none. */
  private readonly base: number;

  /** @param base name of the robot's floating base; null where it has none */
  constructor(deployment: Deployment, base: string | null) {
    this.deployment = deployment;
    this.base = base === null ? -1 : deployment.measurements.bodies.indexOf(base);
  }

  /** Null while all is well. */
  check(measurement: Measurement): Stop | null {
    const { joint_names: names, safety } = this.deployment;
    const { jointPosition, jointVelocity, jointEffort, bodyPose } = measurement;
    const broken = notFinite(measurement);
    if (broken !== null) {
      return {
        code: "E_ROBOT_NOT_FINITE",
        message: `the robot measured no number: ${broken}`,
        hint: "look at its sensors and its driver",
      };
    }
    const { tilt, joint_position, joint_velocity, joint_effort } = safety;
    for (let i = 0; i < names.length; i++) {
      const range = joint_position[i];
      if (range && (jointPosition[i] < range[0] || jointPosition[i] > range[1])) {
        return beyond("JOINT", `position of ${names[i]}`, jointPosition[i], range);
      }
      const speed = joint_velocity[i];
      if (speed !== null && Math.abs(jointVelocity[i]) > speed) {
        return beyond("SPEED", `speed of ${names[i]}`, jointVelocity[i], [-speed, speed]);
      }
      const effort = joint_effort[i];
      if (effort !== null && Math.abs(jointEffort[i] ?? 0) > effort) {
        return beyond("EFFORT", `effort of ${names[i]}`, jointEffort[i], [-effort, effort]);
      }
    }
    if (tilt !== null && this.base >= 0) {
      const q = 7 * this.base + 3;
      const angle = tiltOf(bodyPose[q + 1], bodyPose[q + 2]);
      if (angle > tilt) return beyond("TILT", "tilt of the base", angle, [0, tilt]);
    }
    return null;
  }
}

/** The stop as an error, for those who have to throw one. */
export function stopError({ code, message, hint }: Stop): RewardsmithError {
  return new RewardsmithError(code, message, { hint });
}

function beyond(
  which: "JOINT" | "SPEED" | "EFFORT" | "TILT",
  what: string,
  value: number,
  [low, high]: readonly [number, number],
): Stop {
  return {
    code: `E_SAFETY_${which}`,
    message: `${what} is ${value.toFixed(3)}, outside of ${low.toFixed(3)} to ${high.toFixed(3)}`,
    hint: "the limit stands under `safety` in deploy.yaml; widen it only for a reason",
  };
}

/** Name of a part that holds something else than numbers. */
function notFinite(measurement: Measurement): string | null {
  for (const [name, value] of Object.entries(measurement)) {
    let zero = 0;
    if (typeof value === "number") zero = value * 0;
    else for (let i = 0; i < value.length; i++) zero += value[i] * 0;
    if (zero !== 0) return name;
  }
  return null;
}
