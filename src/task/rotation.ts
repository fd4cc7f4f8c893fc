/** Rotations of single rows of flat arrays; quaternions w x y z, no allocation. */

type FloatArray = Float32Array | Float64Array;

/**
 * Writes the vector (x, y, z), given in the world frame, as seen from the frame whose orientation
 * is the unit quaternion at `q`. Formula: v' = v + 2w (u × v) + 2 u × (u × v) with u = −(qx, qy, qz).
 */
export function worldToBody(
  quaternions: FloatArray,
  q: number,
  x: number,
  y: number,
  z: number,
  out: FloatArray,
  at: number,
): void {
  const w = quaternions[q];
  const ux = -quaternions[q + 1];
  const uy = -quaternions[q + 2];
  const uz = -quaternions[q + 3];
  const tx = 2 * (uy * z - uz * y);
  const ty = 2 * (uz * x - ux * z);
  const tz = 2 * (ux * y - uy * x);
  out[at] = x + w * tx + (uy * tz - uz * ty);
  out[at + 1] = y + w * ty + (uz * tx - ux * tz);
  out[at + 2] = z + w * tz + (ux * ty - uy * tx);
}

/** Turns the unit quaternion at `q` by `yaw` rad about the world's z axis: q ← yaw · q. */
export function rotateByYaw(quaternions: FloatArray, q: number, yaw: number): void {
  const c = Math.cos(yaw / 2);
  const s = Math.sin(yaw / 2);
  const w = quaternions[q];
  const x = quaternions[q + 1];
  const y = quaternions[q + 2];
  const z = quaternions[q + 3];
  quaternions[q] = c * w - s * z;
  quaternions[q + 1] = c * x - s * y;
  quaternions[q + 2] = c * y + s * x;
  quaternions[q + 3] = c * z + s * w;
}
