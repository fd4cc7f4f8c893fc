/**
 * Watches the physics while a policy moves a robot. A policy is paid for whatever the solver lets
 * happen, so what physics would forbid is measured: energy from nothing, joints that come apart, parts
 * that sink into each other, limits that give way. Looks at every `every`-th environment in each
 * control step, in turn, so that a rollout sees all of them at a small part of the cost.
 */
import type { RobotModel } from "../robot/model.js";
import { articulate } from "./articulation.js";
import { type RobotScale, robotScale } from "./robot-scale.js";
import type { Simulator, SimulatorWatch } from "./simulator.js";
import { type WatchStatistics, WatchSums, watchMeasures } from "./watch-statistics.js";

export interface EngineWatchOptions {
  readonly simulator: Simulator;
  /** The simulator's own. */
  readonly watch: SimulatorWatch;
  readonly controlDtSeconds: number;
  /** An environment is looked at in every so manieth control step. */
  readonly every: number;
}

/** Gains of the feedback drives on a joint, and their bound; zeros for motors. */
interface Feedback {
  readonly kp: number;
  readonly kv: number;
  readonly low: number;
  readonly high: number;
}

export class EngineWatch {
  readonly memory: Readonly<Record<string, Float64Array | Int32Array>>;
  readonly rngs = [];
  private readonly simulator: Simulator;
  private readonly watch: SimulatorWatch;
  private readonly dt: number;
  private readonly every: number;
  private readonly scale: RobotScale;
  private readonly sums = new WatchSums();
  private readonly sample = new Float64Array(watchMeasures.length);
  /** Control steps so far; environment e is due where (e + step) is a multiple of `every`. */
  private readonly phase = new Int32Array(1);
  /** [env] energy, and [env][joint] position and speed, before the step; of the due ones. */
  private readonly energyBefore: Float64Array;
  private readonly positionBefore: Float32Array;
  private readonly velocityBefore: Float32Array;
  /** [joint] */
  private readonly slide: Uint8Array;
  private readonly unlimitedHinge: Uint8Array;
  private readonly low: Float64Array;
  private readonly high: Float64Array;
  private readonly feedback: readonly Feedback[];

  constructor({ simulator, watch, controlDtSeconds, every }: EngineWatchOptions) {
    const { robot, numEnvs, jointNames } = simulator;
    this.simulator = simulator;
    this.watch = watch;
    this.dt = controlDtSeconds;
    this.every = every;
    this.scale = robotScale(robot, articulate(robot));
    this.energyBefore = new Float64Array(numEnvs);
    this.positionBefore = new Float32Array(numEnvs * jointNames.length);
    this.velocityBefore = new Float32Array(numEnvs * jointNames.length);
    const joints = jointNames.map((name) => robot.joints.find((joint) => joint.name === name)!);
    this.slide = Uint8Array.from(joints, (joint) => (joint.kind === "slide" ? 1 : 0));
    this.unlimitedHinge = Uint8Array.from(joints, ({ kind, range }) =>
      kind === "hinge" && range === null ? 1 : 0,
    );
    this.low = Float64Array.from(joints, ({ range }) => range?.[0] ?? Number.NEGATIVE_INFINITY);
    this.high = Float64Array.from(joints, ({ range }) => range?.[1] ?? Number.POSITIVE_INFINITY);
    this.feedback = joints.map((joint) => feedbackOn(robot, robot.joints.indexOf(joint)));
    this.memory = { ...this.sums.memory, watchPhase: this.phase };
  }

  /** Everything that is no physics has been done to the state: pushes, resets, new controls. */
  beforeStep(): void {
    const { simulator, watch, every, energyBefore, positionBefore, velocityBefore } = this;
    const { jointPosition, jointVelocity } = simulator.state;
    const joints = this.slide.length;
    for (let env = this.firstDue(); env < simulator.numEnvs; env += every) {
      energyBefore[env] = watch.energyJoules(env);
      for (let i = env * joints; i < (env + 1) * joints; i++) {
        positionBefore[i] = jointPosition[i];
        velocityBefore[i] = jointVelocity[i];
      }
    }
  }

