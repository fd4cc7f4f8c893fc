/**
 * Prepares packets of one kind for compression: each word as its difference from what the packets
 * before it predict, the same word of all packets side by side, low bytes apart from high ones.
 */

/** How packets of a kind change from one to the next. */
export interface DeltaKind {
  readonly wordBytes: 1 | 2 | 4;
  /** 1: predicts the word before; 2: that it goes on as it went. */
  readonly order: 1 | 2;
}

/** Packets of `length` bytes, a multiple of `wordBytes`; the same bytes in another order, as many. */
export function encodeDeltas(
  packets: readonly Uint8Array[],
  length: number,
  kind: DeltaKind,
): Uint8Array<ArrayBuffer> {
  const { wordBytes, order } = kind;
  const count = packets.length;
  const lanes = length / wordBytes;
  const words = count * lanes;
  const out = new Uint8Array(count * length);
  for (let lane = 0, to = 0; lane < lanes; lane++) {
    let before = 0;
    let slope = 0;
    for (let n = 0; n < count; n++, to++) {
      const word = readWord(packets[n], lane * wordBytes, wordBytes);
      writePlanes(out, to, words, wordBytes, zigzag(word - before - slope, wordBytes));
      if (order === 2) slope = n === 0 ? 0 : (word - before) | 0;
      before = word;
    }
  }
  return out;
}

/** The packets that `encodeDeltas` was given, side by side in one buffer. */
export function decodeDeltas(
  bytes: Uint8Array,
  count: number,
  length: number,
  kind: DeltaKind,
): Uint8Array<ArrayBuffer>[] {
  const { wordBytes, order } = kind;
  const lanes = length / wordBytes;
  const words = count * lanes;
  const out = new Uint8Array(count * length);
  for (let lane = 0, from = 0; lane < lanes; lane++) {
    let before = 0;
    let slope = 0;
    for (let n = 0; n < count; n++, from++) {
      const word =
        (before + slope + unzigzag(readPlanes(bytes, from, words, wordBytes), wordBytes)) | 0;
      const at = n * length + lane * wordBytes;
      for (let b = 0; b < wordBytes; b++) out[at + b] = word >>> (8 * b);
      // Only the low bits of a word are kept.
      const kept = readWord(out, at, wordBytes);
      if (order === 2) slope = n === 0 ? 0 : (kept - before) | 0;
      before = kept;
    }
  }
  return Array.from({ length: count }, (_, n) => out.subarray(n * length, (n + 1) * length));
}

function readWord(bytes: Uint8Array, at: number, wordBytes: number): number {
  let word = 0;
  for (let b = 0; b < wordBytes; b++) word |= bytes[at + b] << (8 * b);
  return word;
}

function writePlanes(
  out: Uint8Array,
  at: number,
  stride: number,
  wordBytes: number,
  word: number,
): void {
  for (let b = 0; b < wordBytes; b++) out[b * stride + at] = word >>> (8 * b);
}

function readPlanes(bytes: Uint8Array, at: number, stride: number, wordBytes: number): number {
  let word = 0;
  for (let b = 0; b < wordBytes; b++) word |= bytes[b * stride + at] << (8 * b);
  return word;
}

/** Small differences of either sign become small numbers. */
function zigzag(difference: number, wordBytes: number): number {
  const shift = 32 - 8 * wordBytes;
  const signed = (difference << shift) >> shift;
  return (signed << 1) ^ (signed >> 31);
}

function unzigzag(word: number, wordBytes: number): number {
  const value = wordBytes === 4 ? word : word & (2 ** (8 * wordBytes) - 1);
  return (value >>> 1) ^ -(value & 1);
}
