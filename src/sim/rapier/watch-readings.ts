/**
 * What Rapier tells about its own honesty. Impulse joints drift, contacts sink and soft constraints
 * give energy back: none of it shows in the state that a policy is trained on.
 */
import type { World } from "@dimforge/rapier3d";
import type { RobotModel } from "../../robot/model.js";
import type { Articulation, Pose } from "../articulation.js";
import { defaultPose } from "../default-pose.js";
import { numParameters, parameterIndex } from "../env-parameters.js";
import type { SimulatorState, SimulatorWatch } from "../simulator.js";
import type { WorldHandles } from "./build-world.js";
import type { LinkMasses } from "./link-masses.js";
import { PenetrationReader } from "./penetration.js";

export interface RapierWatchTables {
  readonly robot: RobotModel;
  readonly articulation: Articulation;
  readonly handles: WorldHandles;
  readonly masses: LinkMasses;
  /** [env][parameter]. */
  readonly parameters: Float64Array;
  readonly state: SimulatorState;
  /** The world as it is now: loading a snapshot replaces it. */
  readonly world: () => World;
}

export class RapierWatch implements SimulatorWatch {
  private readonly tables: RapierWatchTables;
  /** One environment's links: [link][7] position and w x y z. */
  private readonly pose: Float64Array;
  /** [robot joint] values that added springs pull to. */
  private readonly springPose: readonly number[];
  private readonly position = new Float32Array(3);
  private readonly orientation = new Float32Array(4);
  private readonly linear = new Float32Array(3);
  private readonly angular = new Float32Array(3);
  private readonly own = new Float64Array(3);
  private readonly other = new Float64Array(3);
  private readonly penetration: PenetrationReader;

  constructor(tables: RapierWatchTables) {
    this.tables = tables;
    this.springPose = defaultPose(tables.robot);
    this.penetration = new PenetrationReader(tables.handles);
    this.pose = new Float64Array(7 * tables.articulation.links.length);
  }

  /**
   * Σ ½ m v² + ½ ωᵀ I ω − m g · c over links, and ½ k (q − q₀)² over springs. Rotor inertia is part
   * of the link's, as it is in the engine.
   */
  energyJoules(env: number): number {
    const { articulation, handles, masses, parameters, robot, state } = this.tables;
    const { linear, angular, position, orientation, own } = this;
    const bodies = this.tables.world().bodies.raw;
    const p = env * numParameters;
    const scale = parameters[p + parameterIndex.gravityScale];
    const gx = robot.gravity[0] * scale + parameters[p + parameterIndex["gravityOffset.x"]];
    const gy = robot.gravity[1] * scale + parameters[p + parameterIndex["gravityOffset.y"]];
    const gz = robot.gravity[2] * scale + parameters[p + parameterIndex["gravityOffset.z"]];
    const numLinks = articulation.links.length;
    let energy = 0;
    for (let l = 0; l < numLinks; l++) {
      const at = env * numLinks + l;
      const handle = handles.links[at];
      bodies.rbTranslation(handle, position);
      bodies.rbRotation(handle, orientation);
      bodies.rbLinvel(handle, linear);
      bodies.rbAngvel(handle, angular);
      const w = orientation[3];
      const x = orientation[0];
      const y = orientation[1];
      const z = orientation[2];
      const m = masses.inertias[7 * at];
      energy += 0.5 * m * (linear[0] ** 2 + linear[1] ** 2 + linear[2] ** 2);
      turn(own, -w, x, y, z, angular[0], angular[1], angular[2]);
      const [a, b, c] = own;
      const i = 7 * at + 1;
      const { inertias, centers } = masses;
      energy +=
        0.5 * (inertias[i] * a * a + inertias[i + 1] * b * b + inertias[i + 2] * c * c) +
        inertias[i + 3] * a * b +
        inertias[i + 4] * a * c +
        inertias[i + 5] * b * c;
      turn(own, w, x, y, z, centers[3 * at], centers[3 * at + 1], centers[3 * at + 2]);
      const { origins } = handles;
      energy -=
        m *
        masses.weights[at] *
        (gx * (position[0] - origins[3 * env] + own[0]) +
          gy * (position[1] - origins[3 * env + 1] + own[1]) +
          gz * (position[2] - origins[3 * env + 2] + own[2]));
    }
    const { joints } = articulation;
    const spring = parameters[p + parameterIndex.jointStiffness];
    for (let j = 0; j < joints.length; j++) {
      const { stiffness, springReference, armature } = joints[j].model;
      const at = env * joints.length + j;
      // A slide's rotor is carried by its drive, not by the link.
      if (joints[j].slide && armature > 0) {
        const factor = parameters[env * numParameters + parameterIndex.armatureFactor];
        energy += 0.5 * armature * factor * state.jointVelocity[at] ** 2;
      }
      if (stiffness !== 0) {
        const stretch = state.jointPosition[at] - springReference;
        energy += 0.5 * stiffness * stretch * stretch;
      }
      if (spring !== 0) {
        const stretch = state.jointPosition[at] - this.springPose[joints[j].index];
        energy += 0.5 * spring * stretch * stretch;
      }
    }
    return energy;
  }

