/**
 * Rapier's bodies → the simulator's state arrays. Runs for every body at every step: tables are flat
 * typed arrays of one kind, made once, and the turning of vectors is written out.
 */
import type { World } from "@dimforge/rapier3d";
import { wrapAngle } from "../../core/quaternion.js";
import type { Articulation } from "../articulation.js";
import type { SimulatorState } from "../simulator.js";
import type { BodyReader } from "./body-reader.js";
import type { WorldHandles } from "./build-world.js";

export class StateReader {
  private readonly handles: WorldHandles;
  private readonly state: SimulatorState;
  private readonly numLinks: number;
  private readonly numBodies: number;
  private readonly joints: JointTable;
  private readonly members: MemberTable;
  /** [env][link][3] centre of mass in the link's frame, m. */
  private readonly centers: Float64Array;
  /** One environment's links: [link][7] position and w x y z, [link][6] velocity of the origin and angular. */
  private readonly pose: Float64Array;
  private readonly velocity: Float64Array;
  private readonly bodies: BodyReader;
  private readonly turned = new Float64Array(3);

  constructor(
    articulation: Articulation,
    handles: WorldHandles,
    state: SimulatorState,
    centers: Float64Array,
    bodies: BodyReader,
  ) {
    this.handles = handles;
    this.bodies = bodies;
    this.state = state;
    this.numLinks = articulation.links.length;
    this.numBodies = articulation.bodies.length;
    this.joints = jointTable(articulation);
    this.members = memberTable(articulation);
    this.centers = centers;
    this.pose = new Float64Array(7 * this.numLinks);
    this.velocity = new Float64Array(6 * this.numLinks);
  }

  /** Fills the rows of environments `first` to `end` − 1. */
  read(world: World, first: number, end: number): void {
    this.bodies.open(world);
    for (let env = first; env < end; env++) {
      this.readLinks(env);
      this.markLost(world, env);
      this.writeJoints(env);
      this.writeBodies(env);
    }
  }

  /**
   * Rapier takes a body out of the world where its motion leaves the finite numbers, and then shows
   * it at rest. Here it shows as what it is, until a reset puts it back.
   */
  private markLost(world: World, env: number): void {
    const { velocity, numLinks } = this;
    for (let l = 0; l < numLinks; l++) {
      let moving = 6 * l;
      while (moving < 6 * l + 6 && velocity[moving] === 0) moving++;
      if (moving < 6 * l + 6) continue;
      if (!world.bodies.raw.rbIsEnabled(this.handles.links[env * numLinks + l])) {
        velocity.fill(Number.NaN, 6 * l, 6 * l + 6);
      }
    }
  }

  private readLinks(env: number): void {
    const { pose, velocity, centers, numLinks, bodies } = this;
    const { origins } = this.handles;
    const { numbers } = bodies;
    for (let l = 0; l < numLinks; l++) {
      const at = env * numLinks + l;
      bodies.look(at);
      const { rotation, translation, linvel, angvel } = bodies;
      const p = 7 * l;
      const v = 6 * l;
      const x = numbers[rotation];
      const y = numbers[rotation + 1];
      const z = numbers[rotation + 2];
      const w = numbers[rotation + 3];
      pose[p] = numbers[translation] - origins[3 * env];
      pose[p + 1] = numbers[translation + 1] - origins[3 * env + 1];
      pose[p + 2] = numbers[translation + 2] - origins[3 * env + 2];
      pose[p + 3] = w;
      pose[p + 4] = x;
      pose[p + 5] = y;
      pose[p + 6] = z;
      // c, the centre of mass turned into the world.
      const cx = centers[3 * at];
      const cy = centers[3 * at + 1];
      const cz = centers[3 * at + 2];
      const tx = 2 * (y * cz - z * cy);
      const ty = 2 * (z * cx - x * cz);
      const tz = 2 * (x * cy - y * cx);
      const rx = cx + w * tx + y * tz - z * ty;
      const ry = cy + w * ty + z * tx - x * tz;
      const rz = cz + w * tz + x * ty - y * tx;
      // Rapier gives the velocity of the centre of mass: v = v_c − ω × c.
      const wx = numbers[angvel];
      const wy = numbers[angvel + 1];
      const wz = numbers[angvel + 2];
      velocity[v] = numbers[linvel] - wy * rz + wz * ry;
      velocity[v + 1] = numbers[linvel + 1] - wz * rx + wx * rz;
      velocity[v + 2] = numbers[linvel + 2] - wx * ry + wy * rx;
      velocity[v + 3] = wx;
      velocity[v + 4] = wy;
      velocity[v + 5] = wz;
    }
  }

