/** Rapier's bodies → the simulator's state arrays, through buffers made once. */
import type { World } from "@dimforge/rapier3d";
import { multiplyQuaternions, rotateVector, wrapAngle } from "../../core/quaternion.js";
import type { Articulation } from "../articulation.js";
import type { SimulatorState } from "../simulator.js";
import type { WorldHandles } from "./build-world.js";

export class StateReader {
  private readonly articulation: Articulation;
  private readonly handles: WorldHandles;
  private readonly state: SimulatorState;
  private readonly numBodies: number;
  /** [env][link][3] centre of mass in the link's frame, m. */
  private readonly centers: Float64Array;
  /** Of one environment: [link][7] position and w x y z, [link][6] velocity of the origin and angular. */
  readonly pose: Float64Array;
  readonly velocity: Float64Array;
  private readonly position = new Float32Array(3);
  private readonly orientation = new Float32Array(4);
  private readonly linear = new Float32Array(3);
  private readonly angular = new Float32Array(3);
  private readonly scratch = new Float64Array(9);

  constructor(
    articulation: Articulation,
    handles: WorldHandles,
    state: SimulatorState,
    centers: Float64Array,
  ) {
    this.articulation = articulation;
    this.handles = handles;
    this.state = state;
    this.numBodies = articulation.bodies.length;
    this.centers = centers;
    this.pose = new Float64Array(7 * articulation.links.length);
    this.velocity = new Float64Array(6 * articulation.links.length);
  }

  /** Fills an environment's rows. */
  read(world: World, env: number): void {
    this.readLinks(world, env);
    this.writeJoints(env);
    this.writeBodies(env);
  }

  private readLinks(world: World, env: number): void {
    const bodies = world.bodies.raw;
    const { pose, velocity, position, orientation, linear, angular, centers, scratch } = this;
    const { links, origins } = this.handles;
    const numLinks = this.articulation.links.length;
    for (let l = 0; l < numLinks; l++) {
      const at = env * numLinks + l;
      const handle = links[at];
      bodies.rbTranslation(handle, position);
      bodies.rbRotation(handle, orientation);
      bodies.rbLinvel(handle, linear);
      bodies.rbAngvel(handle, angular);
      const p = 7 * l;
      const v = 6 * l;
      pose[p] = position[0] - origins[3 * env];
      pose[p + 1] = position[1] - origins[3 * env + 1];
      pose[p + 2] = position[2] - origins[3 * env + 2];
      pose[p + 3] = orientation[3];
      pose[p + 4] = orientation[0];
      pose[p + 5] = orientation[1];
      pose[p + 6] = orientation[2];
      // Rapier gives the velocity of the centre of mass: v = v_c − ω × c.
      rotateVector(scratch, 0, pose, p + 3, centers, 3 * at);
      const wx = angular[0];
      const wy = angular[1];
      const wz = angular[2];
      velocity[v] = linear[0] - (wy * scratch[2] - wz * scratch[1]);
      velocity[v + 1] = linear[1] - (wz * scratch[0] - wx * scratch[2]);
      velocity[v + 2] = linear[2] - (wx * scratch[1] - wy * scratch[0]);
      velocity[v + 3] = wx;
      velocity[v + 4] = wy;
      velocity[v + 5] = wz;
    }
  }

