/** Work of the actuators over a control step, from what any engine's state arrays say. */
import { rotateVector } from "../core/quaternion.js";
import type { Actuator, RobotModel } from "../robot/model.js";
import type { Simulator } from "./simulator.js";

/** Share of the work by which its sum may be wrong. */
const workTolerance = 0.05;

/** Gains of the feedback drives on a joint, and their bounds; zeros for motors. */
interface Feedback {
  readonly kp: number;
  readonly kv: number;
  readonly low: number;
  readonly high: number;
}

/** A motor that pushes a body at a site. */
interface Thruster {
  readonly index: number;
  readonly model: Actuator;
  readonly body: number;
  /** Site in the body's frame, m; force and torque per unit of effort in the body's frame. */
  readonly position: Float64Array;
  readonly force: Float64Array;
  readonly torque: Float64Array;
}

export class ActuatorWork {
  private readonly simulator: Simulator;
  /** [env][joint] position before the step. */
  private readonly position: Float32Array;
  /** [env] power of the thrusters before the step, W. */
  private readonly thrust: Float64Array;
  /** [joint] 1 for a hinge that turns round and round. */
  private readonly unlimitedHinge: Uint8Array;
  private readonly feedback: readonly Feedback[];
  private readonly thrusters: readonly Thruster[];
  private readonly scratch = new Float64Array(3);

  constructor(simulator: Simulator) {
    const { robot, numEnvs, jointNames } = simulator;
    this.simulator = simulator;
    this.position = new Float32Array(numEnvs * jointNames.length);
    this.thrust = new Float64Array(numEnvs);
    const joints = jointNames.map((name) => robot.joints.find((joint) => joint.name === name)!);
    this.unlimitedHinge = Uint8Array.from(joints, ({ kind, range }) =>
      kind === "hinge" && range === null ? 1 : 0,
    );
    this.feedback = joints.map((joint) => feedbackOn(robot, robot.joints.indexOf(joint)));
    this.thrusters = thrustersOf(robot);
  }

  /** Remembers the state of an environment before the step; the controls are those of the step. */
  begin(env: number): void {
    const { position, simulator } = this;
    const { jointPosition } = simulator.state;
    const joints = this.feedback.length;
    for (let i = env * joints; i < (env + 1) * joints; i++) position[i] = jointPosition[i];
    this.thrust[env] = this.thrusters.length > 0 ? this.thrustPower(env) : 0;
  }

  /**
   * The most that the actuators can have put in since `begin`, J. An effort that holds for the whole
   * step does τ Δq. A drive with feedback is a spring, whose effort goes from kp (target − q) at the
   * start to that at the end, within its bounds; gains are the file's. Its damper only takes, and how
   * much of that an engine's coarse step lets it take cannot be told from here: it is not counted. A
   * thruster's power is the mean of both ends. To this comes a share of all that went back and forth,
   * for what integration and readings err by.
   */
  end(env: number, dtSeconds: number): number {
    const { position, feedback } = this;
    const { jointPosition, jointVelocity, jointEffort } = this.simulator.state;
    const joints = feedback.length;
    let work = 0;
    let moved = 0;
    for (let j = 0; j < joints; j++) {
      const i = env * joints + j;
      const effort = jointEffort[i];
      const { kp, kv, low, high } = feedback[j];
      if (effort === 0 && kp === 0) continue;
      let by = jointPosition[i] - position[i];
      if (this.unlimitedHinge[j] === 1) by -= 2 * Math.PI * Math.round(by / (2 * Math.PI));
      const last = effort + kv * jointVelocity[i];
      const done = 0.5 * (within(last + kp * by, low, high) + within(last, low, high)) * by;
      work += done;
      moved += Math.abs(done);
    }
    if (this.thrusters.length > 0) {
      const done = 0.5 * (this.thrust[env] + this.thrustPower(env)) * dtSeconds;
      work += done;
      moved += Math.abs(done);
    }
    return work + workTolerance * moved;
  }

  /** Σ F · (v + ω × r) + T · ω at the present state, W. */
  private thrustPower(env: number): number {
    const { simulator, scratch } = this;
    const { robot, controls } = simulator;
    const { bodyPose, bodyVelocity } = simulator.state;
    let power = 0;
    for (let t = 0; t < this.thrusters.length; t++) {
      const { index, model, body, position, force, torque } = this.thrusters[t];
      const effort = motorEffort(model, controls[env * robot.actuators.length + index]);
      const p = 7 * (env * robot.bodies.length + body) + 3;
      const v = 6 * (env * robot.bodies.length + body);
      const wx = bodyVelocity[v + 3];
      const wy = bodyVelocity[v + 4];
      const wz = bodyVelocity[v + 5];
      rotateVector(scratch, 0, bodyPose, p, position, 0);
      const vx = bodyVelocity[v] + wy * scratch[2] - wz * scratch[1];
      const vy = bodyVelocity[v + 1] + wz * scratch[0] - wx * scratch[2];
      const vz = bodyVelocity[v + 2] + wx * scratch[1] - wy * scratch[0];
      rotateVector(scratch, 0, bodyPose, p, force, 0);
      power += effort * (scratch[0] * vx + scratch[1] * vy + scratch[2] * vz);
      rotateVector(scratch, 0, bodyPose, p, torque, 0);
      power += effort * (scratch[0] * wx + scratch[1] * wy + scratch[2] * wz);
    }
    return power;
  }
}

function motorEffort({ gear, controlRange, effortRange }: Actuator, control: number): number {
  const effort = gear * clamp(control, controlRange);
  return clamp(effort, effortRange);
}

function clamp(value: number, range: readonly [number, number] | null): number {
  return range === null ? value : within(value, range[0], range[1]);
}

function within(value: number, low: number, high: number): number {
  return value < low ? low : value > high ? high : value;
}

function feedbackOn(robot: RobotModel, joint: number): Feedback {
  const drives = robot.actuators.filter(
    ({ transmission }) => transmission.kind === "joint" && transmission.joint === joint,
  );
  const sum = (value: (drive: Actuator) => number) =>
    drives.reduce((total, drive) => total + value(drive), 0);
  return {
    kp: sum(({ kp }) => kp),
    kv: sum(({ kv }) => kv),
    low: sum(({ effortRange }) => effortRange?.[0] ?? Number.NEGATIVE_INFINITY),
    high: sum(({ effortRange }) => effortRange?.[1] ?? Number.POSITIVE_INFINITY),
  };
}

function thrustersOf(robot: RobotModel): Thruster[] {
  return robot.actuators.flatMap((model, index) => {
    const { transmission } = model;
    if (transmission.kind !== "site") return [];
    const site = robot.sites[transmission.site];
    if (site.body < 0) return [];
    const inBody = (vector: readonly number[]) => {
      const out = new Float64Array(3);
      rotateVector(out, 0, site.orientation, 0, Float64Array.from(vector), 0);
      return out;
    };
    return {
      index,
      model,
      body: site.body,
      position: Float64Array.from(site.position),
      force: inBody(transmission.force),
      torque: inBody(transmission.torque),
    };
  });
}
