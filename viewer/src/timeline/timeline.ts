/**
 * Control steps of a roll-out, oldest dropped first: the last minute of a live stream, or a whole
 * recording. Packets stay packed until a step is looked at; what plots need of every step (reward,
 * flags, where the base is) is kept as columns beside them. Nothing grows after it is made.
 */
import { type Channel, channelNames, channelOf } from "../../../src/stream/channel.js";
import { createFrame, type RolloutFrame } from "../../../src/stream/frame.js";
import { readHeader } from "../../../src/stream/packet.js";
import { type RolloutModel, shapeOfModel } from "../../../src/stream/rollout-model.js";
import { unpack } from "../../../src/stream/unpack.js";

const numChannels = channelNames.length;
const channelIndex = Object.fromEntries(channelNames.map((name, i) => [name, i])) as Record<
  Channel,
  number
>;

/** How far back a step looks for a channel that was dropped on the way. */
const lookBackSteps = 30;

export class Timeline {
  readonly model: RolloutModel;
  readonly capacity: number;
  /** Number of the step after the newest; steps are numbered from 0 and keep their number. */
  end = 0;
  /** Grows when steps were taken back: what was read of them before no longer holds. */
  rewinds = 0;
  private readonly packets: (Uint8Array | null)[];
  private readonly times: Float64Array;
  private readonly sequences: Uint32Array;
  /** [slot][env] */
  private readonly totals: Float32Array;
  private readonly returns: Float32Array;
  private readonly flagBits: Uint8Array;
  private readonly episodes: Uint16Array;
  /** [slot][env] bodies of the environment that touch something: bit = body modulo 32. */
  private readonly touching: Uint32Array;
  /** [slot][env][term] */
  private readonly termValues: Float32Array;
  /** [slot][env][3] */
  private readonly basePlaces: Float32Array;
  private readonly incoming: RolloutFrame;
  /** Worlds in force from a step on, oldest first. */
  private readonly worlds: { step: number; packet: Uint8Array }[] = [];

  constructor(model: RolloutModel, capacity: number) {
    this.model = model;
    this.capacity = capacity;
    const shape = shapeOfModel(model);
    const values = capacity * shape.numEnvs;
    this.packets = new Array(capacity * numChannels).fill(null);
    this.times = new Float64Array(capacity);
    this.sequences = new Uint32Array(capacity);
    this.totals = new Float32Array(values);
    this.returns = new Float32Array(values);
    this.flagBits = new Uint8Array(values);
    this.episodes = new Uint16Array(values);
    this.touching = new Uint32Array(values);
    this.termValues = new Float32Array(values * shape.numTerms);
    this.basePlaces = new Float32Array(values * 3);
    this.incoming = this.createFrame();
  }

  createFrame(): RolloutFrame {
    const frame = createFrame(shapeOfModel(this.model));
    frame.model = this.model.number;
    return frame;
  }

  /** Number of the oldest step that is still there. */
  get begin(): number {
    return Math.max(0, this.end - this.capacity);
  }

  get firstTime(): number {
    return this.end === 0 ? 0 : this.times[this.begin % this.capacity];
  }

  get lastTime(): number {
    return this.end === 0 ? 0 : this.times[(this.end - 1) % this.capacity];
  }

  get lastSequence(): number {
    return this.end === 0 ? 0 : this.sequences[(this.end - 1) % this.capacity];
  }

  /** Takes a packet as it came. Late ones, and those of another model, are left out. */
  append(packet: Uint8Array): void {
    const header = readHeader(packet);
    const channel = channelOf(header.opcode);
    if (channel === undefined || header.model !== this.model.number) return;
    if (unpack(packet, this.incoming, header) === undefined) return;
    if (channel === "worlds") {
      // It precedes the poses that it belongs to.
      const step = this.end > 0 && header.sequence === this.lastSequence ? this.end - 1 : this.end;
      this.worlds.push({ step, packet });
      while (this.worlds.length > 1 && this.worlds[1].step <= this.begin) this.worlds.shift();
      return;
    }
    if (this.end === 0 || header.sequence > this.lastSequence) {
      this.startStep(header.sequence, header.simTimeSeconds);
    } else if (header.sequence < this.lastSequence) return;
    this.keep(channel, packet);
  }

  private startStep(sequence: number, simTimeSeconds: number): void {
    // A step back, or a pose tried at the same moment, takes the place of what came after it.
    if (this.end > 0 && simTimeSeconds <= this.lastTime) {
      while (this.end > this.begin && this.lastTime >= simTimeSeconds) this.end--;
      this.rewinds++;
    }
    const slot = this.end % this.capacity;
    this.packets.fill(null, slot * numChannels, (slot + 1) * numChannels);
    this.times[slot] = simTimeSeconds;
    this.sequences[slot] = sequence;
    const { numEnvs } = this.model;
    const terms = numEnvs * this.model.terms.length;
    this.totals.fill(Number.NaN, slot * numEnvs, (slot + 1) * numEnvs);
    this.termValues.fill(Number.NaN, slot * terms, (slot + 1) * terms);
    this.touching.fill(0, slot * numEnvs, (slot + 1) * numEnvs);
    this.end++;
  }

