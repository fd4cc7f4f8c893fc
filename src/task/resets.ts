/** Initial states: the keyframe (or zero pose) plus what the task draws. */
import { multiplyQuaternions, quaternionFromAxisAngle } from "../core/quaternion.js";
import type { Rng } from "../core/rng.js";
import type { RobotModel } from "../robot/model.js";
import type { ResetState, Simulator } from "../sim/simulator.js";
import { draw } from "./distribution.js";
import type { LoadedTask } from "./loaded-task.js";
import { environmentRngs, type Remembering, type StreamKey } from "./memory.js";
import { movableJoints } from "./signal-shape.js";
import type { Distribution } from "./task.js";

const upward = [0, 0, 1];

interface JointReset {
  readonly nominal: number;
  readonly position: Distribution;
  readonly velocity: Distribution;
  readonly range: readonly [number, number];
}

export class Resets implements Remembering {
  readonly memory = {};
  readonly rngs: readonly Rng[];
  /** In the simulator's joint order, whatever the order of declaration, so that draws never depend on it. */
  private readonly joints: readonly JointReset[];
  /** [7] of the base. */
  private readonly nominalBase: Float64Array;
  private readonly basePosition: readonly Distribution[];
  private readonly baseYaw: Distribution;
  private readonly initial: ResetState;
  private readonly yaw = new Float64Array(4);
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
    this.nominalBase = nominal.base;
    this.basePosition = reset.basePosition ?? [0, 0, 0];
    this.baseYaw = reset.baseYaw ?? 0;
    this.initial = {
      jointPosition: new Float32Array(this.joints.length),
      jointVelocity: new Float32Array(this.joints.length),
      basePose: new Float32Array(7),
      baseVelocity: new Float32Array(6),
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
    initial.basePose.set(this.nominalBase);
    for (let i = 0; i < 3; i++) initial.basePose[i] += draw(this.basePosition[i], rng);
    quaternionFromAxisAngle(this.yaw, 0, upward, 0, draw(this.baseYaw, rng));
    multiplyQuaternions(initial.basePose, 3, this.yaw, 0, initial.basePose, 3);
    this.simulator.reset(env, initial);
  }

  /** A random age for a staggered start, in control steps. */
  drawAge(env: number, maxEpisodeSteps: number): number {
    return this.rngs[env].integer(maxEpisodeSteps);
  }
}

/** Joint values in the simulator's order and the pose [7] of the base, from a keyframe or the zero pose. */
function nominalPose(
  robot: RobotModel,
  keyframeName: string | undefined,
): { joints: number[]; base: Float64Array } {
  const keyframe = robot.keyframes.find((candidate) => candidate.name === keyframeName);
  const root = robot.bodies[robot.joints.find((joint) => joint.kind === "free")?.body ?? 0];
  const base = Float64Array.from(
    root ? [...root.position, ...root.orientation] : [0, 0, 0, 1, 0, 0, 0],
  );
  const joints: number[] = [];
  let at = 0;
  for (const joint of robot.joints) {
    const width = joint.kind === "free" ? 7 : joint.kind === "ball" ? 4 : 1;
    if (joint.kind === "free" && keyframe) base.set(keyframe.qpos.slice(at, at + 7));
    if (width === 1) joints.push(keyframe?.qpos[at] ?? 0);
    at += width;
  }
  return { joints, base };
}
