/**
 * Quaternions w x y z and the vectors they turn, as flat numbers at an offset: nothing is allocated.
 * `out` may be an input.
 */
export type NumberArray = Float32Array | Float64Array | number[];

/** out = a b: turns by b, then by a. */
export function multiplyQuaternions(
  out: NumberArray,
  o: number,
  a: NumberArray,
  ai: number,
  b: NumberArray,
  bi: number,
): void {
  const aw = a[ai];
  const ax = a[ai + 1];
  const ay = a[ai + 2];
  const az = a[ai + 3];
  const bw = b[bi];
  const bx = b[bi + 1];
  const by = b[bi + 2];
  const bz = b[bi + 3];
  out[o] = aw * bw - ax * bx - ay * by - az * bz;
  out[o + 1] = aw * bx + ax * bw + ay * bz - az * by;
  out[o + 2] = aw * by - ax * bz + ay * bw + az * bx;
  out[o + 3] = aw * bz + ax * by - ay * bx + az * bw;
}

/**
 * out = v turned by q: from q's frame into the frame q is given in. With u the vector part,
 * v + 2 w (u × v) + 2 u × (u × v).
 */
export function rotateVector(
  out: NumberArray,
  o: number,
  q: NumberArray,
  qi: number,
  v: NumberArray,
  vi: number,
): void {
  const w = q[qi];
  const x = q[qi + 1];
  const y = q[qi + 2];
  const z = q[qi + 3];
  const vx = v[vi];
  const vy = v[vi + 1];
  const vz = v[vi + 2];
  const tx = 2 * (y * vz - z * vy);
  const ty = 2 * (z * vx - x * vz);
  const tz = 2 * (x * vy - y * vx);
  out[o] = vx + w * tx + y * tz - z * ty;
  out[o + 1] = vy + w * ty + z * tx - x * tz;
  out[o + 2] = vz + w * tz + x * ty - y * tx;
}

/**
 * out = v turned by the inverse of q: from the frame q is given in into q's frame. Written out beside
 * rotateVector, because V8 may box numbers handed to a shared inner function.
 */
export function unrotateVector(
  out: NumberArray,
  o: number,
  q: NumberArray,
  qi: number,
  v: NumberArray,
  vi: number,
): void {
  const w = q[qi];
  const x = q[qi + 1];
  const y = q[qi + 2];
  const z = q[qi + 3];
  const vx = v[vi];
  const vy = v[vi + 1];
  const vz = v[vi + 2];
  const tx = 2 * (z * vy - y * vz);
  const ty = 2 * (x * vz - z * vx);
  const tz = 2 * (y * vx - x * vy);
  out[o] = vx + w * tx - y * tz + z * ty;
  out[o + 1] = vy + w * ty - z * tx + x * tz;
  out[o + 2] = vz + w * tz - x * ty + y * tx;
}

/** out = the turn by `angle` (rad) about a unit axis. */
export function quaternionFromAxisAngle(
  out: NumberArray,
  o: number,
  axis: NumberArray,
  ai: number,
  angle: number,
): void {
  const s = Math.sin(angle / 2);
  out[o] = Math.cos(angle / 2);
  out[o + 1] = axis[ai] * s;
  out[o + 2] = axis[ai + 1] * s;
  out[o + 3] = axis[ai + 2] * s;
}

/** An angle's equal in (−π, π]. */
export function wrapAngle(angle: number): number {
  const turns = Math.ceil((angle - Math.PI) / (2 * Math.PI));
  return angle - turns * 2 * Math.PI;
}
