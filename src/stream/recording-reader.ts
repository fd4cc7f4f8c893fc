/**
 * Reads `.rollout` recordings, whole or not: what was cut off, damaged or written by a newer program
 * is left out, and `problems` says so in sentences.
 */
import { z } from "zod";
import { RewardsmithError } from "../core/errors.js";
import { crc32 } from "./crc32.js";
import { inflate } from "./deflate.js";
import { readHeader } from "./packet.js";
import {
  type BlockHeader,
  blockHeaderBytes,
  blockKind,
  footerBytes,
  magic,
  marker,
  readBlockHeader,
  recordingFormat,
} from "./recording-block.js";
import { decodeChunk, type RecordedItem } from "./recording-chunk.js";
import type { IndexEntry, RecordingHeader } from "./recording-writer.js";
import { type RolloutModel, rolloutModelSchema } from "./rollout-model.js";

/** A file on disk, an uploaded one, or bytes in a page. */
export interface ByteSource {
  readonly size: number;
  /** Fewer bytes than asked for only at the end. */
  read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
}

export function bytesSource(bytes: Uint8Array<ArrayBuffer>): ByteSource {
  const read = async (offset: number, length: number) => bytes.subarray(offset, offset + length);
  return { size: bytes.length, read };
}

/** A `File` or `Blob` of a page. */
export function blobSource(blob: Blob): ByteSource {
  return {
    size: blob.size,
    read: async (offset, length) =>
      new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer()),
  };
}

export interface Recording {
  readonly header: RecordingHeader;
  /** One, unless the reward or robot changed while it was recorded; packets carry its number. */
  readonly models: readonly RolloutModel[];
  /** In order of time. */
  readonly chunks: readonly IndexEntry[];
  readonly steps: number;
  readonly startSeconds: number;
  readonly endSeconds: number;
  /** What could not be read, a sentence each; grows as damaged chunks are met. */
  readonly problems: readonly string[];
  /** Everything in a chunk, in order; empty where it is damaged. */
  read(chunk: number): Promise<readonly RecordedItem[]>;
  /** The newest packet of every kind at a time, and the messages since its chunk began. */
  seek(timeSeconds: number): Promise<readonly RecordedItem[]>;
}

/** Throws E_RECORDING_FORMAT where it is no recording, E_RECORDING_EMPTY where nothing can be shown. */
export async function openRecording(source: ByteSource): Promise<Recording> {
  const start = await source.read(0, magic.length);
  if (start.length < magic.length || magic.some((byte, i) => start[i] !== byte)) {
    throw new RewardsmithError("E_RECORDING_FORMAT", "this is no recording of a roll-out", {
      hint: "recordings end in .rollout; a transfer that changes line ends damages them",
    });
  }
  const problems: string[] = [];
  const file = new BlockFile(source, problems);
  const found = (await file.indexed()) ?? (await file.scanned());
  const header = await readFileHeader(file, problems);
  const models = await readModels(file, found.models, problems);
  const { chunks } = found;
  if (models.length === 0 || chunks.length === 0) {
    throw new RewardsmithError("E_RECORDING_EMPTY", "nothing in this recording can be shown", {
      hint: problems[0] ?? "it ended before its first second was written; record again",
    });
  }
  return new OpenRecording(file, header, models, chunks, problems);
}

class OpenRecording implements Recording {
  readonly header: RecordingHeader;
  readonly models: readonly RolloutModel[];
  readonly chunks: readonly IndexEntry[];
  readonly steps: number;
  readonly startSeconds: number;
  readonly endSeconds: number;
  readonly problems: string[];
  private readonly file: BlockFile;
  /** The chunk last read: whoever looks around mostly stays in it. */
  private last: { chunk: number; items: Promise<readonly RecordedItem[]> } | undefined;

  constructor(
    file: BlockFile,
    header: RecordingHeader,
    models: readonly RolloutModel[],
    chunks: readonly IndexEntry[],
    problems: string[],
  ) {
    this.file = file;
    this.header = header;
    this.models = models;
    this.chunks = chunks;
    this.problems = problems;
    this.steps = chunks.reduce((sum, chunk) => sum + chunk.steps, 0);
    this.startSeconds = chunks[0].firstTime;
    this.endSeconds = chunks[chunks.length - 1].lastTime;
  }

  read(chunk: number): Promise<readonly RecordedItem[]> {
    if (this.last?.chunk !== chunk) this.last = { chunk, items: this.decode(chunk) };
    return this.last.items;
  }

  async seek(timeSeconds: number): Promise<readonly RecordedItem[]> {
    const { chunks } = this;
    let chunk = chunks.length - 1;
    while (chunk > 0 && chunks[chunk].firstTime > timeSeconds) chunk--;
    const newest = new Map<string, RecordedItem>();
    const messages: RecordedItem[] = [];
    const until = Math.max(timeSeconds, chunks[chunk].firstTime);
    for (const item of await this.read(chunk)) {
      if ("message" in item) {
        messages.push(item);
        continue;
      }
      const { opcode, firstEnv, simTimeSeconds } = readHeader(item.packet);
      if (simTimeSeconds > until) break;
      newest.set(`${opcode} ${firstEnv}`, item);
    }
    return [...messages, ...newest.values()];
  }

  private async decode(chunk: number): Promise<readonly RecordedItem[]> {
    const { offset, firstTime, lastTime } = this.chunks[chunk];
    const block = await this.file.block(offset);
    const items = block && decodeChunk(block.raw);
    if (items) return items;
    const [from, to] = [firstTime, lastTime].map((time) => time.toFixed(1));
    const problem = `The recording is damaged between ${from} and ${to} s; that part is left out.`;
    if (!this.problems.includes(problem)) this.problems.push(problem);
    return [];
  }
}

