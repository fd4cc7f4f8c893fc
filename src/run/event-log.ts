/**
 * An append-only log of JSON lines: one header, then one event a line, each flushed to the disk
 * before `append` returns. What the events are is the caller's schema; `seq` and `time` are added.
 */
import {
  appendFileSync,
  closeSync,
  existsSync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import { RewardsmithError } from "../core/errors.js";
import { diskError } from "./disk.js";
import { tryLock, WriterLock } from "./writer-lock.js";

export interface Stamp {
  /** 1 for the first event. */
  readonly seq: number;
  /** ISO 8601, UTC. */
  readonly time: string;
}

export interface EventLogFormat<E extends object> {
  /** Raised when older logs can no longer be read. */
  readonly version: number;
  /** One event without its stamp. */
  readonly schema: z.ZodType<E>;
}

export interface EventLogContents<E extends object> {
  readonly events: readonly (E & Stamp)[];
  /** A last line that was cut or corrupted: no event. */
  readonly badTail: { readonly line: number; readonly text: string; readonly why: string } | null;
}

const formatName = "rewardsmith-events";
const headerSchema = z.object({ format: z.literal(formatName), version: z.int() });
const stampSchema = z.object({ seq: z.int().positive(), time: z.string() });

/** Reads and validates a log without touching it; its writer may be at work, or not have begun. */
export function readEventLog<E extends object>(
  file: string,
  format: EventLogFormat<E>,
): EventLogContents<E> {
  return parseLog(file, existsSync(file) ? readFileSync(file) : Buffer.alloc(0), format);
}

/** Opens for writing, making the file where there is none. One writer at a time. */
export function openEventLog<E extends object>(
  file: string,
  format: EventLogFormat<E>,
  now: () => Date,
): EventLog<E> {
  mkdirSync(dirname(file), { recursive: true });
  const lock = tryLock(`${file}.lock`, now);
  if (!(lock instanceof WriterLock)) {
    throw new RewardsmithError(
      "E_RUN_LOCKED",
      `process ${lock.pid} on ${lock.host} has been writing this run since ${lock.since}`,
      {
        where: file,
        hint: `wait for it or stop it; if that computer is switched off, remove ${file}.lock`,
      },
    );
  }
  try {
    return new EventLog(file, format, now, lock);
  } catch (error) {
    lock.release();
    throw diskError(error, file);
  }
}

export class EventLog<E extends object> {
  readonly file: string;
  /** What stood there when it was opened. A bad tail has been moved to `<file>.bad`. */
  readonly contents: EventLogContents<E>;
  private readonly format: EventLogFormat<E>;
  private readonly now: () => Date;
  private readonly lock: WriterLock;
  private readonly descriptor: number;
  private seq: number;
  private length: number;
  private closed = false;

  constructor(file: string, format: EventLogFormat<E>, now: () => Date, lock: WriterLock) {
    this.file = file;
    this.format = format;
    this.now = now;
    this.lock = lock;
    const bytes = existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
    const parsed = parseLog(file, bytes, format);
    this.contents = parsed;
    this.seq = parsed.events.length;
    if (parsed.badTail) appendFileSync(`${file}.bad`, `${parsed.badTail.text}\n`);
    this.descriptor = openSync(file, existsSync(file) ? "r+" : "w+");
    ftruncateSync(this.descriptor, parsed.goodBytes);
    this.length = parsed.goodBytes;
    try {
      if (parsed.goodBytes === 0) {
        this.write(JSON.stringify({ format: formatName, version: format.version }));
      } else if (bytes[parsed.goodBytes - 1] !== newline) {
        this.writeBytes(Buffer.from("\n"));
      }
    } catch (error) {
      closeSync(this.descriptor);
      throw error;
    }
  }

  /** Adds one event and flushes it. Returns it as a reader will see it. */
  append(event: E): E & Stamp {
    const stamp = { seq: this.seq + 1, time: this.now().toISOString() };
    const line = JSON.stringify({ ...stamp, ...event });
    const { seq: _seq, time: _time, ...body } = JSON.parse(line);
    const read = this.format.schema.safeParse(body);
    if (!read.success) {
      throw new RewardsmithError("E_LOG_EVENT", `not an event: ${z.prettifyError(read.error)}`, {
        where: this.file,
      });
    }
    this.write(line);
    this.seq++;
    return { ...read.data, ...stamp };
  }

  close(): void {
    this.closed = true;
    closeSync(this.descriptor);
    this.lock.release();
  }

  private write(line: string): void {
    this.writeBytes(Buffer.from(`${line}\n`));
  }

  /** All of it or nothing: what a full disk took half of is cut off again. */
  private writeBytes(bytes: Uint8Array): void {
    // The descriptor's number may belong to another file by now.
    if (this.closed) throw new Error(`${this.file} is closed`);
    try {
      let written = 0;
      while (written < bytes.length) {
        const rest = bytes.length - written;
        written += writeSync(this.descriptor, bytes, written, rest, this.length + written);
      }
      fdatasyncSync(this.descriptor);
      this.length += bytes.length;
    } catch (error) {
      if (fstatSync(this.descriptor).size > this.length)
        ftruncateSync(this.descriptor, this.length);
      throw diskError(error, this.file);
    }
  }
}

const newline = 0x0a;

function parseLog<E extends object>(
  file: string,
  bytes: Buffer,
  format: EventLogFormat<E>,
): EventLogContents<E> & { goodBytes: number } {
  const events: (E & Stamp)[] = [];
  let line = 0;
  let start = 0;
  while (start < bytes.length) {
    line++;
    const end = bytes.indexOf(newline, start);
    const stop = end < 0 ? bytes.length : end;
    const next = end < 0 ? bytes.length : end + 1;
    const raw = bytes.subarray(start, stop);
    try {
      const value = parseLine(raw);
      if (line === 1) checkHeader(file, value, format.version);
      else events.push(parseEvent(value, events.length + 1, format.schema));
    } catch (error) {
      if (error instanceof RewardsmithError) throw error;
      const why = error instanceof Error ? error.message : String(error);
      if (next < bytes.length) {
        throw new RewardsmithError("E_LOG_CORRUPT", `line ${line} cannot be read: ${why}`, {
          where: `${file}:${line}`,
          hint: "restore the file from a copy, or start a new run; the artifacts beside it are untouched",
          cause: error,
        });
      }
      return { events, badTail: { line, text: raw.toString("utf8"), why }, goodBytes: start };
    }
    start = next;
  }
  return { events, badTail: null, goodBytes: start };
}

/** A line as JSON; invalid UTF-8 is an error. */
export function parseLine(raw: Uint8Array): unknown {
  return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(raw));
}

/** Throws for a log of another format. */
export function checkHeader(file: string, value: unknown, version: number): void {
  const header = headerSchema.parse(value);
  if (header.version === version) return;
  throw new RewardsmithError(
    "E_RUN_VERSION",
    `the log has format ${header.version}; this installation reads format ${version}`,
    {
      where: file,
      hint:
        header.version > version
          ? "it was written by a newer rewardsmith: update this one"
          : "finish it with the rewardsmith that wrote it (its version is in run.json), or start a new run",
    },
  );
}

function parseEvent<E extends object>(
  value: unknown,
  seq: number,
  schema: z.ZodType<E>,
): E & Stamp {
  const stamp = stampSchema.parse(value);
  if (stamp.seq !== seq) throw new Error(`event number ${stamp.seq} where ${seq} should stand`);
  const { seq: _seq, time: _time, ...body } = value as Record<string, unknown>;
  return { ...schema.parse(body), ...stamp };
}