  private writeJoints(env: number): void {
    const { joints, links } = this.articulation;
    const { pose, velocity, scratch, state } = this;
    for (let j = 0; j < joints.length; j++) {
      const joint = joints[j];
      const { axis } = joint;
      const at = env * joints.length + j;
      const p = 7 * joint.link;
      const v = 6 * joint.link;
      const parent = links[joint.link].parent;
      const pp = 7 * parent;
      const pv = 6 * parent;
      if (joint.slide) {
        // Along the parent's axis: how far the anchors are apart, and how fast.
        rotateVector(scratch, 0, pose, p + 3, joint.anchorInLink as number[], 0);
        const rx = pose[p] + scratch[0];
        const ry = pose[p + 1] + scratch[1];
        const rz = pose[p + 2] + scratch[2];
        let dx = rx;
        let dy = ry;
        let dz = rz;
        let vx = velocity[v] + velocity[v + 4] * scratch[2] - velocity[v + 5] * scratch[1];
        let vy = velocity[v + 1] + velocity[v + 5] * scratch[0] - velocity[v + 3] * scratch[2];
        let vz = velocity[v + 2] + velocity[v + 3] * scratch[1] - velocity[v + 4] * scratch[0];
        let ax = axis[0];
        let ay = axis[1];
        let az = axis[2];
        if (parent < 0) {
          dx -= joint.anchorInParent[0];
          dy -= joint.anchorInParent[1];
          dz -= joint.anchorInParent[2];
        } else {
          rotateVector(scratch, 0, pose, pp + 3, axis as number[], 0);
          rotateVector(scratch, 3, pose, pp + 3, joint.anchorInParent as number[], 0);
          ax = scratch[0];
          ay = scratch[1];
          az = scratch[2];
          dx -= pose[pp] + scratch[3];
          dy -= pose[pp + 1] + scratch[4];
          dz -= pose[pp + 2] + scratch[5];
          // The parent's speed at the same point.
          const ox = rx - pose[pp];
          const oy = ry - pose[pp + 1];
          const oz = rz - pose[pp + 2];
          vx -= velocity[pv] + velocity[pv + 4] * oz - velocity[pv + 5] * oy;
          vy -= velocity[pv + 1] + velocity[pv + 5] * ox - velocity[pv + 3] * oz;
          vz -= velocity[pv + 2] + velocity[pv + 3] * oy - velocity[pv + 4] * ox;
        }
        state.jointPosition[at] = dx * ax + dy * ay + dz * az + joint.reference;
        state.jointVelocity[at] = vx * ax + vy * ay + vz * az;
        continue;
      }
      let angle: number;
      let wx = velocity[v + 3];
      let wy = velocity[v + 4];
      let wz = velocity[v + 5];
      // The twist of conj(q_parent) q about the axis.
      if (parent < 0) {
        const along = pose[p + 4] * axis[0] + pose[p + 5] * axis[1] + pose[p + 6] * axis[2];
        angle = 2 * Math.atan2(along, pose[p + 3]);
        state.jointVelocity[at] = wx * axis[0] + wy * axis[1] + wz * axis[2];
      } else {
        const aw = pose[pp + 3];
        const ax = -pose[pp + 4];
        const ay = -pose[pp + 5];
        const az = -pose[pp + 6];
        const bw = pose[p + 3];
        const bx = pose[p + 4];
        const by = pose[p + 5];
        const bz = pose[p + 6];
        const along =
          (aw * bx + ax * bw + ay * bz - az * by) * axis[0] +
          (aw * by - ax * bz + ay * bw + az * bx) * axis[1] +
          (aw * bz + ax * by - ay * bx + az * bw) * axis[2];
        angle = 2 * Math.atan2(along, aw * bw - ax * bx - ay * by - az * bz);
        wx -= velocity[pv + 3];
        wy -= velocity[pv + 4];
        wz -= velocity[pv + 5];
        rotateVector(scratch, 0, pose, p + 3, axis as number[], 0);
        state.jointVelocity[at] = wx * scratch[0] + wy * scratch[1] + wz * scratch[2];
      }
      const wrapped = wrapAngle(angle) + joint.reference;
      state.jointPosition[at] = joint.model.range === null ? wrapAngle(wrapped) : wrapped;
    }
  }

  private writeBodies(env: number): void {
    const { pose, velocity, scratch, numBodies, state } = this;
    const { bodyPose, bodyVelocity } = state;
    const { links } = this.articulation;
    for (let l = 0; l < links.length; l++) {
      const p = 7 * l;
      const v = 6 * l;
      for (const { body, position, orientation } of links[l].members) {
        const bp = 7 * (env * numBodies + body);
        const bv = 6 * (env * numBodies + body);
        rotateVector(scratch, 0, pose, p + 3, position as number[], 0);
        multiplyQuaternions(bodyPose, bp + 3, pose, p + 3, orientation as number[], 0);
        const wx = velocity[v + 3];
        const wy = velocity[v + 4];
        const wz = velocity[v + 5];
        bodyPose[bp] = pose[p] + scratch[0];
        bodyPose[bp + 1] = pose[p + 1] + scratch[1];
        bodyPose[bp + 2] = pose[p + 2] + scratch[2];
        bodyVelocity[bv] = velocity[v] + wy * scratch[2] - wz * scratch[1];
        bodyVelocity[bv + 1] = velocity[v + 1] + wz * scratch[0] - wx * scratch[2];
        bodyVelocity[bv + 2] = velocity[v + 2] + wx * scratch[1] - wy * scratch[0];
        bodyVelocity[bv + 3] = wx;
        bodyVelocity[bv + 4] = wy;
        bodyVelocity[bv + 5] = wz;
      }
    }
  }
}
