/**
 * Writes an MCAP file: chunks of messages with an index, uncompressed. Layout after the MCAP
 * specification (mcap.dev): records of opcode u8, length u64 and content, little-endian, strings with
 * a u32 length before them.
 */
import { crc32 } from "../../stream/crc32.js";
import { concatenate } from "../../stream/recording-chunk.js";

const magic = Uint8Array.of(0x89, 0x4d, 0x43, 0x41, 0x50, 0x30, 0x0d, 0x0a);
const chunkBytes = 1 << 20;

const opcode = {
  header: 1,
  footer: 2,
  schema: 3,
  channel: 4,
  message: 5,
  chunk: 6,
  messageIndex: 7,
  chunkIndex: 8,
  statistics: 11,
  summaryOffset: 14,
  dataEnd: 15,
} as const;

interface Channel {
  readonly id: number;
  readonly record: Uint8Array;
  messages: number;
}

interface WrittenChunk {
  readonly index: Uint8Array;
}

export class McapFile {
  private readonly write: (bytes: Uint8Array) => void;
  private readonly channels: Channel[] = [];
  private readonly schemas: Uint8Array[] = [];
  private readonly chunks: WrittenChunk[] = [];
  private offset = 0;
  private startTime = 0n;
  private endTime = 0n;
  private messages = 0;
  /** Of the chunk being filled; offsets within it by channel. */
  private records: Uint8Array[] = [];
  private recordBytes = 0;
  private indices = new Map<number, [time: bigint, offset: bigint][]>();

  /** `write` gets the file's bytes in order. */
  constructor(write: (bytes: Uint8Array) => void, library: string) {
    this.write = write;
    this.append(magic);
    this.append(record(opcode.header, text(""), text(library)));
  }

  /** A topic of JSON messages; returns its number. */
  addChannel(topic: string, schemaName: string, jsonSchema: object): number {
    const id = this.channels.length + 1;
    const data = new TextEncoder().encode(JSON.stringify(jsonSchema));
    const schema = record(
      opcode.schema,
      u16(id),
      text(schemaName),
      text("jsonschema"),
      u32(data.length),
      data,
    );
    const channel = record(opcode.channel, u16(id), u16(id), text(topic), text("json"), u32(0));
    this.schemas.push(schema);
    this.channels.push({ id, record: channel, messages: 0 });
    // Readers that go from front to back need both before the first message.
    this.keep(schema);
    this.keep(channel);
    return id;
  }

  addMessage(channelId: number, timeNanoseconds: bigint, json: object): void {
    const channel = this.channels[channelId - 1];
    const data = new TextEncoder().encode(JSON.stringify(json));
    const time = u64(timeNanoseconds);
    const entries = this.indices.get(channelId) ?? [];
    this.indices.set(channelId, entries);
    entries.push([timeNanoseconds, BigInt(this.recordBytes)]);
    this.keep(record(opcode.message, u16(channelId), u32(channel.messages++), time, time, data));
    if (this.messages++ === 0) this.startTime = timeNanoseconds;
    if (timeNanoseconds < this.startTime) this.startTime = timeNanoseconds;
    if (timeNanoseconds > this.endTime) this.endTime = timeNanoseconds;
    if (this.recordBytes > chunkBytes) this.endChunk();
  }

  end(): void {
    this.endChunk();
    this.append(record(opcode.dataEnd, u32(0)));
    const summaryStart = this.offset;
    const groups: [number, readonly Uint8Array[]][] = [
      [opcode.schema, this.schemas],
      [opcode.channel, this.channels.map((channel) => channel.record)],
      [opcode.chunkIndex, this.chunks.map(({ index }) => index)],
      [opcode.statistics, [this.statistics()]],
    ];
    const offsets: Uint8Array[] = [];
    for (const [code, records] of groups) {
      const start = this.offset;
      for (const each of records) this.append(each);
      const length = BigInt(this.offset - start);
      offsets.push(record(opcode.summaryOffset, u8(code), u64(BigInt(start)), u64(length)));
    }
    const offsetsStart = this.offset;
    for (const each of offsets) this.append(each);
    const starts = [u64(BigInt(summaryStart)), u64(BigInt(offsetsStart))];
    // A checksum of 0 says that there is none.
    this.append(record(opcode.footer, ...starts, u32(0)));
    this.append(magic);
  }

  private keep(bytes: Uint8Array): void {
    this.records.push(bytes);
    this.recordBytes += bytes.length;
  }

  private endChunk(): void {
    if (this.records.length === 0) return;
    const records = concatenate(this.records);
    const times = [...this.indices.values()].flat().map(([time]) => time);
    const first = times.reduce((a, b) => (b < a ? b : a), times[0] ?? 0n);
    const last = times.reduce((a, b) => (b > a ? b : a), 0n);
    const chunkStart = this.offset;
    const size = BigInt(records.length);
    this.append(
      record(
        opcode.chunk,
        ...[u64(first), u64(last), u64(size), u32(crc32(records)), text(""), u64(size)],
        records,
      ),
    );
    const chunkLength = this.offset - chunkStart;
    const places: Uint8Array[] = [];
    const indexStart = this.offset;
    for (const [channelId, entries] of this.indices) {
      places.push(u16(channelId), u64(BigInt(this.offset)));
      const pairs = entries.flatMap(([time, offset]) => [u64(time), u64(offset)]);
      this.append(record(opcode.messageIndex, u16(channelId), u32(16 * entries.length), ...pairs));
    }
    this.chunks.push({
      index: record(
        opcode.chunkIndex,
        ...[u64(first), u64(last), u64(BigInt(chunkStart)), u64(BigInt(chunkLength))],
        u32(10 * this.indices.size),
        ...places,
        ...[u64(BigInt(this.offset - indexStart)), text(""), u64(size), u64(size)],
      ),
    });
    this.records = [];
    this.recordBytes = 0;
    this.indices = new Map();
  }

  private statistics(): Uint8Array {
    const counts = this.channels.flatMap(({ id, messages }) => [u16(id), u64(BigInt(messages))]);
    return record(
      opcode.statistics,
      ...[u64(BigInt(this.messages)), u16(this.schemas.length), u32(this.channels.length)],
      ...[u32(0), u32(0), u32(this.chunks.length), u64(this.startTime), u64(this.endTime)],
      u32(10 * this.channels.length),
      ...counts,
    );
  }

  private append(bytes: Uint8Array): void {
    this.offset += bytes.length;
    this.write(bytes);
  }
}

function record(code: number, ...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return concatenate([u8(code), u64(BigInt(length)), ...parts]);
}

function u8(value: number): Uint8Array {
  return Uint8Array.of(value);
}

function u16(value: number): Uint8Array {
  const bytes = new Uint8Array(2);
  new DataView(bytes.buffer).setUint16(0, value, true);
  return bytes;
}

function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

function u64(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value, true);
  return bytes;
}

function text(value: string): Uint8Array {
  const bytes = new TextEncoder().encode(value);
  return concatenate([u32(bytes.length), bytes]);
}
