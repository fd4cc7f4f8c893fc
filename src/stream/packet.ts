/**
 * The layout of a binary packet: one channel of one frame, little-endian.
 *
 * Header, 24 bytes: opcode u8 · version u8 · flags u16 · sequence u32 · simulation time f64 (s) ·
 * first environment u16 · number of environments u16 · items u16 · model u16. Then by channel:
 *
 * - poses: per env anchor f32 × 3 (m), exponent i8, flags u8, episode u16; then per env and body 12
 *   bytes: position i16 × 3 in units of 2^exponent m from the anchor, quaternion u16 × 3. Items: bodies.
 * - terms: per env total f32, return f32, episode steps u32, episode u16, flags u8, 0; then per env
 *   and term f32. Items: terms.
 * - signals: per env observation, action, joint position, velocity, effort, signal table, f32. Items:
 *   floats per env.
 * - contacts: env u16 and body u16 of every contact, then points and forces f32 × 3. Items: contacts.
 * - worlds: version u32; then origins f32 × 3 (m) of every env, then the parameters f32 of every env.
 *   Items: parameters.
 */
import { RewardsmithError } from "../core/errors.js";

export const packetVersion = 1;
export const headerBytes = 24;
export const pausedFlag = 1;

export interface PacketHeader {
  opcode: number;
  version: number;
  flags: number;
  sequence: number;
  simTimeSeconds: number;
  firstEnv: number;
  numEnvs: number;
  items: number;
  model: number;
}

export function writeHeader(bytes: Uint8Array, header: PacketHeader): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, headerBytes);
  view.setUint8(0, header.opcode);
  view.setUint8(1, header.version);
  view.setUint16(2, header.flags, true);
  view.setUint32(4, header.sequence, true);
  view.setFloat64(8, header.simTimeSeconds, true);
  view.setUint16(16, header.firstEnv, true);
  view.setUint16(18, header.numEnvs, true);
  view.setUint16(20, header.items, true);
  view.setUint16(22, header.model, true);
}

/** Throws E_STREAM_PACKET on what cannot be a packet. */
export function readHeader(bytes: Uint8Array): PacketHeader {
  if (bytes.length < headerBytes) {
    throw packetError(`a packet of ${bytes.length} bytes has no room for its header`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, headerBytes);
  return {
    opcode: view.getUint8(0),
    version: view.getUint8(1),
    flags: view.getUint16(2, true),
    sequence: view.getUint32(4, true),
    simTimeSeconds: view.getFloat64(8, true),
    firstEnv: view.getUint16(16, true),
    numEnvs: view.getUint16(18, true),
    items: view.getUint16(20, true),
    model: view.getUint16(22, true),
  };
}

export function packetError(message: string): RewardsmithError {
  return new RewardsmithError("E_STREAM_PACKET", message, {
    hint: "reload the page: it and the server may be of different versions",
  });
}
