/**
 * Fixed tendons and joint equalities, which Rapier has not. Both act through the implicit motors of
 * the joints they couple, told anew before every engine step.
 *
 * A tendon's drive of effort e pulls each joint with c e, from the state before the engine step. Where
 * its gains are stiff for that step, joint j also gets K = |c_j| kp Σ|c|, D = |c_j| kv Σ|c| about this
 * state. That bounds the drive's own matrix kp c cᵀ from above, so any gain is stable; it is exact
 * when the joints move together, and hinders them by about K dt / 2 when they move against each
 * other. So it fades in with x = (kp dt² + kv dt) / m, which explicit steps bear to about 2: by
 * min(1, x). A tendon at its limit is such a drive too, with MuJoCo's default softness (time constant
 * 0.02 s, critically damped).
 *
 * An equality q₁ − ratio q₂ = const carries an effort λ along (1, −ratio). It is found by feedback on
 * the mismatch x: λ = −(m / dt) (p ẋ + i x / dt + i c Σ x / dt), m the mass that the two links present
 * to it. At p = 0.8, i = 0.4 and a true mass m / s the mismatch decays as z² − (2 − 1.2 s) z + 1 − 0.8 s
 * an engine step, stable for s < 2. The slow sum (c = 0.02) lets both joints share a lasting load with
 * no mismatch left; it is stable for s > 0.024: the mass may be 40 times what the links alone have
 * (contacts, what hangs on them).
 */
import type { Actuator, RobotModel } from "../../robot/model.js";
import type { Articulation } from "../articulation.js";
import { numParameters, parameterIndex } from "../env-parameters.js";
import type { SimulatorState } from "../simulator.js";
import { clampEffort, controlOf, effortOf, secant, wantedEffort } from "./actuator-effort.js";
import type { LinkMasses } from "./link-masses.js";

const rateShare = 0.8;
const mismatchShare = 0.4;
const sumShare = 0.02;
/** Of a tendon at its limit, s. */
const limitTime = 0.02;

export interface CouplingTables {
  readonly robot: RobotModel;
  readonly articulation: Articulation;
  /** [env][parameter]. */
  readonly parameters: Float64Array;
  readonly controls: Float32Array;
  readonly state: SimulatorState;
  readonly masses: LinkMasses;
  readonly numEnvs: number;
}

interface DrivenTendon {
  readonly joints: readonly { readonly joint: number; readonly coefficient: number }[];
  /** Σ |coefficient|. */
  readonly total: number;
  readonly actuators: readonly { readonly index: number; readonly model: Actuator }[];
  readonly range: readonly [number, number] | null;
}

interface JointEquality {
  readonly joint1: number;
  /** -1 where joint 1 is held still. */
  readonly joint2: number;
  readonly ratio: number;
  /** q₁ − ratio q₂ where both agree. */
  readonly sum: number;
}

export class Couplings {
  /** The joints, by index of the simulator's arrays, that `added` acts on. */
  readonly joints: ReadonlySet<number>;
  /** [joint][4] of the environment last updated: stiffness, damping, K · target, and effort at rest. */
  readonly added: Float64Array;
  /** [env][equality] the lasting part of its effort. */
  readonly held: Float64Array;
  private readonly tables: CouplingTables;
  private readonly tendons: readonly DrivenTendon[];
  private readonly equalities: readonly JointEquality[];

