/**
 * How actuators and passive joint elements reach Rapier. A joint that carries motors alone, on a
 * part that hangs on the world, gets their effort as a force: exact, and cheaper than a motor row.
 * Every other joint gets one implicit motor: effort = K (target − q) + D (speed − q̇), where K and D
 * add up the drive's gains, the spring, the damping and dry friction.
 */
import { type UnitImpulseJoint, VectorOps, type World } from "@dimforge/rapier3d";
import { RewardsmithError } from "../../core/errors.js";
import type { Actuator, RobotModel } from "../../robot/model.js";
import type { Articulation, LinkJoint } from "../articulation.js";
import { numParameters, parameterIndex } from "../env-parameters.js";
import type { SimulatorState } from "../simulator.js";
import type { WorldHandles } from "./build-world.js";

/** Below this speed dry friction acts as damping, rad/s or m/s: a secant of Coulomb's law. */
const frictionSpeed = 0.01;
/** Damping that lets a pure motor ride on an implicit row; too small to act by itself. */
const carrierDamping = 1e-5;

interface Drive {
  readonly joint: number;
  readonly on: LinkJoint;
  readonly actuators: readonly { readonly index: number; readonly model: Actuator }[];
  readonly kind: "none" | "force" | "motor";
  /** Whether any actuator measures position or speed. */
  readonly feedback: boolean;
  /** Bound of the implicit motor's effort, infinite without one. */
  readonly maxEffort: number;
}

export interface DriveTables {
  readonly robot: RobotModel;
  readonly articulation: Articulation;
  readonly handles: WorldHandles;
  readonly numEnvs: number;
  /** [env][parameter]. */
  readonly parameters: Float64Array;
  readonly controls: Float32Array;
  readonly state: SimulatorState;
}

export class Drives {
  private readonly tables: DriveTables;
  private readonly active: readonly Drive[];
  /** [env][joint][4] what the engine was told last: target, speed, K, D; for a force, its size. */
  readonly told: Float64Array;
  private readonly vector = VectorOps.intoRaw({ x: 0, y: 0, z: 0 });

  constructor(tables: DriveTables) {
    const { robot, articulation, numEnvs } = tables;
    this.tables = tables;
    this.active = articulation.joints
      .map((joint, j) => planDrive(robot, articulation, joint, j))
      .filter((drive) => drive.kind !== "none");
    this.told = new Float64Array(4 * numEnvs * articulation.joints.length).fill(Number.NaN);
  }

  /** Tells the engine this control step's drives, where they changed. */
  apply(world: World): void {
    const { numEnvs } = this.tables;
    for (const drive of this.active) {
      if (drive.kind === "force") {
        for (let env = 0; env < numEnvs; env++) this.applyForce(world, drive, env);
      } else {
        for (let env = 0; env < numEnvs; env++) this.applyMotor(world, drive, env);
      }
    }
  }

  /** Sets the bounds that follow from an environment's motor strength. */
  applyLimits(world: World, env: number): void {
    const { handles, articulation, parameters } = this.tables;
    const strength = parameters[env * numParameters + parameterIndex.motorStrength];
    for (const { joint, maxEffort } of this.active) {
      if (maxEffort === Number.POSITIVE_INFINITY) continue;
      const handle = handles.joints[env * articulation.joints.length + joint];
      (world.getImpulseJoint(handle) as UnitImpulseJoint).setMotorMaxForce(maxEffort * strength);
    }
  }

  /** Adds to an environment's efforts what its feedback drives apply at the present state. */
  measure(env: number): void {
    const { articulation, state, parameters, controls, robot } = this.tables;
    const p = env * numParameters;
    const strength = parameters[p + parameterIndex.motorStrength];
    for (const drive of this.active) {
      if (!drive.feedback) continue;
      const at = env * articulation.joints.length + drive.joint;
      const q = state.jointPosition[at];
      const speed = state.jointVelocity[at];
      let effort = this.motorEffort(drive, env);
      for (const { index, model } of drive.actuators) {
        if (model.kind === "motor") continue;
        const target = control(model, controls[env * robot.actuators.length + index]) / model.gear;
        const kp = model.kp * parameters[p + parameterIndex.kpFactor];
        const kv = model.kv * parameters[p + parameterIndex.kdFactor];
        const wanted =
          model.kind === "position" ? kp * (target - q) - kv * speed : kv * (target - speed);
        effort += strength * clamp(wanted, model.effortRange);
      }
      state.jointEffort[at] = effort;
    }
  }

  /** The sum of the motors on a joint, N m or N. */
  private motorEffort(drive: Drive, env: number): number {
    const { controls, robot, parameters } = this.tables;
    let effort = 0;
    for (const { index, model } of drive.actuators) {
      if (model.kind !== "motor") continue;
      const value = control(model, controls[env * robot.actuators.length + index]);
      effort += clamp(model.gear * value, model.effortRange);
    }
    return effort * parameters[env * numParameters + parameterIndex.motorStrength];
  }

