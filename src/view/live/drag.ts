/**
 * Somebody has hold of a body with the mouse: a damped spring between the grabbed point and where the
 * mouse is, or a torque that brings the body to a rate of turn.
 */
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
  /** Relative to the env's origin, m; or what it is turned with, rad/s about the world's axes. */
  readonly to: { readonly target: Vector3 } | { readonly turn: Vector3 };
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

/** Forces of one step in the present state. */
export function dragForces(simulator: Simulator, { env, body, point, to }: Drag): Pull[] {
  return "turn" in to
    ? couple(simulator, env, body, to.turn)
    : [springForce(simulator, env, body, point, to.target)];
}

function springForce(
  simulator: Simulator,
  env: number,
  body: number,
  point: Vector3,
  target: Vector3,
): Pull {
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

/** Half the distance between the two forces of a couple, m: it drops out of their torque. */
const coupleArm = 0.1;

/** Two opposite forces whose torque about any point is the one wanted. */
function couple(simulator: Simulator, env: number, body: number, turn: Vector3): Pull[] {
  const { robot, state } = simulator;
  const at = env * robot.bodies.length + body;
  const { damping, limit } = turnOf(robot, body);
  const wanted = turn.map((rate, k) => damping * (rate - state.bodyVelocity[6 * at + 3 + k]));
  const size = Math.hypot(...wanted);
  // N m; below it the division that follows would lose all digits.
  if (size < 1e-9) return [];
  const torque = wanted.map((part) => part * Math.min(1, limit / size));
  // Across the torque: the axis that it has least of, without what lies along it.
  const least = torque.reduce((a, part, k) => (Math.abs(part) < Math.abs(torque[a]) ? k : a), 0);
  const scale = torque[least] / Math.hypot(...torque) ** 2;
  const across = torque.map((part, k) => (k === least ? 1 : 0) - scale * part);
  const length = Math.hypot(...across);
  const [x, y, z] = across.map((part) => part / length);
  const half = 1 / (2 * coupleArm);
  const force = [
    half * (torque[1] * z - torque[2] * y),
    half * (torque[2] * x - torque[0] * z),
    half * (torque[0] * y - torque[1] * x),
  ];
  return [1, -1].map((side) => {
    const place = [x, y, z].map((u, k) => state.bodyPose[7 * at + k] + side * coupleArm * u);
    const pushed = force.map((part) => side * part);
    return {
      env,
      body,
      force: [pushed[0], pushed[1], pushed[2]],
      point: [place[0], place[1], place[2]],
    };
  });
}

/** A torque of `damping` for each rad/s that is missing; stable where damping times the step is below the inertia. */
function turnOf(robot: RobotModel, body: number) {
  const { inertia, massKg } = robot.bodies[body];
  const own = Math.max(...inertia, 1e-6);
  const radius = Math.sqrt(own / Math.max(massKg, 1e-6));
  const total = Math.max(robotMassKg(robot), 1e-3);
  return { damping: own * springFrequency, limit: strongest * gravity * total * radius };
}

function springOf(robot: RobotModel, body: number) {
  const total = Math.max(robotMassKg(robot), 1e-3);
  const own = Math.max(robot.bodies[body].massKg, 0.01 * total);
  const stiffness = Math.sqrt(own * total) * springFrequency ** 2;
  return { stiffness, damping: Math.sqrt(stiffness * own), limit: strongest * gravity * total };
}