  /** The engine has moved on and nothing else has been done to the state. */
  afterStep(): void {
    for (let env = this.firstDue(); env < this.simulator.numEnvs; env += this.every) {
      this.measure(env);
      this.sums.add(this.sample);
    }
    this.phase[0] = (this.phase[0] + 1) % this.every;
  }

  /** Statistics since last taken. */
  take(): WatchStatistics {
    return this.sums.take();
  }

  private firstDue(): number {
    return (this.every - this.phase[0]) % this.every;
  }

  private measure(env: number): void {
    const { sample, watch } = this;
    const gained = watch.energyJoules(env) - this.energyBefore[env] - this.work(env);
    sample[0] = Math.max(0, gained) / this.dt;
    sample[1] = watch.anchorErrorMeters(env);
    sample[2] = watch.penetrationMeters(env);
    this.measureJoints(env);
    sample[5] = this.fastestBody(env);
  }

  /**
   * Work of the actuators over the step, J. An effort that holds for the whole step does τ Δq. A
   * drive with feedback begins at τ + kp Δq + kv Δq̇, from the gains in the file, and ends at τ: the
   * mean of both is exact for its spring, and its damping takes energy away.
   */
  private work(env: number): number {
    const { positionBefore, velocityBefore, feedback } = this;
    const { jointPosition, jointVelocity, jointEffort } = this.simulator.state;
    const joints = feedback.length;
    let work = 0;
    for (let j = 0; j < joints; j++) {
      const i = env * joints + j;
      const effort = jointEffort[i];
      if (effort === 0 && feedback[j].kp === 0) continue;
      let moved = jointPosition[i] - positionBefore[i];
      if (this.unlimitedHinge[j] === 1) moved -= 2 * Math.PI * Math.round(moved / (2 * Math.PI));
      const { kp, kv, low, high } = feedback[j];
      const faster = jointVelocity[i] - velocityBefore[i];
      const first = Math.min(high, Math.max(low, effort + kp * moved + kv * faster));
      work += 0.5 * (first + effort) * moved;
    }
    return work;
  }

  private measureJoints(env: number): void {
    const { sample, slide, low, high, scale } = this;
    const { jointPosition, jointVelocity } = this.simulator.state;
    const joints = slide.length;
    let beyond = 0;
    let fastest = 0;
    for (let j = 0; j < joints; j++) {
      const i = env * joints + j;
      const unit = slide[j] === 1 ? scale.lengthMeters : 1;
      const over = Math.max(low[j] - jointPosition[i], jointPosition[i] - high[j]) / unit;
      const speed = Math.abs(jointVelocity[i]) / unit;
      if (over > beyond) beyond = over;
      // A speed that is no number must not be skipped.
      if (!(speed <= fastest)) fastest = speed;
    }
    sample[3] = beyond;
    sample[4] = fastest;
  }

  private fastestBody(env: number): number {
    const { robot, state } = this.simulator;
    const { bodyVelocity } = state;
    const bodies = robot.bodies.length;
    let fastest = 0;
    for (let b = env * bodies; b < (env + 1) * bodies; b++) {
      const v = 6 * b;
      const squared = bodyVelocity[v] ** 2 + bodyVelocity[v + 1] ** 2 + bodyVelocity[v + 2] ** 2;
      if (!(squared <= fastest)) fastest = squared;
    }
    return Math.sqrt(fastest);
  }
}

function feedbackOn(robot: RobotModel, joint: number): Feedback {
  let kp = 0;
  let kv = 0;
  let low = 0;
  let high = 0;
  for (const actuator of robot.actuators) {
    const { transmission } = actuator;
    if (transmission.kind !== "joint" || transmission.joint !== joint) continue;
    kp += actuator.kp;
    kv += actuator.kv;
    low += actuator.effortRange?.[0] ?? Number.NEGATIVE_INFINITY;
    high += actuator.effortRange?.[1] ?? Number.POSITIVE_INFINITY;
  }
  return { kp, kv, low, high };
}