  constructor(tables: CouplingTables) {
    const { robot, articulation } = tables;
    this.tables = tables;
    const jointAt = (index: number) =>
      articulation.joints.findIndex((joint) => joint.index === index);
    this.tendons = robot.tendons.map(({ joints, range }, t) => ({
      joints: joints.map(({ joint, coefficient }) => ({ joint: jointAt(joint), coefficient })),
      total: joints.reduce((total, { coefficient }) => total + Math.abs(coefficient), 0),
      actuators: robot.actuators.flatMap((model, index) =>
        model.transmission.kind === "tendon" && model.transmission.tendon === t
          ? [{ index, model }]
          : [],
      ),
      range,
    }));
    this.equalities = robot.equalities.flatMap((equality) => {
      if (equality.kind !== "joint") return [];
      const { joint1, joint2, offset, ratio } = equality;
      const reference = (joint: number) => robot.joints[joint]?.reference ?? 0;
      return [
        {
          joint1: jointAt(joint1),
          joint2: joint2 < 0 ? -1 : jointAt(joint2),
          ratio,
          sum: reference(joint1) + offset - ratio * reference(joint2),
        },
      ];
    });
    this.joints = new Set([
      ...this.tendons.flatMap(({ joints }) => joints.map(({ joint }) => joint)),
      ...this.equalities.flatMap(({ joint1, joint2 }) => [joint1, joint2]),
    ]);
    this.added = new Float64Array(4 * articulation.joints.length);
    this.held = new Float64Array(tables.numEnvs * this.equalities.length);
  }

  /** An environment starts anew. */
  reset(env: number): void {
    const count = this.equalities.length;
    this.held.fill(0, env * count, (env + 1) * count);
  }

  /** Fills `added` for an engine step of `dt` from an environment's present state. */
  update(env: number, dt: number): void {
    this.added.fill(0);
    for (let t = 0; t < this.tendons.length; t++) this.pull(this.tendons[t], env, dt);
    for (let e = 0; e < this.equalities.length; e++) this.hold(e, env, dt);
  }

  /** Adds what tendon drives apply at the present state to an environment's joint efforts. */
  measure(env: number): void {
    const { state, articulation, controls, parameters, robot } = this.tables;
    const row = env * articulation.joints.length;
    const p = env * numParameters;
    for (let t = 0; t < this.tendons.length; t++) {
      const { joints, actuators } = this.tendons[t];
      if (actuators.length === 0) continue;
      const length = this.along(joints, state.jointPosition, row);
      const speed = this.along(joints, state.jointVelocity, row);
      let effort = 0;
      for (let i = 0; i < actuators.length; i++) {
        const { index, model } = actuators[i];
        const control = controls[env * robot.actuators.length + index];
        const kp = parameters[p + parameterIndex.kpFactor];
        const kd = parameters[p + parameterIndex.kdFactor];
        const offset = parameters[p + parameterIndex.motorOffset];
        effort += effortOf(model, control, offset, length, speed, kp, kd);
      }
      effort *= parameters[p + parameterIndex.motorStrength];
      for (let i = 0; i < joints.length; i++) {
        state.jointEffort[row + joints[i].joint] += joints[i].coefficient * effort;
      }
    }
  }

  private pull(tendon: DrivenTendon, env: number, dt: number): void {
    const { state, articulation, controls, parameters, robot } = this.tables;
    const { joints, actuators, range } = tendon;
    const row = env * articulation.joints.length;
    const p = env * numParameters;
    const strength = parameters[p + parameterIndex.motorStrength];
    const offset = parameters[p + parameterIndex.motorOffset];
    const length = this.along(joints, state.jointPosition, row);
    const speed = this.along(joints, state.jointVelocity, row);
    let effort = 0;
    let stiffness = 0;
    let damping = 0;
    for (let i = 0; i < actuators.length; i++) {
      const { index, model } = actuators[i];
      const control = controlOf(model, controls[env * robot.actuators.length + index], offset);
      if (model.kind === "motor") {
        effort += clampEffort(model, model.gear * control) * strength;
        continue;
      }
      const kp = model.kp * parameters[p + parameterIndex.kpFactor] * strength;
      const kv = model.kv * parameters[p + parameterIndex.kdFactor] * strength;
      const target = control / model.gear;
      const wanted = wantedEffort(model.kind, kp, kv, target, length, speed);
      const share = model.effortRange === null ? 1 : secant(wanted, model.effortRange, strength);
      if (Number.isNaN(share)) {
        effort += clampEffort(model, 0) * strength;
        continue;
      }
      effort += share * wanted;
      stiffness += share * kp;
      damping += share * kv;
    }
    const beyond =
      range === null ? 0 : length > range[1] ? length - range[1] : Math.min(length - range[0], 0);
    const mass = this.massAlong(joints, env);
    if (beyond !== 0) {
      const force = (-mass / limitTime) * (beyond / limitTime + 2 * speed);
      if (force * beyond < 0) {
        effort += force;
        stiffness += mass / limitTime ** 2;
        damping += (2 * mass) / limitTime;
      }
    }
    const implicit = Math.min(1, (dt * (stiffness * dt + damping)) / mass);
    for (let i = 0; i < joints.length; i++) {
      const { joint, coefficient } = joints[i];
      const bound = implicit * Math.abs(coefficient) * tendon.total;
      const k = bound * stiffness;
      const d = bound * damping;
      const q = state.jointPosition[row + joint];
      const velocity = state.jointVelocity[row + joint];
      this.add(joint, k, d, k * q, coefficient * effort + d * velocity);
    }
  }

