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
  { wordBytes, order }: DeltaKind,
): Uint8Array<ArrayBuffer> {
  const count = packets.length;
  const plane = (count * length) / wordBytes;
  const out = new Uint8Array(count * length);
  const views = packets.map((bytes) => new DataView(bytes.buffer, bytes.byteOffset, length));
  const shift = 32 - 8 * wordBytes;
  for (let at = 0, to = 0; at < length; at += wordBytes) {
    let before = 0;
    let slope = 0;
    for (let n = 0; n < count; n++, to++) {
      const view = views[n];
      const word =
        wordBytes === 4
          ? view.getInt32(at, true)
          : wordBytes === 2
            ? view.getInt16(at, true)
            : view.getInt8(at);
      const difference = ((word - before - slope) << shift) >> shift;
      // Small differences of either sign become small numbers.
      const coded = (difference << 1) ^ (difference >> 31);
      out[to] = coded;
      if (wordBytes > 1) out[plane + to] = coded >> 8;
      if (wordBytes > 2) {
        out[2 * plane + to] = coded >> 16;
        out[3 * plane + to] = coded >> 24;
      }
      if (order === 2) slope = n === 0 ? 0 : word - before;
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
  { wordBytes, order }: DeltaKind,
): Uint8Array<ArrayBuffer>[] {
  const lanes = length / wordBytes;
  const plane = count * lanes;
  const out = new Uint8Array(count * length);
  const words =
    wordBytes === 4
      ? new Int32Array(out.buffer)
      : wordBytes === 2
        ? new Int16Array(out.buffer)
        : new Int8Array(out.buffer);
  for (let lane = 0, from = 0; lane < lanes; lane++) {
    let before = 0;
    let slope = 0;
    for (let n = 0, to = lane; n < count; n++, from++, to += lanes) {
      let coded = bytes[from];
      if (wordBytes > 1) coded |= bytes[plane + from] << 8;
      if (wordBytes > 2) {
        coded |= (bytes[2 * plane + from] << 16) | (bytes[3 * plane + from] << 24);
      }
      words[to] = before + slope + ((coded >>> 1) ^ -(coded & 1));
      // Read again: the sum may have left the word's range.
      const word = words[to];
      if (order === 2) slope = n === 0 ? 0 : word - before;
      before = word;
    }
  }
  return Array.from({ length: count }, (_, n) => out.subarray(n * length, (n + 1) * length));
}
