/** Packs frames into packets; `packet.ts` says how they lie. Typed arrays are little-endian wherever this runs. */
import { type Channel, channelOpcode } from "./channel.js";
import { packQuaternion } from "./compact-quaternion.js";
import type { RolloutFrame } from "./frame.js";
import { headerBytes, packetVersion, pausedFlag, writeHeader } from "./packet.js";

/** Positions are cut to 2^−13 m or, where a body is further than 4 m from the anchor, as coarse as needed. */
const finestExponent = -13;
const furthest = 32767;
/** In place of x: the body has no position (the engine lost its way). */
export const noPosition = -32768;

export interface PackOptions {
  readonly channels: ReadonlySet<Channel>;
  /** Environments whose `signals` are packed, a packet each; "all" in one packet. */
  readonly focusEnvs: readonly number[] | "all";
}

/** Packs the frames of one roll-out, a fresh buffer per packet; `worlds` only when they changed. */
export class FramePacker {
  private worldVersion = -1;
  private model = -1;

  pack(frame: RolloutFrame, { channels, focusEnvs }: PackOptions): Uint8Array[] {
    const packets: Uint8Array[] = [];
    // First, so that the poses after a reset find their origins.
    if (this.worldVersion !== frame.worldVersion || this.model !== frame.model) {
      this.worldVersion = frame.worldVersion;
      this.model = frame.model;
      packets.push(packWorlds(frame));
    }
    if (channels.has("poses")) packets.push(packPoses(frame));
    if (channels.has("terms")) packets.push(packTerms(frame));
    if (channels.has("contacts")) packets.push(packContacts(frame));
    if (channels.has("signals")) {
      const { numEnvs } = frame.shape;
      if (focusEnvs === "all") packets.push(packSignals(frame, 0, numEnvs));
      else {
        for (const env of focusEnvs) if (env < numEnvs) packets.push(packSignals(frame, env, 1));
      }
    }
    return packets;
  }
}

/** A zeroed packet with its header; payloads start at `headerBytes`, which is a multiple of 8. */
function packetOf(
  frame: RolloutFrame,
  channel: Channel,
  payloadBytes: number,
  items: number,
  firstEnv = 0,
  numEnvs = frame.shape.numEnvs,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(headerBytes + payloadBytes);
  writeHeader(bytes, {
    opcode: channelOpcode[channel],
    version: packetVersion,
    flags: frame.paused ? pausedFlag : 0,
    sequence: frame.sequence,
    simTimeSeconds: frame.simTimeSeconds,
    firstEnv,
    numEnvs,
    items,
    model: frame.model,
  });
  return bytes;
}

export function packPoses(frame: RolloutFrame): Uint8Array {
  const { numEnvs, numBodies } = frame.shape;
  const { poses, flags, episode } = frame;
  const bytes = packetOf(frame, "poses", numEnvs * (16 + 12 * numBodies), numBodies);
  const { buffer } = bytes;
  const anchors = new Float32Array(buffer, headerBytes, 4 * numEnvs);
  const exponents = new Int8Array(buffer, headerBytes, 16 * numEnvs);
  const words = new Uint16Array(buffer, headerBytes);
  let to = 8 * numEnvs;
  for (let env = 0; env < numEnvs; env++) {
    const first = env * numBodies * 7;
    let ax = 0;
    let ay = 0;
    let az = 0;
    if (numBodies > 0 && isPlace(poses, first)) {
      ax = poses[first];
      ay = poses[first + 1];
      az = poses[first + 2];
    }
    anchors[4 * env] = ax;
    anchors[4 * env + 1] = ay;
    anchors[4 * env + 2] = az;
    let extent = 0;
    for (let body = 0, at = first; body < numBodies; body++, at += 7) {
      if (!isPlace(poses, at)) continue;
      const x = Math.abs(poses[at] - ax);
      const y = Math.abs(poses[at + 1] - ay);
      const z = Math.abs(poses[at + 2] - az);
      extent = Math.max(extent, x, y, z);
    }
    let exponent = finestExponent;
    let cell = 2 ** finestExponent;
    while (extent > furthest * cell) {
      exponent++;
      cell *= 2;
    }
    exponents[16 * env + 12] = exponent;
    bytes[headerBytes + 16 * env + 13] = flags[env];
    words[8 * env + 7] = episode[env];
    for (let body = 0, at = first; body < numBodies; body++, at += 7, to += 6) {
      if (isPlace(poses, at)) {
        words[to] = Math.round((poses[at] - ax) / cell);
        words[to + 1] = Math.round((poses[at + 1] - ay) / cell);
        words[to + 2] = Math.round((poses[at + 2] - az) / cell);
      } else {
        words[to] = noPosition;
      }
      packQuaternion(poses[at + 3], poses[at + 4], poses[at + 5], poses[at + 6], words, to + 3);
    }
  }
  return bytes;
}