interface FoundBlocks {
  readonly chunks: readonly IndexEntry[];
  /** Offsets. */
  readonly models: readonly number[];
}

const indexSchema = z.object({
  chunks: z.array(
    z.object({
      offset: z.number(),
      steps: z.number(),
      firstTime: z.number(),
      lastTime: z.number(),
      firstSequence: z.number(),
    }),
  ),
  models: z.array(z.number()),
});

const headerSchema = z.object({
  format: z.number(),
  title: z.string().default(""),
  program: z.string().default(""),
  createdAt: z.string().default(""),
});

class BlockFile {
  private readonly source: ByteSource;
  private readonly problems: string[];

  constructor(source: ByteSource, problems: string[]) {
    this.source = source;
    this.problems = problems;
  }

  /** A whole block; undefined where it is damaged. */
  async block(
    offset: number,
  ): Promise<{ header: BlockHeader; raw: Uint8Array<ArrayBuffer> } | undefined> {
    const header = readBlockHeader(await this.source.read(offset, blockHeaderBytes));
    if (!header) return undefined;
    const stored = await this.source.read(offset + blockHeaderBytes, header.storedBytes);
    if (stored.length < header.storedBytes || crc32(stored) !== header.checksum) return undefined;
    const raw = await inflate(stored, header.rawBytes);
    return raw && { header, raw };
  }

  /** JSON of a block of a kind; undefined where there is none. */
  async json(offset: number, kind: number): Promise<unknown> {
    const block = await this.block(offset);
    if (block?.header.kind !== kind) return undefined;
    try {
      return JSON.parse(new TextDecoder().decode(block.raw));
    } catch {
      return undefined;
    }
  }

  /** By the index that a recording has which was ended properly. */
  async indexed(): Promise<FoundBlocks | undefined> {
    const { size } = this.source;
    const footer = await this.source.read(Math.max(0, size - footerBytes), footerBytes);
    if (footer.length < footerBytes || magic.some((byte, i) => footer[8 + i] !== byte)) {
      return undefined;
    }
    const offset = new DataView(footer.buffer, footer.byteOffset).getFloat64(0, true);
    if (!(offset >= 0 && offset < size)) return undefined;
    const index = indexSchema.safeParse(await this.json(offset, blockKind.index));
    return index.success ? index.data : undefined;
  }

  /** From block to block, for one without an index. */
  async scanned(): Promise<FoundBlocks> {
    const { size } = this.source;
    const chunks: IndexEntry[] = [];
    const models: number[] = [];
    let offset = magic.length;
    let damaged = 0;
    let foreign = 0;
    while (offset + blockHeaderBytes <= size) {
      const header = readBlockHeader(await this.source.read(offset, blockHeaderBytes));
      if (!header) {
        damaged++;
        offset = await this.nextMarker(offset + 1);
        continue;
      }
      const { kind, steps, firstTime, lastTime, firstSequence } = header;
      const end = offset + blockHeaderBytes + header.storedBytes;
      if (end > size) break;
      if (kind === blockKind.steps) {
        chunks.push({ offset, steps, firstTime, lastTime, firstSequence });
      } else if (kind === blockKind.model) models.push(offset);
      else if (kind !== blockKind.header && kind !== blockKind.index) foreign++;
      offset = end;
    }
    const last = chunks[chunks.length - 1];
    const until = last ? `; what it holds until ${last.lastTime.toFixed(1)} s is shown` : "";
    this.problems.push(`The recording was cut off before its end${until}.`);
    if (damaged > 0) this.problems.push(`${damaged} damaged parts of it are left out.`);
    if (foreign > 0) this.problems.push(`${foreign} parts of unknown kinds are left out.`);
    return { chunks, models };
  }

  /** Offset of the next place that looks like a block, or the end. */
  private async nextMarker(from: number): Promise<number> {
    const { size } = this.source;
    const window = 1 << 16;
    for (let offset = from; offset < size; offset += window) {
      const bytes = await this.source.read(offset, window + marker.length - 1);
      for (let i = bytes.indexOf(marker[0]); i >= 0; i = bytes.indexOf(marker[0], i + 1)) {
        if (marker.every((byte, n) => bytes[i + n] === byte)) return offset + i;
      }
    }
    return size;
  }
}

async function readFileHeader(file: BlockFile, problems: string[]): Promise<RecordingHeader> {
  const header = headerSchema.safeParse(await file.json(magic.length, blockKind.header));
  if (!header.success) {
    problems.push("Its first block is damaged, so what it was called is not known.");
    return { format: recordingFormat, title: "", program: "", createdAt: "" };
  }
  const { format, program } = header.data;
  if (format > recordingFormat) {
    problems.push(
      `It was written by a newer program (${program || "unknown"}, format ${format}; this one reads ${recordingFormat}): what can be read is shown.`,
    );
  }
  return header.data;
}

async function readModels(
  file: BlockFile,
  offsets: readonly number[],
  problems: string[],
): Promise<RolloutModel[]> {
  const models: RolloutModel[] = [];
  for (const offset of offsets) {
    const model = rolloutModelSchema.safeParse(await file.json(offset, blockKind.model));
    if (model.success) models.push(model.data);
    else problems.push("A model of it is damaged or of a newer kind; its steps cannot be shown.");
  }
  return models;
}