  private keep(channel: Channel, packet: Uint8Array): void {
    const slot = (this.end - 1) % this.capacity;
    this.packets[slot * numChannels + channelIndex[channel]] = packet;
    const { incoming } = this;
    const { numEnvs, numTerms, numBodies } = incoming.shape;
    const at = slot * numEnvs;
    if (channel === "poses") {
      this.flagBits.set(incoming.flags, at);
      this.episodes.set(incoming.episode, at);
      for (let env = 0; env < numEnvs; env++) {
        const from = 7 * (env * numBodies + this.model.baseBody);
        const to = 3 * (at + env);
        for (let k = 0; k < 3; k++) this.basePlaces[to + k] = incoming.poses[from + k];
      }
    } else if (channel === "terms") {
      this.totals.set(incoming.totals, at);
      this.returns.set(incoming.episodeReturn, at);
      this.flagBits.set(incoming.flags, at);
      this.episodes.set(incoming.episode, at);
      this.termValues.set(incoming.terms, at * numTerms);
    } else if (channel === "contacts") {
      const { contacts } = incoming;
      for (let i = 0; i < contacts.count; i++) {
        this.touching[at + contacts.env[i]] |= 1 << (contacts.body[i] & 31);
      }
    }
  }

  /** The newest step not after a time; the oldest one for times before it, −1 where there is none. */
  stepAt(time: number): number {
    if (this.end === 0) return -1;
    let low = this.begin;
    let high = this.end - 1;
    if (this.timeOf(low) > time) return low;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.timeOf(middle) <= time) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  timeOf(step: number): number {
    return this.times[step % this.capacity];
  }

  /** Writes all that is known of a step into a frame of `createFrame`. */
  read(step: number, frame: RolloutFrame): void {
    for (let channel = 0; channel < numChannels; channel++) {
      if (channel === channelIndex.worlds) continue;
      const oldest = Math.max(this.begin, step - lookBackSteps);
      for (let at = step; at >= oldest; at--) {
        const packet = this.packets[(at % this.capacity) * numChannels + channel];
        if (packet === null || packet === undefined) continue;
        unpack(packet, frame);
        break;
      }
    }
    for (let i = this.worlds.length - 1; i >= 0; i--) {
      if (i > 0 && this.worlds[i].step > step) continue;
      unpack(this.worlds[i].packet, frame);
      break;
    }
    frame.sequence = this.sequences[step % this.capacity];
    frame.simTimeSeconds = this.timeOf(step);
  }

  /** Everything kept of the steps from one to another, as it came, in order. */
  *packetsBetween(first: number, last: number): Generator<Uint8Array> {
    const begin = Math.max(this.begin, first);
    for (let i = 0; i < this.worlds.length; i++) {
      const next = this.worlds[i + 1];
      if (next === undefined || next.step > begin) {
        yield this.worlds[i].packet;
        break;
      }
    }
    for (let step = begin; step <= Math.min(last, this.end - 1); step++) {
      for (const world of this.worlds) if (world.step === step && step > begin) yield world.packet;
      for (let channel = 0; channel < numChannels; channel++) {
        const packet = this.packets[(step % this.capacity) * numChannels + channel];
        if (packet) yield packet;
      }
    }
  }

  total(step: number, env: number): number {
    return this.totals[(step % this.capacity) * this.model.numEnvs + env];
  }

  term(step: number, env: number, term: number): number {
    const numTerms = this.model.terms.length;
    return this.termValues[((step % this.capacity) * this.model.numEnvs + env) * numTerms + term];
  }

  episodeReturn(step: number, env: number): number {
    return this.returns[(step % this.capacity) * this.model.numEnvs + env];
  }

  /** Bits of `envFlag`. */
  flags(step: number, env: number): number {
    return this.flagBits[(step % this.capacity) * this.model.numEnvs + env];
  }

  episode(step: number, env: number): number {
    return this.episodes[(step % this.capacity) * this.model.numEnvs + env];
  }

  touches(step: number, env: number, body: number): boolean {
    const bits = this.touching[(step % this.capacity) * this.model.numEnvs + env];
    return (bits & (1 << (body & 31))) !== 0;
  }

  /** Coordinate 0 to 2 of the base body, m, relative to the environment's origin. */
  basePlace(step: number, env: number, coordinate: number): number {
    return this.basePlaces[3 * ((step % this.capacity) * this.model.numEnvs + env) + coordinate];
  }
}