  private hold(e: number, env: number, dt: number): void {
    const { state, articulation } = this.tables;
    const { joint1, joint2, ratio, sum } = this.equalities[e];
    const { jointPosition, jointVelocity } = state;
    const a = env * articulation.joints.length + joint1;
    const b = env * articulation.joints.length + joint2;
    let mismatch = jointPosition[a] - sum;
    let rate = jointVelocity[a];
    let inverse = 1 / this.massOf(env, joint1);
    if (joint2 >= 0) {
      mismatch -= ratio * jointPosition[b];
      rate -= ratio * jointVelocity[b];
      inverse += ratio ** 2 / this.massOf(env, joint2);
    }
    const unit = 1 / inverse / dt;
    const at = env * this.equalities.length + e;
    const spring = (mismatchShare * mismatch) / dt;
    this.held[at] -= sumShare * spring * unit;
    const effort = this.held[at] - (rateShare * rate + spring) * unit;
    this.add(joint1, 0, 0, 0, effort);
    if (joint2 >= 0) this.add(joint2, 0, 0, 0, -ratio * effort);
  }

  private add(joint: number, k: number, d: number, pull: number, push: number): void {
    const { added } = this;
    added[4 * joint] += k;
    added[4 * joint + 1] += d;
    added[4 * joint + 2] += pull;
    added[4 * joint + 3] += push;
  }

  private along(joints: DrivenTendon["joints"], values: Float32Array, row: number): number {
    let total = 0;
    for (let i = 0; i < joints.length; i++) {
      total += joints[i].coefficient * values[row + joints[i].joint];
    }
    return total;
  }

  /** What joints pulled by a tendon present to it: 1 / Σ c² / m. */
  private massAlong(joints: DrivenTendon["joints"], env: number): number {
    let inverse = 0;
    for (let i = 0; i < joints.length; i++) {
      inverse += joints[i].coefficient ** 2 / this.massOf(env, joints[i].joint);
    }
    return 1 / inverse;
  }

  /**
   * Inertia of a joint's link alone about the joint, rotor included, kg m² or kg: what hangs on it
   * further out is left out, as less is safe and more is not.
   */
  private massOf(env: number, joint: number): number {
    const { articulation, masses } = this.tables;
    const { slide, link, axis, anchorInLink } = articulation.joints[joint];
    const at = env * articulation.links.length + link;
    const { inertias, centers } = masses;
    const m = inertias[7 * at];
    if (slide) return m;
    const [x, y, z] = axis;
    const i = 7 * at + 1;
    const rx = centers[3 * at] - anchorInLink[0];
    const ry = centers[3 * at + 1] - anchorInLink[1];
    const rz = centers[3 * at + 2] - anchorInLink[2];
    const along = rx * x + ry * y + rz * z;
    return (
      inertias[i] * x * x +
      inertias[i + 1] * y * y +
      inertias[i + 2] * z * z +
      2 * (inertias[i + 3] * x * y + inertias[i + 4] * x * z + inertias[i + 5] * y * z) +
      m * (rx * rx + ry * ry + rz * rz - along * along)
    );
  }
}
