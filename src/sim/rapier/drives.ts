/**
 * How actuators and passive joint elements reach Rapier. A joint that carries motors alone, on a
 * part that hangs on the world, gets their effort as a force: exact, and cheaper than a motor row.
 * Every other joint gets one implicit motor: effort = K (target − q) + D (speed − q̇), where K and D
 * add up the drive's gains, the spring, the damping and dry friction. What depends on more than the
 * joint itself (couplings, uneven effort limits) is told anew before every engine step, from the state
 * then. Rotor inertia is part of the links' masses.
 */
import { type UnitImpulseJoint, VectorOps, type World } from "@dimforge/rapier3d";
import type { Actuator, RobotModel } from "../../robot/model.js";
import type { Articulation, LinkJoint } from "../articulation.js";
import { defaultPose } from "../default-pose.js";
import { numParameters, parameterIndex } from "../env-parameters.js";
import type { SimulatorState } from "../simulator.js";
import { clampEffort, controlOf, effortOf, secant, wantedEffort } from "./actuator-effort.js";
import type { WorldHandles } from "./build-world.js";
import type { Couplings } from "./couplings.js";

/** Below this speed dry friction acts as damping, rad/s or m/s: a secant of Coulomb's law. */
const frictionSpeed = 0.01;
/** Damping that lets a pure motor ride on an implicit row; too small to act by itself. */
const carrierDamping = 1e-5;

interface Drive {
  readonly joint: number;
  readonly on: LinkJoint;
  readonly actuators: readonly { readonly index: number; readonly model: Actuator }[];
  /** A `live` one is a motor that is told before every engine step. */
  readonly kind: "none" | "force" | "motor" | "live";
  /** Whether any actuator of its own measures position or speed. */
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
  readonly couplings: Couplings;
}

export class Drives {
  /** Whether `applyLive` has anything to do. */
  readonly hasLive: boolean;
  private readonly tables: DriveTables;
  private readonly active: readonly Drive[];
  private readonly live: readonly Drive[];
  /** Joints without a motor of their own: none is spent on them until they are given losses or a spring. */
  private readonly bare: readonly Drive[];
  /** [env] 1 where they have been. */
  private readonly passive: Uint8Array;
  private anyPassive = false;
  /** [robot joint] values that added springs pull to. */
  private readonly pose: readonly number[];
  /** [env][joint][4] what the engine was told last: target, speed (for a force, its size), K, D. */
  readonly told: Float64Array;
  private readonly vector = VectorOps.intoRaw({ x: 0, y: 0, z: 0 });

  constructor(tables: DriveTables) {
    const { articulation, numEnvs } = tables;
    this.tables = tables;
    const all = articulation.joints.map((joint, j) => planDrive(tables, joint, j));
    this.pose = defaultPose(tables.robot);
    this.passive = new Uint8Array(numEnvs);
    this.active = all.filter((drive) => drive.kind !== "live" && drive.kind !== "none");
    this.bare = all.filter((drive) => drive.kind === "none" || drive.kind === "force");
    this.live = all.filter((drive) => drive.kind === "live");
    this.hasLive = this.live.length > 0;
    this.told = new Float64Array(4 * numEnvs * articulation.joints.length).fill(Number.NaN);
  }

  /** Tells the engine this control step's drives, where they changed. */
  apply(world: World): void {
    const { numEnvs } = this.tables;
    const h = solverTimestep(world);
    for (const drive of this.active) {
      if (drive.kind === "force") {
        for (let env = 0; env < numEnvs; env++) this.applyForce(world, drive, env);
      } else {
        for (let env = 0; env < numEnvs; env++) this.applyMotor(world, drive, env, h);
      }
    }
    if (!this.anyPassive) return;
    for (let env = 0; env < numEnvs; env++) {
      if (this.passive[env] === 1) this.applyPassive(world, env);
    }
  }

  /** An environment's springs, damping or friction of joints have changed. */
  refreshPassive(world: World, env: number): void {
    const { parameters } = this.tables;
    const before = this.passive[env];
    const p = env * numParameters;
    const some =
      parameters[p + parameterIndex.jointStiffness] !== 0 ||
      parameters[p + parameterIndex.jointDamping] !== 0 ||
      parameters[p + parameterIndex.jointFriction] !== 0;
    this.passive[env] = some ? 1 : 0;
    this.anyPassive = this.passive.includes(1);
    if (before === 1 && !some) this.applyPassive(world, env);
  }