  /** How far the two anchors of a joint are apart: for a slide, across its axis. */
  anchorErrorMeters(env: number): number {
    const { articulation, handles } = this.tables;
    const { joints, links } = articulation;
    const { pose, own, other } = this;
    this.readPoses(env);
    let worst = 0;
    for (let j = 0; j < joints.length; j++) {
      const { link, anchorInLink, anchorInParent, slide, axis } = joints[j];
      const { parent } = links[link];
      anchor(own, pose, 7 * link, anchorInLink);
      if (parent < 0) {
        for (let k = 0; k < 3; k++) other[k] = anchorInParent[k] + handles.origins[3 * env + k];
      } else anchor(other, pose, 7 * parent, anchorInParent);
      const dx = own[0] - other[0];
      const dy = own[1] - other[1];
      const dz = own[2] - other[2];
      let squared = dx * dx + dy * dy + dz * dz;
      if (slide) {
        const p = 7 * parent;
        if (parent < 0) other.set(axis);
        else turn(other, pose[p + 3], pose[p + 4], pose[p + 5], pose[p + 6], ...axis);
        squared -= (dx * other[0] + dy * other[1] + dz * other[2]) ** 2;
      }
      if (squared > worst) worst = squared;
    }
    for (const { link1, link2, frame1, frame2 } of articulation.loops) {
      this.endOfLoop(own, env, link1, frame1);
      this.endOfLoop(other, env, link2, frame2);
      const squared =
        (own[0] - other[0]) ** 2 + (own[1] - other[1]) ** 2 + (own[2] - other[2]) ** 2;
      if (squared > worst) worst = squared;
    }
    return Math.sqrt(worst);
  }

  private endOfLoop(out: Float64Array, env: number, link: number, { position }: Pose): void {
    const { origins } = this.tables.handles;
    if (link >= 0) anchor(out, this.pose, 7 * link, position);
    else for (let k = 0; k < 3; k++) out[k] = position[k] + origins[3 * env + k];
  }

  penetrationMeters(env: number): number {
    return this.penetration.deepestOf(this.tables.world(), env);
  }

  private readPoses(env: number): void {
    const { articulation, handles } = this.tables;
    const { pose, position, orientation } = this;
    const bodies = this.tables.world().bodies.raw;
    const numLinks = articulation.links.length;
    for (let l = 0; l < numLinks; l++) {
      const handle = handles.links[env * numLinks + l];
      bodies.rbTranslation(handle, position);
      bodies.rbRotation(handle, orientation);
      const p = 7 * l;
      for (let k = 0; k < 3; k++) {
        pose[p + k] = position[k];
        pose[p + 4 + k] = orientation[k];
      }
      pose[p + 3] = orientation[3];
    }
  }
}

/** out = where a point given in the frame of pose[p..] is in the world. */
function anchor(
  out: Float64Array,
  pose: Float64Array,
  p: number,
  at: readonly [number, number, number],
): void {
  turn(out, pose[p + 3], pose[p + 4], pose[p + 5], pose[p + 6], at[0], at[1], at[2]);
  for (let k = 0; k < 3; k++) out[k] += pose[p + k];
}

/** out = (vx, vy, vz) turned by w x y z; with −w, turned back. */
function turn(
  out: Float64Array,
  w: number,
  x: number,
  y: number,
  z: number,
  vx: number,
  vy: number,
  vz: number,
): void {
  const tx = 2 * (y * vz - z * vy);
  const ty = 2 * (z * vx - x * vz);
  const tz = 2 * (x * vy - y * vx);
  out[0] = vx + w * tx + y * tz - z * ty;
  out[1] = vy + w * ty + z * tx - x * tz;
  out[2] = vz + w * tz + x * ty - y * tx;
}
