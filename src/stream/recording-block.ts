/**
 * A `.rollout` file: a magic number, then blocks, the last of which is an index, then a footer that
 * says where the index is. Every block carries its length and checksums, so that a file that was cut
 * off or damaged is read by going from block to block.
 *
 * Block header, 48 bytes, little-endian: marker "RLBK" · kind u8 · format u8 · 0 u16 · stored bytes
 * u32 · raw bytes u32 · checksum of the stored bytes u32 · steps u32 · first and last simulation time
 * f64 × 2 (s) · first sequence u32 · checksum of the 44 bytes before it u32. The stored bytes are
 * deflated. Kinds: 1 header (JSON), 2 model (JSON), 3 steps (`recording-chunk.ts`), 4 index (JSON).
 */
import { crc32 } from "./crc32.js";

export const recordingFormat = 1;
/** Cannot be mistaken for text, and shows when a transfer changed line ends. */
export const magic = Uint8Array.of(0x89, 0x52, 0x4c, 0x4f, 0x0d, 0x0a, 0x1a, 0x0a);
export const blockHeaderBytes = 48;
/** Offset of the index as f64, then the magic. */
export const footerBytes = 16;
/** More than any block of ours, less than what a damaged length would allocate. */
export const maxBlockBytes = 1 << 28;

export const blockKind = { header: 1, model: 2, steps: 3, index: 4 } as const;
export const marker = Uint8Array.of(0x52, 0x4c, 0x42, 0x4b);

export interface BlockHeader {
  readonly kind: number;
  readonly format: number;
  readonly storedBytes: number;
  readonly rawBytes: number;
  readonly checksum: number;
  readonly steps: number;
  readonly firstTime: number;
  readonly lastTime: number;
  readonly firstSequence: number;
}

export function writeBlockHeader(header: BlockHeader): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(blockHeaderBytes);
  const view = new DataView(bytes.buffer);
  bytes.set(marker);
  view.setUint8(4, header.kind);
  view.setUint8(5, header.format);
  view.setUint32(8, header.storedBytes, true);
  view.setUint32(12, header.rawBytes, true);
  view.setUint32(16, header.checksum, true);
  view.setUint32(20, header.steps, true);
  view.setFloat64(24, header.firstTime, true);
  view.setFloat64(32, header.lastTime, true);
  view.setUint32(40, header.firstSequence, true);
  view.setUint32(44, crc32(bytes.subarray(0, 44)), true);
  return bytes;
}

/** Undefined where no sound block header stands. */
export function readBlockHeader(bytes: Uint8Array): BlockHeader | undefined {
  if (bytes.length < blockHeaderBytes || marker.some((byte, i) => bytes[i] !== byte)) {
    return undefined;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, blockHeaderBytes);
  if (view.getUint32(44, true) !== crc32(bytes.subarray(0, 44))) return undefined;
  const header = {
    kind: view.getUint8(4),
    format: view.getUint8(5),
    storedBytes: view.getUint32(8, true),
    rawBytes: view.getUint32(12, true),
    checksum: view.getUint32(16, true),
    steps: view.getUint32(20, true),
    firstTime: view.getFloat64(24, true),
    lastTime: view.getFloat64(32, true),
    firstSequence: view.getUint32(40, true),
  };
  return Math.max(header.storedBytes, header.rawBytes) > maxBlockBytes ? undefined : header;
}
