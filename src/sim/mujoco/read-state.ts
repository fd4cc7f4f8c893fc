/** MuJoCo's arrays → the simulator's. Runs for every environment at every step, without allocation. */
import { wrapAngle } from "../../core/quaternion.js";
import type { RobotModel } from "../../robot/model.js";
import type { SimulatorState } from "../simulator.js";
import type { Ids } from "./ids.js";
import type { Worlds } from "./worlds.js";

/** MuJoCo's own bound (mjMAXVAL): beyond it, motion is no motion. */
const lostBeyond = 1e10;

export class StateReader {
  private readonly worlds: Worlds;
  private readonly state: SimulatorState;
  private readonly numBodies: number;
  private readonly body: Int32Array;
  /** [body] MuJoCo's index of the tree's root, whose centre of mass `cvel` refers to. */
  private readonly root: Int32Array;
  /** By hinge or slide joint. */
  private readonly qpos: Int32Array;
  private readonly dof: Int32Array;
  private readonly wraps: Uint8Array;
  /** [share] which joint gets which actuator's force, times what. A wrench at a site is no joint's effort. */
  private readonly shareJoint: Int32Array;
  private readonly shareActuator: Int32Array;
  private readonly shareFactor: Float64Array;
  private readonly nq: number;
  private readonly nv: number;

  /** [env][3] where each environment's origin stands. */
  private readonly origins: Float64Array;

  constructor(
    robot: RobotModel,
    worlds: Worlds,
    ids: Ids,
    state: SimulatorState,
    origins: Float64Array,
  ) {
    const { model } = worlds.nominal;
    const joints = robot.joints.flatMap((joint, index) =>
      joint.kind === "hinge" || joint.kind === "slide" ? [{ joint, index }] : [],
    );
    this.worlds = worlds;
    this.state = state;
    this.origins = origins;
    this.numBodies = robot.bodies.length;
    this.body = ids.body;
    this.root = ids.body.map((id) => model.body_rootid[id]);
    this.qpos = Int32Array.from(joints, ({ index }) => ids.qpos[index]);
    this.dof = Int32Array.from(joints, ({ index }) => ids.dof[index]);
    this.wraps = Uint8Array.from(joints, ({ joint }) =>
      joint.kind === "hinge" && joint.range === null ? 1 : 0,
    );
    const place = new Map(joints.map(({ index }, j) => [index, j]));
    const shares = robot.actuators.flatMap(({ transmission }, a) => {
      const parts =
        transmission.kind === "joint"
          ? [{ joint: transmission.joint, coefficient: 1 }]
          : transmission.kind === "tendon"
            ? robot.tendons[transmission.tendon].joints
            : [];
      return parts.map(({ joint, coefficient }) => ({
        joint: place.get(joint)!,
        actuator: ids.actuator[a],
        coefficient,
      }));
    });
    this.shareJoint = Int32Array.from(shares, (share) => share.joint);
    this.shareActuator = Int32Array.from(shares, (share) => share.actuator);
    this.shareFactor = Float64Array.from(shares, (share) => share.coefficient);
    this.nq = model.nq;
    this.nv = model.nv;
  }

  /** Whether the environment's motion has left the numbers. */
  isLost(heap: Float64Array, env: number): boolean {
    const { at } = this.worlds.all[env];
    for (let i = at.qpos; i < at.qpos + this.nq; i++) {
      if (!(Math.abs(heap[i]) < lostBeyond)) return true;
    }
    for (let i = at.qvel; i < at.qvel + this.nv; i++) {
      if (!(Math.abs(heap[i]) < lostBeyond)) return true;
    }
    return false;
  }

  /** Fills an environment's rows from a state whose kinematics are computed. */
  read(heap: Float64Array, env: number): void {
    this.readJoints(heap, env);
    this.readBodies(heap, env);
  }

  /** Shows an environment as what it is: lost, until a reset puts it back. */
  markLost(env: number): void {
    const { jointPosition, jointVelocity, bodyPose, bodyVelocity } = this.state;
    const joints = this.qpos.length;
    jointPosition.fill(Number.NaN, env * joints, (env + 1) * joints);
    jointVelocity.fill(Number.NaN, env * joints, (env + 1) * joints);
    bodyPose.fill(Number.NaN, 7 * env * this.numBodies, 7 * (env + 1) * this.numBodies);
    bodyVelocity.fill(Number.NaN, 6 * env * this.numBodies, 6 * (env + 1) * this.numBodies);
  }

  /** The actuators' effort of the engine step that was just made. */
  readEffort(heap: Float64Array, env: number): void {
    const { at } = this.worlds.all[env];
    const { jointEffort } = this.state;
    const joints = this.dof.length;
    jointEffort.fill(0, env * joints, (env + 1) * joints);
    for (let s = 0; s < this.shareJoint.length; s++) {
      const force = heap[at.actuator_force + this.shareActuator[s]];
      jointEffort[env * joints + this.shareJoint[s]] += force * this.shareFactor[s];
    }
  }

  private readJoints(heap: Float64Array, env: number): void {
    const { at } = this.worlds.all[env];
    const { jointPosition, jointVelocity } = this.state;
    const joints = this.qpos.length;
    for (let j = 0; j < joints; j++) {
      const q = heap[at.qpos + this.qpos[j]];
      jointPosition[env * joints + j] = this.wraps[j] === 1 ? wrapAngle(q) : q;
      jointVelocity[env * joints + j] = heap[at.qvel + this.dof[j]];
    }
  }

  /** `cvel` is angular, then linear at the centre of mass of the whole tree: v = v_c + ω × (x − c). */
  private readBodies(heap: Float64Array, env: number): void {
    const { at } = this.worlds.all[env];
    const { bodyPose, bodyVelocity } = this.state;
    const { origins } = this;
    for (let b = 0; b < this.numBodies; b++) {
      const id = this.body[b];
      const x = at.xpos + 3 * id;
      const q = at.xquat + 4 * id;
      const c = at.subtree_com + 3 * this.root[b];
      const v = at.cvel + 6 * id;
      const p = 7 * (env * this.numBodies + b);
      const o = 6 * (env * this.numBodies + b);
      const wx = heap[v];
      const wy = heap[v + 1];
      const wz = heap[v + 2];
      const rx = heap[x] - heap[c];
      const ry = heap[x + 1] - heap[c + 1];
      const rz = heap[x + 2] - heap[c + 2];
      bodyPose[p] = heap[x] - origins[3 * env];
      bodyPose[p + 1] = heap[x + 1] - origins[3 * env + 1];
      bodyPose[p + 2] = heap[x + 2] - origins[3 * env + 2];
      bodyPose[p + 3] = heap[q];
      bodyPose[p + 4] = heap[q + 1];
      bodyPose[p + 5] = heap[q + 2];
      bodyPose[p + 6] = heap[q + 3];
      bodyVelocity[o] = heap[v + 3] + wy * rz - wz * ry;
      bodyVelocity[o + 1] = heap[v + 4] + wz * rx - wx * rz;
      bodyVelocity[o + 2] = heap[v + 5] + wx * ry - wy * rx;
      bodyVelocity[o + 3] = wx;
      bodyVelocity[o + 4] = wy;
      bodyVelocity[o + 5] = wz;
    }
  }
}