  private applyPassive(world: World, env: number): void {
    const { parameters } = this.tables;
    const spring = parameters[env * numParameters + parameterIndex.jointStiffness];
    for (const drive of this.bare) {
      const position = spring > 0 ? this.pose[drive.on.index] - drive.on.reference : 0;
      const damping = this.passiveDamping(drive, env) || carrierDamping;
      this.tell(world, drive, env, position, 0, spring, damping);
    }
  }

  /** An engine step is about to be made from the state as it stands in the arrays. */
  applyLive(world: World): void {
    const { numEnvs, couplings } = this.tables;
    const { timestep } = world;
    const h = solverTimestep(world);
    for (let env = 0; env < numEnvs; env++) {
      couplings.update(env, timestep);
      for (const drive of this.live) this.applyMotor(world, drive, env, h);
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

  /** Completes an environment's efforts by what feedback drives and tendons apply at the present state. */
  measure(env: number): void {
    for (const drive of this.active) if (drive.feedback) this.measureDrive(drive, env);
    for (const drive of this.live) this.measureDrive(drive, env);
    this.tables.couplings.measure(env);
  }

  private measureDrive(drive: Drive, env: number): void {
    const { articulation, state, parameters, controls, robot } = this.tables;
    const p = env * numParameters;
    const strength = parameters[p + parameterIndex.motorStrength];
    const kp = parameters[p + parameterIndex.kpFactor];
    const kd = parameters[p + parameterIndex.kdFactor];
    const offset = parameters[p + parameterIndex.motorOffset];
    const at = env * articulation.joints.length + drive.joint;
    const q = state.jointPosition[at];
    const speed = state.jointVelocity[at];
    let effort = 0;
    for (const { index, model } of drive.actuators) {
      const value = controls[env * robot.actuators.length + index];
      effort += effortOf(model, value, offset, q, speed, kp, kd);
    }
    state.jointEffort[at] = effort * strength;
  }

  /** The sum of the motors on a joint, N m or N. */
  private motorEffort(drive: Drive, env: number): number {
    const { controls, robot, parameters } = this.tables;
    const offset = parameters[env * numParameters + parameterIndex.motorOffset];
    let effort = 0;
    for (const { index, model } of drive.actuators) {
      if (model.kind !== "motor") continue;
      const value = controlOf(model, controls[env * robot.actuators.length + index], offset);
      effort += clampEffort(model, model.gear * value);
    }
    return effort * parameters[env * numParameters + parameterIndex.motorStrength];
  }

  private applyForce(world: World, drive: Drive, env: number): void {
    const { articulation, handles, state } = this.tables;
    const at = env * articulation.joints.length + drive.joint;
    const effort = this.motorEffort(drive, env);
    state.jointEffort[at] = effort;
    if (effort === this.told[4 * at + 1]) return;
    this.told[4 * at + 1] = effort;
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

  /** @param h seconds that Rapier integrates by, with which it weighs a target speed: D + K h */
  private applyMotor(world: World, drive: Drive, env: number, h: number): void {
    const { articulation, state, controls, parameters, robot, couplings } = this.tables;
    const at = env * articulation.joints.length + drive.joint;
    const p = env * numParameters;
    const strength = parameters[p + parameterIndex.motorStrength];
    const live = drive.kind === "live";
    const { model } = drive.on;
    const offset = parameters[p + parameterIndex.motorOffset];
    const spring = parameters[p + parameterIndex.jointStiffness];
    let stiffness = model.stiffness + spring;
    let damping = this.passiveDamping(drive, env);
    // Offsets: K · target and D · speed.
    let pull = model.stiffness * model.springReference + spring * this.pose[drive.on.index];
    let push = this.motorEffort(drive, env);
    if (!drive.feedback) state.jointEffort[at] = push;
    for (const { index, model: actuator } of drive.actuators) {
      if (actuator.kind === "motor") continue;
      const control = controls[env * robot.actuators.length + index];
      const target = controlOf(actuator, control, offset) / actuator.gear;
      let kp = actuator.kp * parameters[p + parameterIndex.kpFactor] * strength;
      let kv = actuator.kv * parameters[p + parameterIndex.kdFactor] * strength;
      if (live && actuator.effortRange !== null) {
        const q = state.jointPosition[at];
        const wanted = wantedEffort(actuator.kind, kp, kv, target, q, state.jointVelocity[at]);
        const share = secant(wanted, actuator.effortRange, strength);
        if (Number.isNaN(share)) push += clampEffort(actuator, 0) * strength;
        kp *= share || 0;
        kv *= share || 0;
      }
      damping += kv;
      if (actuator.kind === "velocity") {
        push += kv * target;
      } else {
        stiffness += kp;
        pull += kp * target;
      }
    }
    if (live) {
      const { added } = couplings;
      const a = 4 * drive.joint;
      stiffness += added[a];
      damping += added[a + 1];
      pull += added[a + 2];
      push += added[a + 3];
    }
    if (damping === 0) damping = carrierDamping;
    const position = stiffness > 0 ? pull / stiffness - drive.on.reference : 0;
    const speed = push / (damping + stiffness * h);
    this.tell(world, drive, env, position, speed, stiffness, damping);
  }

  /** Viscous damping of a joint itself, and dry friction as damping. */
  private passiveDamping(drive: Drive, env: number): number {
    const { parameters, state, articulation } = this.tables;
    const { model } = drive.on;
    const p = env * numParameters;
    let damping =
      model.damping * parameters[p + parameterIndex.jointDampingFactor] +
      parameters[p + parameterIndex.jointDamping];
    const friction = model.frictionLoss + parameters[p + parameterIndex.jointFriction];
    if (friction > 0) {
      const speed = state.jointVelocity[env * articulation.joints.length + drive.joint];
      damping += friction / Math.max(Math.abs(speed), frictionSpeed);
    }
    return damping;
  }

  /** Tells the engine an implicit motor, where it is another than before. */
  private tell(
    world: World,
    drive: Drive,
    env: number,
    position: number,
    speed: number,
    stiffness: number,
    damping: number,
  ): void {
    const { articulation, handles } = this.tables;
    const at = env * articulation.joints.length + drive.joint;
    const told = this.told;
    const t = 4 * at;
    // A force's size stands in the place of the speed.
    const force = drive.kind === "force";
    if (
      told[t] === position &&
      (force || told[t + 1] === speed) &&
      told[t + 2] === stiffness &&
      told[t + 3] === damping
    ) {
      return;
    }
    told[t] = position;
    if (!force) told[t + 1] = speed;
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

function solverTimestep(world: World): number {
  return world.timestep / world.numSolverIterations;
}

function planDrive(tables: DriveTables, on: LinkJoint, joint: number): Drive {
  const { robot, articulation, couplings } = tables;
  const actuators = robot.actuators.flatMap((model, index) =>
    model.transmission.kind === "joint" && model.transmission.joint === on.index
      ? [{ index, model }]
      : [],
  );
  const feedback = actuators.some(({ model }) => model.kind !== "motor");
  const { damping, stiffness, frictionLoss } = on.model;
  const passive = damping > 0 || stiffness > 0 || frictionLoss > 0;
  const { parent, bodyLink } = articulation.links[on.link];
  // A force would be wiped out by those of thrusters on the same link.
  const pushed = robot.actuators.some(
    ({ transmission: t }) =>
      t.kind === "site" && articulation.linkOfBody[robot.sites[t.site].body] === bodyLink,
  );
  const common = { joint, on, actuators, feedback };
  const maxEffort = feedback ? effortBound(actuators) : Number.POSITIVE_INFINITY;
  if (couplings.joints.has(joint) || Number.isNaN(maxEffort)) {
    return { ...common, kind: "live", maxEffort: Number.POSITIVE_INFINITY };
  }
  if (feedback || passive || (actuators.length > 0 && (parent >= 0 || pushed))) {
    return { ...common, kind: "motor", maxEffort };
  }
  return { ...common, kind: actuators.length > 0 ? "force" : "none", maxEffort };
}

/** The bound of all together, infinite without one; NaN where none holds in both directions. */
function effortBound(actuators: readonly { readonly model: Actuator }[]): number {
  let bound = 0;
  for (const { model } of actuators) {
    if (model.effortRange === null) return Number.POSITIVE_INFINITY;
    const [low, high] = model.effortRange;
    if (Math.abs(low + high) > 1e-6 * (high - low)) return Number.NaN;
    bound += high;
  }
  return bound;
}