  private applyForce(world: World, drive: Drive, env: number): void {
    const { articulation, handles, state } = this.tables;
    const at = env * articulation.joints.length + drive.joint;
    const effort = this.motorEffort(drive, env);
    state.jointEffort[at] = effort;
    if (effort === this.told[4 * at]) return;
    this.told[4 * at] = effort;
    const { axis, slide, link } = drive.on;
    const handle = handles.links[env * articulation.links.length + link];
    const bodies = world.bodies.raw;
    this.vector.x = axis[0] * effort;
    this.vector.y = axis[1] * effort;
    this.vector.z = axis[2] * effort;
    if (slide) {
      bodies.rbResetForces(handle, false);
      bodies.rbAddForce(handle, this.vector, false);
    } else {
      bodies.rbResetTorques(handle, false);
      bodies.rbAddTorque(handle, this.vector, false);
    }
  }

  private applyMotor(world: World, drive: Drive, env: number): void {
    const { articulation, handles, state, controls, parameters, robot } = this.tables;
    const at = env * articulation.joints.length + drive.joint;
    const p = env * numParameters;
    const strength = parameters[p + parameterIndex.motorStrength];
    const { model } = drive.on;
    let stiffness = model.stiffness;
    let damping = model.damping * parameters[p + parameterIndex.jointDampingFactor];
    // Offsets: K · target and D · speed.
    let pull = model.stiffness * model.springReference;
    let push = this.motorEffort(drive, env);
    if (!drive.feedback) state.jointEffort[at] = push;
    if (model.frictionLoss > 0) {
      damping += model.frictionLoss / Math.max(Math.abs(state.jointVelocity[at]), frictionSpeed);
    }
    for (const { index, model: actuator } of drive.actuators) {
      if (actuator.kind === "motor") continue;
      const target =
        control(actuator, controls[env * robot.actuators.length + index]) / actuator.gear;
      const kv = actuator.kv * parameters[p + parameterIndex.kdFactor] * strength;
      damping += kv;
      if (actuator.kind === "velocity") {
        push += kv * target;
      } else {
        const kp = actuator.kp * parameters[p + parameterIndex.kpFactor] * strength;
        stiffness += kp;
        pull += kp * target;
      }
    }
    if (damping === 0) damping = carrierDamping;
    const position = stiffness > 0 ? pull / stiffness - drive.on.reference : 0;
    const speed = push / damping;
    const told = this.told;
    const t = 4 * at;
    if (
      told[t] === position &&
      told[t + 1] === speed &&
      told[t + 2] === stiffness &&
      told[t + 3] === damping
    ) {
      return;
    }
    told[t] = position;
    told[t + 1] = speed;
    told[t + 2] = stiffness;
    told[t + 3] = damping;
    world.impulseJoints.raw.jointConfigureMotor(
      handles.joints[at],
      drive.on.slide ? 0 : 3,
      position,
      speed,
      stiffness,
      damping,
    );
  }

  dispose(): void {
    this.vector.free();
  }
}

function planDrive(
  robot: RobotModel,
  articulation: Articulation,
  on: LinkJoint,
  joint: number,
): Drive {
  const actuators = robot.actuators.flatMap((model, index) =>
    model.transmission.kind === "joint" && model.transmission.joint === on.index
      ? [{ index, model }]
      : [],
  );
  const feedback = actuators.some(({ model }) => model.kind !== "motor");
  const { damping, stiffness, frictionLoss } = on.model;
  const passive = damping > 0 || stiffness > 0 || frictionLoss > 0;
  const onWorld = articulation.links[on.link].parent < 0;
  const kind =
    feedback || passive || (actuators.length > 0 && !onWorld)
      ? "motor"
      : actuators.length > 0
        ? "force"
        : "none";
  return { joint, on, actuators, kind, feedback, maxEffort: effortBound(actuators, feedback) };
}

function effortBound(
  actuators: readonly { readonly model: Actuator }[],
  feedback: boolean,
): number {
  if (!feedback) return Number.POSITIVE_INFINITY;
  let bound = 0;
  for (const { model } of actuators) {
    if (model.effortRange === null) return Number.POSITIVE_INFINITY;
    const [low, high] = model.effortRange;
    if (Math.abs(low + high) > 1e-6 * (high - low)) {
      throw new RewardsmithError(
        "E_ROBOT_UNSUPPORTED",
        `actuator "${model.name}": a position or velocity drive with effort range ${low} to ${high}`,
        { hint: "make forcerange (or actuatorfrcrange) symmetric about 0" },
      );
    }
    bound += high;
  }
  return bound;
}

function control(model: Actuator, value: number): number {
  const used = clamp(value, model.controlRange);
  if (Number.isFinite(used)) return used;
  throw new RewardsmithError(
    "E_SIM_CONTROL",
    `the control of actuator "${model.name}" is ${value}`,
    {
      hint: "the policy's output is no number: its training has diverged",
    },
  );
}

function clamp(value: number, range: readonly [number, number] | null): number {
  if (range === null) return value;
  return value < range[0] ? range[0] : value > range[1] ? range[1] : value;
}
