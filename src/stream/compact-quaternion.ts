/**
 * A rotation in three 16-bit words: the largest of the four components is left out and follows from
 * the length being 1; the other three lie within ±1/√2 and get 15 bits each. The top bits of the
 * first two words say which one is missing. Worst error about 0.005°.
 */

const half = 16383;
const unit = Math.SQRT2 * half;

/** Writes `words[at..at+2]`; anything that is no rotation becomes the identity. */
export function packQuaternion(
  w: number,
  x: number,
  y: number,
  z: number,
  words: Uint16Array,
  at: number,
): void {
  const norm = Math.sqrt(w * w + x * x + y * y + z * z);
  if (!(norm > 1e-12 && norm < Number.POSITIVE_INFINITY)) {
    words[at] = words[at + 1] = words[at + 2] = half;
    return;
  }
  const aw = Math.abs(w);
  const ax = Math.abs(x);
  const ay = Math.abs(y);
  const az = Math.abs(z);
  // q and −q are the same rotation: the missing component is made positive.
  if (aw >= ax && aw >= ay && aw >= az) {
    const scale = (w < 0 ? -unit : unit) / norm;
    words[at] = code(x * scale);
    words[at + 1] = code(y * scale);
    words[at + 2] = code(z * scale);
  } else if (ax >= ay && ax >= az) {
    const scale = (x < 0 ? -unit : unit) / norm;
    words[at] = code(w * scale) | 0x8000;
    words[at + 1] = code(y * scale);
    words[at + 2] = code(z * scale);
  } else if (ay >= az) {
    const scale = (y < 0 ? -unit : unit) / norm;
    words[at] = code(w * scale);
    words[at + 1] = code(x * scale) | 0x8000;
    words[at + 2] = code(z * scale);
  } else {
    const scale = (z < 0 ? -unit : unit) / norm;
    words[at] = code(w * scale) | 0x8000;
    words[at + 1] = code(x * scale) | 0x8000;
    words[at + 2] = code(y * scale);
  }
}

/** Reads three words into `out[to..to+3]` as w x y z, of length 1. */
export function unpackQuaternion(
  words: Uint16Array,
  at: number,
  out: Float32Array,
  to: number,
): void {
  const a = ((words[at] & 0x7fff) - half) / unit;
  const b = ((words[at + 1] & 0x7fff) - half) / unit;
  const c = ((words[at + 2] & 0x7fff) - half) / unit;
  const left = 1 - a * a - b * b - c * c;
  const d = left > 0 ? Math.sqrt(left) : 0;
  const missing = (words[at] >> 15) | ((words[at + 1] >> 15) << 1);
  out[to] = missing === 0 ? d : a;
  out[to + 1] = missing === 0 ? a : missing === 1 ? d : b;
  out[to + 2] = missing <= 1 ? b : missing === 2 ? d : c;
  out[to + 3] = missing === 3 ? d : c;
}

function code(value: number): number {
  return Math.round(value) + half;
}
