/**
 * Seeded random numbers: xoshiro128++ (Blackman and Vigna, 2019), seeded through splitmix32.
 * Streams are derived by name, so that drawing from one never shifts another.
 */
export class Rng {
  private readonly s = new Uint32Array(4);
  private spareNormal = Number.NaN;

  constructor(seed: number) {
    let x = seed >>> 0;
    for (let i = 0; i < 4; i++) {
      x = (x + 0x9e3779b9) >>> 0;
      this.s[i] = mix32(x);
    }
    if ((this.s[0] | this.s[1] | this.s[2] | this.s[3]) === 0) this.s[0] = 1;
  }

  /** An independent stream for a seed and a path of labels, e.g. `Rng.stream(7, "reset", env)`. */
  static stream(seed: number, ...labels: readonly (string | number)[]): Rng {
    let h = mix32(seed >>> 0);
    for (const label of labels) {
      const text = String(label);
      for (let i = 0; i < text.length; i++) h = mix32((h ^ text.charCodeAt(i)) + 0x9e3779b9);
      h = mix32(h + 0x85ebca6b);
    }
    return new Rng(h);
  }

  /** Uniform integer in [0, 2^32). */
  uint32(): number {
    const s = this.s;
    const sum = (s[0] + s[3]) >>> 0;
    const result = (rotl(sum, 7) + s[0]) >>> 0;
    const t = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotl(s[3], 11);
    return result;
  }

  /** Uniform in [low, high). */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * (this.uint32() / 4294967296);
  }

  /** Uniform integer in [0, count). */
  integer(count: number): number {
    return Math.floor(this.uniform() * count);
  }

  /** Log-uniform in [low, high); both positive. */
  logUniform(low: number, high: number): number {
    return Math.exp(this.uniform(Math.log(low), Math.log(high)));
  }

  /** Standard normal, by Box–Muller; the second value of a pair is kept for the next call. */
  normal(): number {
    if (!Number.isNaN(this.spareNormal)) {
      const spare = this.spareNormal;
      this.spareNormal = Number.NaN;
      return spare;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.spareNormal = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /** One element of a non-empty list. */
  pick<T>(list: readonly T[]): T {
    return list[this.integer(list.length)];
  }

  /** Shuffles in place (Fisher–Yates). */
  shuffle(list: { length: number; [index: number]: number }): void {
    for (let i = list.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const swap = list[i];
      list[i] = list[j];
      list[j] = swap;
    }
  }

  /** The whole state as plain numbers; `load` continues from it exactly. */
  save(): number[] {
    return [...this.s, Number.isNaN(this.spareNormal) ? 0 : 1, this.spareNormal || 0];
  }

  load(state: readonly number[]): void {
    for (let i = 0; i < 4; i++) this.s[i] = state[i];
    this.spareNormal = state[4] === 1 ? state[5] : Number.NaN;
  }
}

function rotl(x: number, k: number): number {
  return ((x << k) | (x >>> (32 - k))) >>> 0;
}

/** The 32-bit finalizer of MurmurHash3 (Appleby, public domain). */
function mix32(x: number): number {
  let h = x >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
