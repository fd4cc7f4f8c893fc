/** Somebody pulls a point of a body with the mouse: a damped spring between the point and where the mouse is. */
import { rotateVector } from "../../core/quaternion.js";
import type { RobotModel } from "../../robot/model.js";
import type { Simulator } from "../../sim/simulator.js";
import { robotMassKg } from "./robot-base.js";

type Vector3 = readonly [number, number, number];

export interface Drag {
  readonly env: number;
  readonly body: number;
  /** In the body's frame, m. */
  readonly point: Vector3;
  /** Relative to the env's origin, m. */
  readonly target: Vector3;
}

/** A force on a body for one step, as `Simulator.pull` takes it. */
export interface Pull {
  readonly env: number;
  readonly body: number;
  readonly force: Vector3;
  readonly point: Vector3;
}

/**
 * rad/s. Held for a control step, a spring is stable while its frequency times the step is well below
 * 1; a light limb on a heavy robot swings faster than this by the root of the masses' root.
 */
const springFrequency = 8;
/** Never more than so many times the robot's weight. */
const strongest = 4;
const gravity = 9.81;

/** The spring's force in the present state. */
export function dragForce(simulator: Simulator, { env, body, point, target }: Drag): Pull {
  const { robot, state } = simulator;
  const at = env * robot.bodies.length + body;
  const arm = new Float64Array(3);
  rotateVector(arm, 0, state.bodyPose, 7 * at + 3, Float64Array.from(point), 0);
  const v = state.bodyVelocity.subarray(6 * at, 6 * at + 6);
  const velocity = [
    v[0] + v[4] * arm[2] - v[5] * arm[1],
    v[1] + v[5] * arm[0] - v[3] * arm[2],
    v[2] + v[3] * arm[1] - v[4] * arm[0],
  ];
  const { stiffness, damping, limit } = springOf(robot, body);
  const held = [0, 1, 2].map((k) => state.bodyPose[7 * at + k] + arm[k]);
  const force = held.map((x, k) => stiffness * (target[k] - x) - damping * velocity[k]);
  const size = Math.hypot(...force);
  const scale = size > limit ? limit / size : 1;
  const of = ([x, y, z]: readonly number[]): Vector3 => [x, y, z];
  return { env, body, force: of(force.map((f) => f * scale)), point: of(held) };
}

function springOf(robot: RobotModel, body: number) {
  const total = Math.max(robotMassKg(robot), 1e-3);
  const own = Math.max(robot.bodies[body].massKg, 0.01 * total);
  const stiffness = Math.sqrt(own * total) * springFrequency ** 2;
  return { stiffness, damping: Math.sqrt(stiffness * own), limit: strongest * gravity * total };
}
