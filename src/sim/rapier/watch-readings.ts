/**
 * What Rapier tells about its own honesty. Impulse joints drift, contacts sink and soft constraints
 * give energy back: none of it shows in the state that a policy is trained on.
 */
import type { World } from "@dimforge/rapier3d";
import { rotateVector, unrotateVector } from "../../core/quaternion.js";
import type { RobotModel } from "../../robot/model.js";
import type { Articulation, Pose, Vector3 } from "../articulation.js";
import { defaultPose } from "../default-pose.js";
import { numParameters, parameterIndex } from "../env-parameters.js";
import type { SimulatorState, SimulatorWatch } from "../simulator.js";
import type { BodyReader } from "./body-reader.js";
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
  readonly bodies: BodyReader;
  /** The world as it is now: loading a snapshot replaces it. */
  readonly world: () => World;
}

export class RapierWatch implements SimulatorWatch {
  private readonly tables: RapierWatchTables;
  /** One environment's links: [link][7] position and w x y z. */
  private readonly pose: Float64Array;
  /** [robot joint] values that added springs pull to. */
  private readonly springPose: readonly number[];
  /** w x y z. */
  private readonly orientation = new Float64Array(4);
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
    const { articulation, handles, masses, parameters, robot, state, bodies } = this.tables;
    const { inertias, centers, weights } = masses;
    const { origins } = handles;
    const { orientation, own } = this;
    bodies.open(this.tables.world());
    const { numbers } = bodies;
    const p = env * numParameters;
    const scale = parameters[p + parameterIndex.gravityScale];
    const gx = robot.gravity[0] * scale + parameters[p + parameterIndex["gravityOffset.x"]];
    const gy = robot.gravity[1] * scale + parameters[p + parameterIndex["gravityOffset.y"]];
    const gz = robot.gravity[2] * scale + parameters[p + parameterIndex["gravityOffset.z"]];
    const numLinks = articulation.links.length;
    let energy = 0;
    for (let l = 0; l < numLinks; l++) {
      const at = env * numLinks + l;
      bodies.look(at);
      const { rotation, translation, linvel } = bodies;
      orientation[0] = numbers[rotation + 3];
      for (let k = 0; k < 3; k++) orientation[k + 1] = numbers[rotation + k];
      const m = inertias[7 * at];
      energy +=
        0.5 * m * (numbers[linvel] ** 2 + numbers[linvel + 1] ** 2 + numbers[linvel + 2] ** 2);
      unrotateVector(own, 0, orientation, 0, numbers, bodies.angvel);
      const a = own[0];
      const b = own[1];
      const c = own[2];
      const i = 7 * at + 1;
      energy +=
        0.5 * (inertias[i] * a * a + inertias[i + 1] * b * b + inertias[i + 2] * c * c) +
        inertias[i + 3] * a * b +
        inertias[i + 4] * a * c +
        inertias[i + 5] * b * c;
      rotateVector(own, 0, orientation, 0, centers, 3 * at);
      energy -=
        m *
        weights[at] *
        (gx * (numbers[translation] - origins[3 * env] + own[0]) +
          gy * (numbers[translation + 1] - origins[3 * env + 1] + own[1]) +
          gz * (numbers[translation + 2] - origins[3 * env + 2] + own[2]));
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
        else rotateVector(other, 0, pose, p + 3, axis, 0);
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
    const { articulation, bodies } = this.tables;
    const { pose } = this;
    bodies.open(this.tables.world());
    const { numbers } = bodies;
    const numLinks = articulation.links.length;
    for (let l = 0; l < numLinks; l++) {
      bodies.look(env * numLinks + l);
      const { rotation, translation } = bodies;
      const p = 7 * l;
      for (let k = 0; k < 3; k++) {
        pose[p + k] = numbers[translation + k];
        pose[p + 4 + k] = numbers[rotation + k];
      }
      pose[p + 3] = numbers[rotation + 3];
    }
  }
}

/** out = where a point given in the frame of pose[p..] is in the world. */
function anchor(out: Float64Array, pose: Float64Array, p: number, at: Vector3): void {
  rotateVector(out, 0, pose, p + 3, at, 0);
  for (let k = 0; k < 3; k++) out[k] += pose[p + k];
}
