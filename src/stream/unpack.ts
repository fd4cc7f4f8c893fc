/** Unpacks packets into a frame whose arrays are made once; `packet.ts` says how they lie. */
import { type Channel, channelOf } from "./channel.js";
import { unpackQuaternion } from "./compact-quaternion.js";
import type { RolloutFrame } from "./frame.js";
import { noPosition, signalArrays } from "./pack.js";
import {
  headerBytes,
  type PacketHeader,
  packetError,
  packetVersion,
  pausedFlag,
  readHeader,
} from "./packet.js";

/**
 * Writes a packet's numbers over those of `frame` and says which channel it was. Undefined for
 * packets of another model or an unknown channel, which change nothing. Throws E_STREAM_PACKET where
 * the lengths do not fit. `known` spares reading the header again.
 */
export function unpack(
  packet: Uint8Array,
  frame: RolloutFrame,
  known?: PacketHeader,
): Channel | undefined {
  const header = known ?? readHeader(packet);
  const channel = channelOf(header.opcode);
  if (channel === undefined || header.model !== frame.model) return undefined;
  if (header.version !== packetVersion) {
    throw packetError(`packet of version ${header.version}, this program reads ${packetVersion}`);
  }
  if (header.firstEnv + header.numEnvs > frame.shape.numEnvs) {
    throw packetError(
      `packet of environments ${header.firstEnv} to ${header.firstEnv + header.numEnvs - 1}, there are ${frame.shape.numEnvs}`,
    );
  }
  // Views on floats must begin at a multiple of four.
  const bytes = packet.byteOffset % 4 === 0 ? packet : packet.slice();
  readers[channel](bytes, header, frame);
  frame.sequence = header.sequence;
  frame.simTimeSeconds = header.simTimeSeconds;
  frame.paused = (header.flags & pausedFlag) !== 0;
  return channel;
}

type Reader = (bytes: Uint8Array, header: PacketHeader, frame: RolloutFrame) => void;

const readers: Readonly<Record<Channel, Reader>> = {
  poses: unpackPoses,
  terms: unpackTerms,
  signals: unpackSignals,
  contacts: unpackContacts,
  worlds: unpackWorlds,
};

function unpackPoses(bytes: Uint8Array, header: PacketHeader, frame: RolloutFrame): void {
  const { numBodies } = frame.shape;
  const { numEnvs, firstEnv } = header;
  expectItems("bodies", header.items, numBodies);
  expectBytes(bytes, numEnvs * (16 + 12 * numBodies));
  const { buffer, byteOffset } = bytes;
  const start = byteOffset + headerBytes;
  const anchors = new Float32Array(buffer, start, 4 * numEnvs);
  const exponents = new Int8Array(buffer, start, 16 * numEnvs);
  const words = new Uint16Array(buffer, start, numEnvs * (8 + 6 * numBodies));
  const cells = new Int16Array(buffer, start, numEnvs * (8 + 6 * numBodies));
  const { poses } = frame;
  let at = 8 * numEnvs;
  for (let i = 0; i < numEnvs; i++) {
    const env = firstEnv + i;
    const cell = 2 ** exponents[16 * i + 12];
    frame.flags[env] = bytes[headerBytes + 16 * i + 13];
    frame.episode[env] = words[8 * i + 7];
    const ax = anchors[4 * i];
    const ay = anchors[4 * i + 1];
    const az = anchors[4 * i + 2];
    let to = env * numBodies * 7;
    for (let body = 0; body < numBodies; body++, at += 6, to += 7) {
      const missing = cells[at] === noPosition;
      poses[to] = missing ? Number.NaN : ax + cells[at] * cell;
      poses[to + 1] = missing ? Number.NaN : ay + cells[at + 1] * cell;
      poses[to + 2] = missing ? Number.NaN : az + cells[at + 2] * cell;
      unpackQuaternion(words, at + 3, poses, to + 3);
    }
  }
}

function unpackTerms(bytes: Uint8Array, header: PacketHeader, frame: RolloutFrame): void {
  const { numTerms } = frame.shape;
  const { numEnvs, firstEnv } = header;
  expectItems("terms", header.items, numTerms);
  expectBytes(bytes, numEnvs * (16 + 4 * numTerms));
  const start = bytes.byteOffset + headerBytes;
  const floats = new Float32Array(bytes.buffer, start, numEnvs * (4 + numTerms));
  const counts = new Uint32Array(bytes.buffer, start, 4 * numEnvs);
  const words = new Uint16Array(bytes.buffer, start, 8 * numEnvs);
  for (let i = 0; i < numEnvs; i++) {
    const env = firstEnv + i;
    frame.totals[env] = floats[4 * i];
    frame.episodeReturn[env] = floats[4 * i + 1];
    frame.episodeSteps[env] = counts[4 * i + 2];
    frame.episode[env] = words[8 * i + 6];
    frame.flags[env] = bytes[headerBytes + 16 * i + 14];
  }
  frame.terms.set(floats.subarray(4 * numEnvs), firstEnv * numTerms);
}

function unpackSignals(bytes: Uint8Array, header: PacketHeader, frame: RolloutFrame): void {
  const arrays = signalArrays(frame);
  const width = arrays.reduce((sum, [, dim]) => sum + dim, 0);
  const { numEnvs, firstEnv } = header;
  expectItems("signal values", header.items, width);
  expectBytes(bytes, 4 * numEnvs * width);
  const floats = new Float32Array(bytes.buffer, bytes.byteOffset + headerBytes, numEnvs * width);
  let at = 0;
  for (let env = firstEnv; env < firstEnv + numEnvs; env++) {
    for (const [array, dim] of arrays) {
      array.set(floats.subarray(at, at + dim), env * dim);
      at += dim;
    }
  }
}

function unpackContacts(bytes: Uint8Array, header: PacketHeader, frame: RolloutFrame): void {
  const { contacts } = frame;
  const sent = header.items;
  expectBytes(bytes, 28 * sent);
  const count = Math.min(sent, contacts.env.length);
  const start = bytes.byteOffset + headerBytes;
  const words = new Uint16Array(bytes.buffer, start, 2 * sent);
  const floats = new Float32Array(bytes.buffer, start + 4 * sent, 6 * sent);
  contacts.count = count;
  contacts.env.set(words.subarray(0, count));
  contacts.body.set(words.subarray(sent, sent + count));
  contacts.point.set(floats.subarray(0, 3 * count));
  contacts.force.set(floats.subarray(3 * sent, 3 * (sent + count)));
}

function unpackWorlds(bytes: Uint8Array, header: PacketHeader, frame: RolloutFrame): void {
  const { numEnvs, numParameters } = frame.shape;
  expectItems("parameters", header.items, numParameters);
  expectItems("environments", header.numEnvs, numEnvs);
  expectBytes(bytes, 4 + 4 * numEnvs * (3 + numParameters));
  const start = bytes.byteOffset + headerBytes;
  frame.worldVersion = new Uint32Array(bytes.buffer, start, 1)[0];
  const floats = new Float32Array(bytes.buffer, start + 4, numEnvs * (3 + numParameters));
  frame.origins.set(floats.subarray(0, 3 * numEnvs));
  frame.parameters.set(floats.subarray(3 * numEnvs));
}

function expectItems(what: string, found: number, wanted: number): void {
  if (found !== wanted) throw packetError(`a packet of ${found} ${what}, the model has ${wanted}`);
}

function expectBytes(bytes: Uint8Array, payload: number): void {
  if (bytes.length - headerBytes !== payload) {
    throw packetError(
      `a packet of ${bytes.length - headerBytes} bytes after its header, expected ${payload}`,
    );
  }
}
