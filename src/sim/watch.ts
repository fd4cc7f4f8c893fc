/**
 * Watches the physics while a policy moves a robot. A policy is paid for whatever the solver lets
 * happen, so what physics would forbid is measured: energy from nothing, joints that come apart, parts
 * that sink into each other, limits that give way. Looks at every `every`-th environment in each
 * control step, in turn, so that a rollout sees all of them at a small part of the cost.
 */
import { articulate } from "./articulation.js";
import { type RobotScale, robotScale } from "./robot-scale.js";
import type { Simulator, SimulatorWatch } from "./simulator.js";
import { type WatchStatistics, WatchSums, watchMeasures } from "./watch-statistics.js";
import { ActuatorWork } from "./watch-work.js";

export interface EngineWatchOptions {
  readonly simulator: Simulator;
  /** The simulator's own. */
  readonly watch: SimulatorWatch;
  readonly controlDtSeconds: number;
  /** An environment is looked at in every so manieth control step. */
  readonly every: number;
}

export class EngineWatch {
  readonly memory: Readonly<Record<string, Float64Array | Int32Array>>;
  readonly rngs = [];
  private readonly simulator: Simulator;
  private readonly watch: SimulatorWatch;
  private readonly dt: number;
  private readonly every: number;
  private readonly scale: RobotScale;
  private readonly sums: WatchSums;
  private readonly sample = new Float64Array(watchMeasures.length);
  /** Control steps so far; environment e is due where (e + step) is a multiple of `every`. */
  private readonly phase = new Int32Array(1);
  /** [env] energy before the step, of the due ones. */
  private readonly energyBefore: Float64Array;
  private readonly work: ActuatorWork;
  /** [joint] */
  private readonly slide: Uint8Array;
  private readonly low: Float64Array;
  private readonly high: Float64Array;

  constructor({ simulator, watch, controlDtSeconds, every }: EngineWatchOptions) {
    const { robot, numEnvs, jointNames } = simulator;
    this.simulator = simulator;
    this.watch = watch;
    this.dt = controlDtSeconds;
    this.every = every;
    this.scale = robotScale(robot, articulate(robot));
    // One explosion in thousands of samples is an accident, and would drown all the others.
    this.sums = new WatchSums({ energyGain: 20 * this.scale.powerWatts });
    this.energyBefore = new Float64Array(numEnvs);
    this.work = new ActuatorWork(simulator);
    const joints = jointNames.map((name) => robot.joints.find((joint) => joint.name === name)!);
    this.slide = Uint8Array.from(joints, (joint) => (joint.kind === "slide" ? 1 : 0));
    this.low = Float64Array.from(joints, ({ range }) => range?.[0] ?? Number.NEGATIVE_INFINITY);
    this.high = Float64Array.from(joints, ({ range }) => range?.[1] ?? Number.POSITIVE_INFINITY);
    this.memory = { ...this.sums.memory, watchPhase: this.phase };
  }

  /** Everything that is no physics has been done to the state: pushes, resets, new controls. */
  beforeStep(): void {
    for (let env = this.firstDue(); env < this.simulator.numEnvs; env += this.every) {
      this.energyBefore[env] = this.watch.energyJoules(env);
      this.work.begin(env);
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
    const gained = watch.energyJoules(env) - this.energyBefore[env] - this.work.end(env, this.dt);
    sample[0] = Math.max(0, gained) / this.dt;
    sample[1] = watch.anchorErrorMeters(env);
    sample[2] = watch.penetrationMeters(env);
    this.measureJoints(env);
    sample[5] = this.fastestBody(env);
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