  private writeJoints(env: number): void {
    const { count, slide } = this.joints;
    for (let j = 0; j < count; j++) {
      if (slide[j] === 1) this.writeSlide(env, j);
      else this.writeHinge(env, j);
    }
  }

  /** The twist of conj(q_parent) q about the axis, and the difference of angular velocities along it. */
  private writeHinge(env: number, j: number): void {
    const { pose, velocity, joints, state, turned } = this;
    const { link, parent, axis, reference, unlimited, count } = joints;
    const at = env * count + j;
    const p = 7 * link[j];
    const v = 6 * link[j];
    const bw = pose[p + 3];
    const bx = pose[p + 4];
    const by = pose[p + 5];
    const bz = pose[p + 6];
    const ux = axis[3 * j];
    const uy = axis[3 * j + 1];
    const uz = axis[3 * j + 2];
    let along: number;
    let rest: number;
    if (parent[j] < 0) {
      along = bx * ux + by * uy + bz * uz;
      rest = bw;
      state.jointVelocity[at] = velocity[v + 3] * ux + velocity[v + 4] * uy + velocity[v + 5] * uz;
    } else {
      const pp = 7 * parent[j];
      const pv = 6 * parent[j];
      const aw = pose[pp + 3];
      const ax = pose[pp + 4];
      const ay = pose[pp + 5];
      const az = pose[pp + 6];
      along =
        (aw * bx - ax * bw - ay * bz + az * by) * ux +
        (aw * by + ax * bz - ay * bw - az * bx) * uy +
        (aw * bz - ax * by + ay * bx - az * bw) * uz;
      rest = aw * bw + ax * bx + ay * by + az * bz;
      turn(turned, pose, p + 3, ux, uy, uz);
      state.jointVelocity[at] =
        (velocity[v + 3] - velocity[pv + 3]) * turned[0] +
        (velocity[v + 4] - velocity[pv + 4]) * turned[1] +
        (velocity[v + 5] - velocity[pv + 5]) * turned[2];
    }
    const value = wrapAngle(2 * Math.atan2(along, rest)) + reference[j];
    state.jointPosition[at] = unlimited[j] === 1 ? wrapAngle(value) : value;
  }

  /** How far the anchors are apart along the parent's axis, and how fast. */
  private writeSlide(env: number, j: number): void {
    const { pose, velocity, joints, state, turned } = this;
    const { link, parent, axis, anchorInParent, anchorInLink, reference, count } = joints;
    const at = env * count + j;
    const p = 7 * link[j];
    const v = 6 * link[j];
    turn(
      turned,
      pose,
      p + 3,
      anchorInLink[3 * j],
      anchorInLink[3 * j + 1],
      anchorInLink[3 * j + 2],
    );
    const rx = turned[0];
    const ry = turned[1];
    const rz = turned[2];
    let vx = velocity[v] + velocity[v + 4] * rz - velocity[v + 5] * ry;
    let vy = velocity[v + 1] + velocity[v + 5] * rx - velocity[v + 3] * rz;
    let vz = velocity[v + 2] + velocity[v + 3] * ry - velocity[v + 4] * rx;
    let dx = pose[p] + rx;
    let dy = pose[p + 1] + ry;
    let dz = pose[p + 2] + rz;
    let ux = axis[3 * j];
    let uy = axis[3 * j + 1];
    let uz = axis[3 * j + 2];
    const hx = anchorInParent[3 * j];
    const hy = anchorInParent[3 * j + 1];
    const hz = anchorInParent[3 * j + 2];
    if (parent[j] < 0) {
      dx -= hx;
      dy -= hy;
      dz -= hz;
    } else {
      const pp = 7 * parent[j];
      const pv = 6 * parent[j];
      dx -= pose[pp];
      dy -= pose[pp + 1];
      dz -= pose[pp + 2];
      // The parent's velocity at the same point.
      vx -= velocity[pv] + velocity[pv + 4] * dz - velocity[pv + 5] * dy;
      vy -= velocity[pv + 1] + velocity[pv + 5] * dx - velocity[pv + 3] * dz;
      vz -= velocity[pv + 2] + velocity[pv + 3] * dy - velocity[pv + 4] * dx;
      turn(turned, pose, pp + 3, hx, hy, hz);
      dx -= turned[0];
      dy -= turned[1];
      dz -= turned[2];
      turn(turned, pose, pp + 3, ux, uy, uz);
      ux = turned[0];
      uy = turned[1];
      uz = turned[2];
    }
    state.jointPosition[at] = dx * ux + dy * uy + dz * uz + reference[j];
    state.jointVelocity[at] = vx * ux + vy * uy + vz * uz;
  }

