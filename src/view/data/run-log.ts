/** Follows one run's event log: reads what was added since the last look, and folds it. */
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { RewardsmithError } from "../../core/errors.js";
import { eventFormat, type StampedEvent } from "../../events/event.js";
import { fold } from "../../events/fold.js";
import { newRun, type RunState } from "../../events/run-state.js";
import { checkHeader, parseLine } from "../../run/event-log.js";

/** A training that the run did again with another seed; its curve lies in the job store. */
export interface AgainTraining {
  readonly id: string;
  readonly seed: number;
  readonly jobId: string;
}

type AnswerEvent = Extract<StampedEvent, { type: "answerReceived" }>;

export class RunLog {
  state: RunState = newRun;
  /** Trainings under way or done, by candidate: where the job store keeps their curves. */
  readonly jobs = new Map<string, string>();
  readonly again: AgainTraining[] = [];
  readonly answers: AnswerEvent[] = [];
  private readonly file: string;
  private descriptorId = "";
  private bytesRead = 0;
  /** Byte at which event n+1 begins. */
  private readonly starts: number[] = [];
  private sawHeader = false;

  constructor(file: string) {
    this.file = file;
  }

  get lastSeq(): number {
    return this.starts.length;
  }

  /** Takes in what was written since. Throws where the log cannot be read. */
  refresh(): void {
    const info = statSync(this.file, { throwIfNoEntry: false });
    if (!info) return;
    const identity = `${info.dev} ${info.ino}`;
    // Another file under this name, or one that was cut, is read from its beginning.
    if (identity !== this.descriptorId || info.size < this.bytesRead) this.reset(identity);
    if (info.size === this.bytesRead) return;
    const bytes = readRange(this.file, this.bytesRead, info.size);
    // The line being written has no end yet: it is read at the next look.
    const end = bytes.lastIndexOf(newline) + 1;
    try {
      for (let start = 0; start < end; ) {
        const stop = bytes.indexOf(newline, start);
        this.take(bytes.subarray(start, stop), this.bytesRead + start);
        start = stop + 1;
      }
    } catch (error) {
      this.reset("");
      throw error;
    }
    this.bytesRead += end;
  }

  /** Events after number `seq`, read from the file again: they are not kept. */
  eventsSince(seq: number): StampedEvent[] {
    const from = this.starts[Math.max(0, seq)];
    if (from === undefined) return [];
    const events: StampedEvent[] = [];
    const bytes = readRange(this.file, from, this.bytesRead);
    for (let start = 0; start < bytes.length; ) {
      const stop = bytes.indexOf(newline, start);
      events.push(this.parse(bytes.subarray(start, stop), seq + events.length + 1));
      start = stop + 1;
    }
    return events;
  }

  private take(line: Buffer, start: number): void {
    if (!this.sawHeader) {
      checkHeader(this.file, parseLine(line), eventFormat.version);
      this.sawHeader = true;
      return;
    }
    const event = this.parse(line, this.starts.length + 1);
    this.starts.push(start);
    this.state = fold(this.state, event);
    if (event.type === "answerReceived") this.answers.push(event);
    if (event.type === "trainingStarted" && event.jobId !== undefined) {
      this.jobs.set(event.id, event.jobId);
    } else if (event.type === "candidateRepeated" || event.type === "candidateConfirmed") {
      this.again.push({ id: event.id, seed: event.seed, jobId: event.jobId });
    }
  }

  /** The writer checked every event whole; that again for a thousand runs would take minutes. */
  private parse(line: Uint8Array, seq: number): StampedEvent {
    const event = parseLine(line) as Partial<StampedEvent> | null;
    if (event?.seq === seq && knownTypes.has(String(event.type))) return event as StampedEvent;
    throw new RewardsmithError("E_LOG_CORRUPT", `event ${seq} is not known`, {
      where: this.file,
      hint: "it may be from another version of rewardsmith, or the disk changed it",
    });
  }

  private reset(identity: string): void {
    this.descriptorId = identity;
    this.state = newRun;
    this.bytesRead = 0;
    this.sawHeader = false;
    this.starts.length = 0;
    this.jobs.clear();
    this.again.length = 0;
    this.answers.length = 0;
  }
}

const newline = 0x0a;
const knownTypes: ReadonlySet<string> = new Set(
  eventFormat.schema.options.map(({ shape }) => shape.type.value),
);

function readRange(file: string, from: number, to: number): Buffer {
  const bytes = Buffer.alloc(to - from);
  const descriptor = openSync(file, "r");
  try {
    let read = 0;
    while (read < bytes.length) {
      const got = readSync(descriptor, bytes, read, bytes.length - read, from + read);
      if (got === 0) break;
      read += got;
    }
    return bytes.subarray(0, read);
  } finally {
    closeSync(descriptor);
  }
}
