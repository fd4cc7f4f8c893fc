/** A simulator without physics: tests write its state and read what was asked of it. */
import { freeBodies } from "../../src/robot/free-bodies.js";
import { type RobotModel, robotModelSchema } from "../../src/robot/model.js";
import type { ParameterName, ResetState, Simulator } from "../../src/sim/simulator.js";

/** Called by `step` to write the next state of every environment. */
export type Physics = (simulator: FakeSimulator) => void;

export class FakeSimulator implements Simulator {
  readonly engine = "rapier";
  readonly robot: RobotModel;
  readonly numEnvs: number;
  readonly jointNames: readonly string[];
  readonly state;
  readonly controls: Float32Array;
  readonly resets: {
    env: number;
    jointPosition: number[];
    jointVelocity: number[];
    freePose: number[];
    freeVelocity: number[];
  }[] = [];
  readonly parameters: { env: number; name: ParameterName; value: number }[] = [];
  readonly pushes: { env: number; body: number; velocity: number[]; step: number }[] = [];
  steps = 0;
  disposed = false;
  private readonly physics: Physics;

  constructor(
    robot: RobotModel,
    numEnvs: number,
    contactGeoms: number,
    physics: Physics = () => {},
  ) {
    this.robot = robot;
    this.numEnvs = numEnvs;
    this.physics = physics;
    this.jointNames = robot.joints
      .filter((joint) => joint.kind === "hinge" || joint.kind === "slide")
      .map((joint) => joint.name);
    const array = (width: number) => new Float32Array(numEnvs * width);
    this.state = {
      jointPosition: array(this.jointNames.length),
      jointVelocity: array(this.jointNames.length),
      jointEffort: array(this.jointNames.length),
      bodyPose: array(7 * robot.bodies.length),
      bodyVelocity: array(6 * robot.bodies.length),
      contactForce: array(3 * contactGeoms),
    };
    for (let i = 3; i < this.state.bodyPose.length; i += 7) this.state.bodyPose[i] = 1;
    this.controls = array(robot.actuators.length);
  }

  step(): void {
    this.steps++;
    this.physics(this);
  }

  setOrigin(_env: number, ..._at: readonly number[]): void {}

  reset(env: number, initial: ResetState): void {
    const joints = this.jointNames.length;
    this.state.jointPosition.set(initial.jointPosition, env * joints);
    this.state.jointVelocity.set(initial.jointVelocity, env * joints);
    freeBodies(this.robot).forEach(({ body }, i) => {
      const pose = initial.freePose.subarray(7 * i, 7 * i + 7);
      this.state.bodyPose.set(pose, 7 * (env * this.robot.bodies.length + body));
    });
    this.resets.push({
      env,
      jointPosition: [...initial.jointPosition],
      jointVelocity: [...initial.jointVelocity],
      freePose: [...initial.freePose],
      freeVelocity: [...initial.freeVelocity],
    });
  }

  pull(): void {}

  readContacts(): void {}

  setParameter(env: number, name: ParameterName, value: number): void {
    this.parameters.push({ env, name, value });
  }

  push(env: number, body: number, velocity: readonly [number, number, number]): void {
    this.pushes.push({ env, body, velocity: [...velocity], step: this.steps });
  }

  save(): Uint8Array {
    const arrays = Object.values(this.state).map((array) => [...array]);
    return new TextEncoder().encode(JSON.stringify({ steps: this.steps, arrays }));
  }

  load(snapshot: Uint8Array): void {
    const saved = JSON.parse(new TextDecoder().decode(snapshot));
    this.steps = saved.steps;
    for (const [i, array] of Object.values(this.state).entries()) array.set(saved.arrays[i]);
  }

  dispose(): void {
    this.disposed = true;
  }
}

/** A floating trunk with a hinge leg and a slide leg, a foot on each, and a motor at each joint. */
export const walker: RobotModel = robotModelSchema.parse({
  format: 1,
  name: "walker",
  gravity: [0, 0, -9.81],
  bodies: [body("trunk", -1, [0, 0, 0.5]), body("left", 0), body("right", 0)],
  joints: [
    joint("root", "free", 0),
    joint("hip", "hinge", 1),
    { ...joint("knee", "slide", 2), range: [-0.2, 0.2] },
  ],
  geoms: [geom("leftFoot", 1), geom("rightFoot", 2)],
  actuators: [actuator("hipMotor", 1), actuator("kneeMotor", 2)],
  sites: [],
  keyframes: [{ name: "stand", qpos: [1, 2, 0.4, 1, 0, 0, 0, 0.3, 0.1], ctrl: [0.7, 0.8] }],
  excludedPairs: [],
});

function body(name: string, parent: number, position = [0, 0, 0]) {
  const inertia = {
    massKg: 1,
    centerOfMass: [0, 0, 0],
    inertia: [1, 1, 1],
    inertiaOrientation: [1, 0, 0, 0],
  };
  return { name, parent, position, orientation: [1, 0, 0, 0], ...inertia };
}

function joint(name: string, kind: string, of: number) {
  const losses = { damping: 0, armature: 0, frictionLoss: 0, stiffness: 0, springReference: 0 };
  return {
    name,
    kind,
    body: of,
    anchor: [0, 0, 0],
    axis: [1, 0, 0],
    range: null as number[] | null,
    ...losses,
  };
}

function geom(name: string, of: number) {
  const shape = { shape: "sphere", size: [0.05], position: [0, 0, 0], orientation: [1, 0, 0, 0] };
  return {
    name,
    body: of,
    ...shape,
    friction: 0.6,
    contype: 1,
    conaffinity: 1,
    rgba: [1, 1, 1, 1],
  };
}

function actuator(name: string, of: number) {
  return {
    name,
    transmission: { kind: "joint", joint: of },
    kind: "motor",
    gear: 1,
    kp: 0,
    kv: 0,
    controlRange: null,
    effortRange: null,
  };
}
