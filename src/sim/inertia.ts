/** Mass, centre and inertia tensor of rigid parts, their sums, and their principal form. */
import { type Quaternion, turned, type Vector3 } from "./articulation.js";

/** Symmetric 3×3 as xx yy zz xy xz yz. */
export type Tensor = [number, number, number, number, number, number];

/** In the link's frame; inertia about the centre of mass. */
export interface MassProperties {
  readonly massKg: number;
  readonly center: Vector3;
  readonly inertia: Tensor;
}

/** Parts as one rigid body. */
export function combined(parts: readonly MassProperties[]): MassProperties {
  const massKg = parts.reduce((total, part) => total + part.massKg, 0);
  if (parts.length === 1 || massKg === 0) return { ...parts[0], massKg };
  const center: Vector3 = [0, 0, 0];
  for (const part of parts) {
    for (let k = 0; k < 3; k++) center[k] += (part.massKg * part.center[k]) / massKg;
  }
  let inertia: Tensor = [0, 0, 0, 0, 0, 0];
  for (const part of parts) {
    const from = part.center.map((value, k) => value - center[k]) as Vector3;
    inertia = addTensors(inertia, shifted(part.inertia, from, part.massKg));
  }
  return { massKg, center, inertia };
}

/** A tensor and that of a point mass m at `by` (parallel axes). */
export function shifted(tensor: Tensor, [x, y, z]: Vector3, m: number): Tensor {
  const point: Tensor = [
    m * (y * y + z * z),
    m * (x * x + z * z),
    m * (x * x + y * y),
    -m * x * y,
    -m * x * z,
    -m * y * z,
  ];
  return addTensors(tensor, point);
}

/** Principal moments given in the frame `a`, itself given in `b`, as a tensor. */
export function rotated(moments: Vector3, a: Quaternion, b: Quaternion): Tensor {
  let tensor: Tensor = [0, 0, 0, 0, 0, 0];
  for (let k = 0; k < 3; k++) {
    const unit: Vector3 = [k === 0 ? 1 : 0, k === 1 ? 1 : 0, k === 2 ? 1 : 0];
    tensor = addTensors(tensor, outer(turned(b, turned(a, unit)), moments[k]));
  }
  return tensor;
}

/** The tensor of a moment about one axis alone. */
export function outer([x, y, z]: Vector3, by: number): Tensor {
  return [by * x * x, by * y * y, by * z * z, by * x * y, by * x * z, by * y * z];
}

export function addTensors(a: Tensor, b: Tensor): Tensor {
  return [a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3], a[4] + b[4], a[5] + b[5]];
}

export function scaledVector([x, y, z]: Vector3, by: number): Vector3 {
  return [x * by, y * by, z * by];
}

/** Moments and the frame they are along, by Jacobi rotations (Golub and Van Loan, §8.5). */
export function principal(tensor: Tensor): { moments: Vector3; frame: Quaternion } {
  const [xx, yy, zz, xy, xz, yz] = tensor;
  const a = [
    [xx, xy, xz],
    [xy, yy, yz],
    [xz, yz, zz],
  ];
  const v = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ];
  const scale = Math.abs(xx) + Math.abs(yy) + Math.abs(zz);
  for (let sweep = 0; sweep < 32; sweep++) {
    if (Math.abs(a[0][1]) + Math.abs(a[0][2]) + Math.abs(a[1][2]) < 1e-14 * scale) break;
    for (const [p, q] of [
      [0, 1],
      [0, 2],
      [1, 2],
    ]) {
      if (a[p][q] === 0) continue;
      const theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
      const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
      const c = 1 / Math.hypot(t, 1);
      const s = t * c;
      for (let k = 0; k < 3; k++) {
        [a[k][p], a[k][q]] = [c * a[k][p] - s * a[k][q], s * a[k][p] + c * a[k][q]];
      }
      for (let k = 0; k < 3; k++) {
        [a[p][k], a[q][k]] = [c * a[p][k] - s * a[q][k], s * a[p][k] + c * a[q][k]];
        [v[k][p], v[k][q]] = [c * v[k][p] - s * v[k][q], s * v[k][p] + c * v[k][q]];
      }
    }
  }
  return { moments: [a[0][0], a[1][1], a[2][2]], frame: quaternionFromMatrix(v) };
}

/** Columns of an orthonormal matrix as a turn (Shepperd 1978); Jacobi rotations keep it right-handed. */
function quaternionFromMatrix(m: readonly (readonly number[])[]): Quaternion {
  const trace = m[0][0] + m[1][1] + m[2][2];
  const squares = [1 + trace, 0, 0, 0];
  for (let k = 0; k < 3; k++) squares[k + 1] = 1 + 2 * m[k][k] - trace;
  const largest = squares.indexOf(Math.max(...squares));
  const differences = [m[2][1] - m[1][2], m[0][2] - m[2][0], m[1][0] - m[0][1]];
  const q: Quaternion = [0, 0, 0, 0];
  q[largest] = Math.sqrt(squares[largest]) / 2;
  const quarter = 1 / (4 * q[largest]);
  if (largest === 0) {
    for (let k = 0; k < 3; k++) q[k + 1] = differences[k] * quarter;
  } else {
    const i = largest - 1;
    q[0] = differences[i] * quarter;
    for (const k of [0, 1, 2]) if (k !== i) q[k + 1] = (m[k][i] + m[i][k]) * quarter;
  }
  return q;
}
