/** Initial states: the keyframe (or zero pose) plus what the task draws. */
import { multiplyQuaternions, quaternionFromAxisAngle } from "../core/quaternion.js";
import type { Rng } from "../core/rng.js";
import { floatingBase, freeBodies } from "../robot/free-bodies.js";
import type { RobotModel } from "../robot/model.js";
import type { ResetState, Simulator } from "../sim/simulator.js";
import { draw } from "./distribution.js";
import type { LoadedTask } from "./loaded-task.js";
import { environmentRngs, type Remembering, type StreamKey } from "./memory.js";
import { movableJoints } from "./signal-shape.js";
import type { Distribution, FreeBodyReset } from "./task.js";

const upward = [0, 0, 1];
const still: readonly Distribution[] = [0, 0, 0];

interface JointReset {
  readonly nominal: number;
  readonly position: Distribution;
  readonly velocity: Distribution;
  readonly range: readonly [number, number];
}

interface FreeReset {
  /** [7] */
  readonly nominal: Float64Array;
  readonly position: readonly Distribution[];
  readonly yaw: Distribution;
  /** Any orientation, in place of the nominal one. */
  readonly anyOrientation: boolean;
  /** [6] linear, angular. */
  readonly velocity: readonly Distribution[];
}

export class Resets implements Remembering {
  readonly memory = {};
  readonly rngs: readonly Rng[];
  /** In the simulator's joint order, whatever the order of declaration, so that draws never depend on it. */
  private readonly joints: readonly JointReset[];
  private readonly bodies: readonly FreeReset[];
  private readonly initial: ResetState;
  private readonly turn = new Float64Array(4);
  private readonly simulator: Simulator;

  constructor(task: LoadedTask, simulator: Simulator, key: StreamKey) {
    this.simulator = simulator;
    const { reset } = task.definition;
    const nominal = nominalPose(task.robot, reset.keyframe);
    this.joints = movableJoints(task.robot).map((joint, i) => ({
      nominal: nominal.joints[i],
      position: reset.jointPosition[joint.name] ?? 0,
      velocity: reset.jointVelocity[joint.name] ?? 0,
      range: joint.range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
    }));
    const base = floatingBase(task.robot)?.name;
    this.bodies = freeBodies(task.robot).map(({ name }, i) => {
      const { basePosition: position, baseYaw: yaw } = reset;
      const own: FreeBodyReset =
        name === base ? { position, yaw, ...reset.bodies[name] } : (reset.bodies[name] ?? {});
      return {
        nominal: nominal.bodies[i],
        position: own.position ?? still,
        yaw: own.yaw ?? 0,
        anyOrientation: own.orientation === "uniform",
        velocity: [...(own.linearVelocity ?? still), ...(own.angularVelocity ?? still)],
      };
    });
    this.initial = {
      jointPosition: new Float32Array(this.joints.length),
      jointVelocity: new Float32Array(this.joints.length),
      freePose: new Float32Array(7 * this.bodies.length),
      freeVelocity: new Float32Array(6 * this.bodies.length),
    };
    this.rngs = environmentRngs(key, "reset", simulator.numEnvs);
  }

  /** Draws an initial state within the joints' limits and puts the environment into it. */
  reset(env: number): void {
    const { initial } = this;
    const rng = this.rngs[env];
    for (let i = 0; i < this.joints.length; i++) {
      const { nominal, position, velocity, range } = this.joints[i];
      initial.jointPosition[i] = Math.min(
        Math.max(nominal + draw(position, rng), range[0]),
        range[1],
      );
      initial.jointVelocity[i] = draw(velocity, rng);
    }
    for (let i = 0; i < this.bodies.length; i++) this.drawBody(i, rng);
    this.simulator.reset(env, initial);
  }

  private drawBody(i: number, rng: Rng): void {
    const { freePose, freeVelocity } = this.initial;
    const { nominal, position, yaw, anyOrientation, velocity } = this.bodies[i];
    for (let k = 0; k < 7; k++) freePose[7 * i + k] = nominal[k];
    for (let k = 0; k < 3; k++) freePose[7 * i + k] += draw(position[k], rng);
    quaternionFromAxisAngle(this.turn, 0, upward, 0, draw(yaw, rng));
    multiplyQuaternions(freePose, 7 * i + 3, this.turn, 0, freePose, 7 * i + 3);
    if (anyOrientation) drawOrientation(freePose, 7 * i + 3, rng);
    for (let k = 0; k < 6; k++) freeVelocity[6 * i + k] = draw(velocity[k], rng);
  }

  /** A random age for a staggered start, in control steps. */
  drawAge(env: number, maxEpisodeSteps: number): number {
    return this.rngs[env].integer(maxEpisodeSteps);
  }
}

/** A uniformly distributed orientation w x y z (Shoemake 1992, Uniform random rotations). */
function drawOrientation(out: Float32Array, at: number, rng: Rng): void {
  const split = rng.uniform(0, 1);
  const first = rng.uniform(0, 2 * Math.PI);
  const second = rng.uniform(0, 2 * Math.PI);
  const low = Math.sqrt(1 - split);
  const high = Math.sqrt(split);
  out[at] = high * Math.cos(second);
  out[at + 1] = low * Math.sin(first);
  out[at + 2] = low * Math.cos(first);
  out[at + 3] = high * Math.sin(second);
}

/** Joint values in the simulator's order and the pose [7] of each free body, from a keyframe or the zero pose. */
function nominalPose(
  robot: RobotModel,
  keyframeName: string | undefined,
): { joints: number[]; bodies: Float64Array[] } {
  const keyframe = robot.keyframes.find((candidate) => candidate.name === keyframeName);
  const bodies = freeBodies(robot).map(({ body, qpos }) => {
    const { position, orientation } = robot.bodies[body];
    return Float64Array.from(keyframe?.qpos.slice(qpos, qpos + 7) ?? [...position, ...orientation]);
  });
  const joints: number[] = [];
  let at = 0;
  for (const joint of robot.joints) {
    const width = joint.kind === "free" ? 7 : joint.kind === "ball" ? 4 : 1;
    if (width === 1) joints.push(keyframe?.qpos[at] ?? 0);
    at += width;
  }
  return { joints, bodies };
}