/** Whether three finite numbers stand there. */
function isPlace(poses: Float32Array, at: number): boolean {
  const sum = poses[at] + poses[at + 1] + poses[at + 2];
  return sum - sum === 0;
}

export function packTerms(frame: RolloutFrame): Uint8Array {
  const { numEnvs, numTerms } = frame.shape;
  const bytes = packetOf(frame, "terms", numEnvs * (16 + 4 * numTerms), numTerms);
  const floats = new Float32Array(bytes.buffer, headerBytes);
  const counts = new Uint32Array(bytes.buffer, headerBytes);
  const words = new Uint16Array(bytes.buffer, headerBytes);
  for (let env = 0; env < numEnvs; env++) {
    floats[4 * env] = frame.totals[env];
    floats[4 * env + 1] = frame.episodeReturn[env];
    counts[4 * env + 2] = frame.episodeSteps[env];
    words[8 * env + 6] = frame.episode[env];
    bytes[headerBytes + 16 * env + 14] = frame.flags[env];
  }
  floats.set(frame.terms, 4 * numEnvs);
  return bytes;
}

/** The arrays of `signals` in their order, each with its width per environment. */
export function signalArrays(frame: RolloutFrame): readonly (readonly [Float32Array, number])[] {
  const { observationDim, actionDim, numJoints, numSignals } = frame.shape;
  return [
    [frame.observations, observationDim],
    [frame.actions, actionDim],
    [frame.jointPosition, numJoints],
    [frame.jointVelocity, numJoints],
    [frame.jointEffort, numJoints],
    [frame.signals, numSignals],
  ];
}

export function packSignals(frame: RolloutFrame, firstEnv: number, numEnvs: number): Uint8Array {
  const arrays = signalArrays(frame);
  const width = arrays.reduce((sum, [, dim]) => sum + dim, 0);
  const bytes = packetOf(frame, "signals", 4 * numEnvs * width, width, firstEnv, numEnvs);
  const floats = new Float32Array(bytes.buffer, headerBytes);
  let to = 0;
  for (let env = firstEnv; env < firstEnv + numEnvs; env++) {
    for (const [array, dim] of arrays) {
      floats.set(array.subarray(env * dim, (env + 1) * dim), to);
      to += dim;
    }
  }
  return bytes;
}

export function packContacts(frame: RolloutFrame): Uint8Array {
  const { count: all, env, body, point, force } = frame.contacts;
  const count = Math.min(all, 65535);
  const bytes = packetOf(frame, "contacts", 28 * count, count);
  const words = new Uint16Array(bytes.buffer, headerBytes, 2 * count);
  const floats = new Float32Array(bytes.buffer, headerBytes + 4 * count);
  words.set(env.subarray(0, count));
  words.set(body.subarray(0, count), count);
  floats.set(point.subarray(0, 3 * count));
  floats.set(force.subarray(0, 3 * count), 3 * count);
  return bytes;
}

export function packWorlds(frame: RolloutFrame): Uint8Array {
  const { numEnvs, numParameters } = frame.shape;
  const bytes = packetOf(frame, "worlds", 4 + 4 * numEnvs * (3 + numParameters), numParameters);
  new Uint32Array(bytes.buffer, headerBytes, 1)[0] = frame.worldVersion;
  const floats = new Float32Array(bytes.buffer, headerBytes + 4);
  floats.set(frame.origins);
  floats.set(frame.parameters, 3 * numEnvs);
  return bytes;
}
