/** Writes a `.rollout` recording as the roll-out goes; it may stand where a server's sink stands. */
import { channelNames, channelOf } from "./channel.js";
import { crc32 } from "./crc32.js";
import { deflate } from "./deflate.js";
import type { RolloutFrame } from "./frame.js";
import { FramePacker } from "./pack.js";
import { readHeader } from "./packet.js";
import type { ServerMessage } from "./protocol.js";
import {
  blockKind,
  footerBytes,
  magic,
  recordingFormat,
  writeBlockHeader,
} from "./recording-block.js";
import { concatenate, encodeChunk, type RecordedItem } from "./recording-chunk.js";

/** Whoever looks for a moment reads one chunk. */
const chunkSeconds = 1;
const chunkBytes = 8 << 20;

export interface RecordingHeader {
  readonly format: number;
  /** What was recorded, for people. */
  readonly title: string;
  /** Program and version that wrote it. */
  readonly program: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
}

/** Position and span of a chunk; times in s. */
export interface IndexEntry {
  readonly offset: number;
  readonly steps: number;
  readonly firstTime: number;
  readonly lastTime: number;
  readonly firstSequence: number;
}

/** Messages that say what is: every chunk begins with the newest of each. */
const stateTypes: readonly string[] = ["policy", "controls"];

export class RecordingWriter {
  private readonly write: (bytes: Uint8Array) => void | Promise<void>;
  private readonly packer = new FramePacker();
  private items: RecordedItem[] = [];
  private itemBytes = 0;
  /** Of the chunk being filled. */
  private span = emptySpan();
  private readonly state = new Map<string, ServerMessage>();
  private worlds: Uint8Array | undefined;
  private readonly index: IndexEntry[] = [];
  private readonly models: number[] = [];
  private offset = 0;
  /** Blocks are compressed and written one after another. */
  private writing: Promise<void>;

  /** `write` gets the file's bytes in order. */
  constructor(
    write: (bytes: Uint8Array) => void | Promise<void>,
    header: Omit<RecordingHeader, "format">,
  ) {
    this.write = write;
    this.writing = this.append(magic);
    this.block(blockKind.header, json({ format: recordingFormat, ...header }));
  }

  frame(frame: RolloutFrame): void {
    this.packets(this.packer.pack(frame, { channels: everyChannel, focusEnvs: "all" }));
  }

  packets(packets: readonly Uint8Array[]): void {
    for (const packet of packets) {
      const { opcode, sequence, simTimeSeconds } = readHeader(packet);
      const { span } = this;
      const over = Math.abs(simTimeSeconds - span.firstTime) >= chunkSeconds;
      if (span.steps > 0 && (over || this.itemBytes > chunkBytes) && sequence !== span.sequence) {
        this.endChunk();
      }
      if (this.span.steps === 0) {
        this.span = { ...emptySpan(), firstTime: simTimeSeconds, firstSequence: sequence };
      }
      if (this.span.steps === 0 || this.span.sequence !== sequence) this.span.steps++;
      this.span.sequence = sequence;
      this.span.lastTime = simTimeSeconds;
      this.items.push({ packet });
      this.itemBytes += packet.length;
      if (channelOf(opcode) === "worlds") this.worlds = packet;
    }
  }

  message(message: ServerMessage): void {
    if (message.type === "model") {
      this.endChunk();
      this.worlds = undefined;
      this.items = this.items.filter((item) => "message" in item);
      this.block(blockKind.model, json(message.model));
      return;
    }
    if (stateTypes.includes(message.type)) this.state.set(message.type, message);
    this.items.push({ message });
  }

  /** Writes what is left and the index; resolves when all is written. */
  async end(): Promise<void> {
    this.endChunk();
    let indexOffset = 0;
    // Offsets are known only once everything before is compressed.
    this.writing = this.writing.then(() => {
      indexOffset = this.offset;
      return this.appendBlock(blockKind.index, json({ chunks: this.index, models: this.models }));
    });
    this.writing = this.writing.then(() => {
      const footer = new Uint8Array(footerBytes);
      new DataView(footer.buffer).setFloat64(0, indexOffset, true);
      footer.set(magic, 8);
      return this.append(footer);
    });
    await this.writing;
  }

  private endChunk(): void {
    const { span, items } = this;
    if (span.steps === 0) return;
    this.block(blockKind.steps, encodeChunk(items), span);
    this.items = [...this.state.values()].map((message) => ({ message }));
    if (this.worlds) this.items.push({ packet: this.worlds });
    this.itemBytes = 0;
    this.span = emptySpan();
  }

  private block(kind: number, raw: Uint8Array<ArrayBuffer>, span = emptySpan()): void {
    this.writing = this.writing.then(() => this.appendBlock(kind, raw, span));
    // `end` reports it; until then it must not count as unhandled.
    this.writing.catch(() => {});
  }

  private async appendBlock(
    kind: number,
    raw: Uint8Array<ArrayBuffer>,
    span = emptySpan(),
  ): Promise<void> {
    const stored = await deflate(raw);
    const { steps, firstTime, lastTime, firstSequence } = span;
    const at = { steps, firstTime, lastTime, firstSequence };
    if (kind === blockKind.steps) this.index.push({ offset: this.offset, ...at });
    if (kind === blockKind.model) this.models.push(this.offset);
    const header = writeBlockHeader({
      kind,
      format: recordingFormat,
      storedBytes: stored.length,
      rawBytes: raw.length,
      checksum: crc32(stored),
      ...at,
    });
    await this.append(concatenate([header, stored]));
  }

  private async append(bytes: Uint8Array): Promise<void> {
    this.offset += bytes.length;
    await this.write(bytes);
  }
}

const everyChannel = new Set(channelNames);

function emptySpan() {
  return { steps: 0, firstTime: 0, lastTime: 0, firstSequence: 0, sequence: 0 };
}

function json(value: object): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(value));
}
