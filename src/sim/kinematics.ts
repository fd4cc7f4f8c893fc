/** Joint coordinates → link poses and velocities, without allocation. */
import { multiplyQuaternions, quaternionFromAxisAngle, rotateVector } from "../core/quaternion.js";
import type { Articulation } from "./articulation.js";
import type { ResetState } from "./simulator.js";

/** World pose [link][7] (position, w x y z) and velocity [link][6] (of the link's origin, angular). */
export interface LinkStates {
  readonly pose: Float64Array;
  readonly velocity: Float64Array;
  /** Of one joint: parent position 0, its orientation 3, axis 7, anchor from the parent 10, from the link 13. */
  readonly scratch: Float64Array;
}

export function linkStates(numLinks: number): LinkStates {
  return {
    pose: new Float64Array(7 * numLinks),
    velocity: new Float64Array(6 * numLinks),
    scratch: new Float64Array(16),
  };
}

/** Poses and velocities of all links for joint coordinates and the poses of free bodies, in the environment's frame. */
export function forwardKinematics(
  articulation: Articulation,
  state: ResetState,
  out: LinkStates,
): void {
  const { links, joints } = articulation;
  const { pose, velocity, scratch } = out;
  for (let l = 0; l < links.length; l++) {
    const { parent, joint, free, members } = links[l];
    const p = 7 * l;
    const v = 6 * l;
    if (joint < 0) {
      for (let k = 0; k < 3; k++) pose[p + k] = state.freePose[7 * free + k];
      // The link is turned from its body by that body's orientation in the file.
      const { orientation } = members[0];
      scratch[0] = orientation[0];
      for (let k = 1; k < 4; k++) scratch[k] = -orientation[k];
      multiplyQuaternions(pose, p + 3, state.freePose, 7 * free + 3, scratch, 0);
      for (let k = 0; k < 6; k++) velocity[v + k] = state.freeVelocity[6 * free + k];
      continue;
    }
    const { axis, anchorInParent, anchorInLink, reference, slide } = joints[joint];
    const moved = state.jointPosition[joint] - reference;
    const speed = state.jointVelocity[joint];
    for (let k = 0; k < 7; k++) scratch[k] = parent < 0 ? (k === 3 ? 1 : 0) : pose[7 * parent + k];
    rotateVector(scratch, 7, scratch, 3, axis, 0);
    rotateVector(scratch, 10, scratch, 3, anchorInParent, 0);
    if (slide) {
      for (let k = 0; k < 4; k++) pose[p + 3 + k] = scratch[3 + k];
      for (let k = 0; k < 3; k++) scratch[10 + k] += scratch[7 + k] * moved;
    } else {
      quaternionFromAxisAngle(pose, p + 3, axis, 0, moved);
      multiplyQuaternions(pose, p + 3, scratch, 3, pose, p + 3);
    }
    rotateVector(scratch, 13, pose, p + 3, anchorInLink, 0);
    for (let k = 0; k < 3; k++) {
      pose[p + k] = scratch[k] + scratch[10 + k] - scratch[13 + k];
      velocity[v + k] = parent < 0 ? 0 : velocity[6 * parent + k];
      velocity[v + 3 + k] = parent < 0 ? 0 : velocity[6 * parent + 3 + k];
    }
    addCross(velocity, v, velocity, v + 3, scratch, 10, 1);
    for (let k = 0; k < 3; k++) velocity[v + (slide ? 0 : 3) + k] += scratch[7 + k] * speed;
    addCross(velocity, v, velocity, v + 3, scratch, 13, -1);
  }
}

/** out += sign · a × b. */
function addCross(
  out: Float64Array,
  o: number,
  a: Float64Array,
  ai: number,
  b: Float64Array,
  bi: number,
  sign: number,
): void {
  out[o] += sign * (a[ai + 1] * b[bi + 2] - a[ai + 2] * b[bi + 1]);
  out[o + 1] += sign * (a[ai + 2] * b[bi] - a[ai] * b[bi + 2]);
  out[o + 2] += sign * (a[ai] * b[bi + 1] - a[ai + 1] * b[bi]);
}