  private writeBodies(env: number): void {
    const { pose, velocity, turned, numBodies, members } = this;
    const { bodyPose, bodyVelocity } = this.state;
    const { count, link, body, atOrigin, place } = members;
    for (let m = 0; m < count; m++) {
      const p = 7 * link[m];
      const v = 6 * link[m];
      const bp = 7 * (env * numBodies + body[m]);
      const bv = 6 * (env * numBodies + body[m]);
      for (let k = 0; k < 7; k++) bodyPose[bp + k] = pose[p + k];
      for (let k = 0; k < 6; k++) bodyVelocity[bv + k] = velocity[v + k];
      if (atOrigin[m] === 1) continue;
      const c = 7 * m;
      turn(turned, pose, p + 3, place[c], place[c + 1], place[c + 2]);
      bodyPose[bp] = pose[p] + turned[0];
      bodyPose[bp + 1] = pose[p + 1] + turned[1];
      bodyPose[bp + 2] = pose[p + 2] + turned[2];
      const aw = pose[p + 3];
      const ax = pose[p + 4];
      const ay = pose[p + 5];
      const az = pose[p + 6];
      const bw = place[c + 3];
      const bx = place[c + 4];
      const by = place[c + 5];
      const bz = place[c + 6];
      bodyPose[bp + 3] = aw * bw - ax * bx - ay * by - az * bz;
      bodyPose[bp + 4] = aw * bx + ax * bw + ay * bz - az * by;
      bodyPose[bp + 5] = aw * by - ax * bz + ay * bw + az * bx;
      bodyPose[bp + 6] = aw * bz + ax * by - ay * bx + az * bw;
      const wx = velocity[v + 3];
      const wy = velocity[v + 4];
      const wz = velocity[v + 5];
      bodyVelocity[bv] = velocity[v] + wy * turned[2] - wz * turned[1];
      bodyVelocity[bv + 1] = velocity[v + 1] + wz * turned[0] - wx * turned[2];
      bodyVelocity[bv + 2] = velocity[v + 2] + wx * turned[1] - wy * turned[0];
    }
  }
}

interface JointTable {
  readonly count: number;
  readonly link: Int32Array;
  readonly parent: Int32Array;
  readonly slide: Uint8Array;
  readonly unlimited: Uint8Array;
  readonly reference: Float64Array;
  /** [joint][3]. */
  readonly axis: Float64Array;
  readonly anchorInParent: Float64Array;
  readonly anchorInLink: Float64Array;
}

function jointTable({ joints, links }: Articulation): JointTable {
  return {
    count: joints.length,
    link: Int32Array.from(joints, (joint) => joint.link),
    parent: Int32Array.from(joints, (joint) => links[joint.link].parent),
    slide: Uint8Array.from(joints, (joint) => (joint.slide ? 1 : 0)),
    unlimited: Uint8Array.from(joints, (joint) => (joint.model.range === null ? 1 : 0)),
    reference: Float64Array.from(joints, (joint) => joint.reference),
    axis: Float64Array.from(joints.flatMap((joint) => joint.axis)),
    anchorInParent: Float64Array.from(joints.flatMap((joint) => joint.anchorInParent)),
    anchorInLink: Float64Array.from(joints.flatMap((joint) => joint.anchorInLink)),
  };
}

/** Bodies by link. */
interface MemberTable {
  readonly count: number;
  readonly link: Int32Array;
  readonly body: Int32Array;
  /** 1 where the body's frame is the link's. */
  readonly atOrigin: Uint8Array;
  /** [member][7] pose in the link's frame. */
  readonly place: Float64Array;
}

function memberTable({ links }: Articulation): MemberTable {
  const all = links.flatMap((link, l) => link.members.map((member) => ({ ...member, link: l })));
  const place = Float64Array.from(all.flatMap((m) => [...m.position, ...m.orientation]));
  const atOrigin = Uint8Array.from(all, (_, m) => {
    const own = place.subarray(7 * m, 7 * m + 7);
    return own.every((value, k) => value === (k === 3 ? 1 : 0)) ? 1 : 0;
  });
  return {
    count: all.length,
    link: Int32Array.from(all, (m) => m.link),
    body: Int32Array.from(all, (m) => m.body),
    atOrigin,
    place,
  };
}

/** out = (vx, vy, vz) turned by the quaternion w x y z at q[i]. */
function turn(
  out: Float64Array,
  q: Float64Array,
  i: number,
  vx: number,
  vy: number,
  vz: number,
): void {
  const w = q[i];
  const x = q[i + 1];
  const y = q[i + 2];
  const z = q[i + 3];
  const tx = 2 * (y * vz - z * vy);
  const ty = 2 * (z * vx - x * vz);
  const tz = 2 * (x * vy - y * vx);
  out[0] = vx + w * tx + y * tz - z * ty;
  out[1] = vy + w * ty + z * tx - x * tz;
  out[2] = vz + w * tz + x * ty - y * tx;
}
