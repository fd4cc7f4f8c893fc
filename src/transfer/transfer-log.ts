/** A transfer's log while it is written: what has been done, and who is told of what follows. */
import { type TransferEvent, transferFormat, transferLogFile } from "../events/transfer-event.js";
import { foldTransfer, foldTransfers, type TransferState } from "../events/transfer-state.js";
import { openEventLog } from "../run/event-log.js";
import type { TransferParts, TransferStage } from "./transfer-parts.js";

type LogParts = Pick<TransferParts, "run" | "now" | "cpuSeconds" | "observer">;

/** What a kill leaves uncounted at most. */
const accountEveryMs = 20_000;

export class TransferLog {
  state: TransferState;
  private readonly log: ReturnType<typeof openEventLog<TransferEvent>>;
  private readonly parts: LogParts;
  /** Environment steps since the last account, and when and after how much CPU time that was given. */
  private steps = 0;
  private accountedMs: number;
  private accountedCpuSeconds: number;

  constructor(parts: LogParts) {
    const { run, now } = parts;
    this.log = openEventLog(run.path(transferLogFile), transferFormat, now);
    this.parts = parts;
    this.accountedMs = now().getTime();
    this.accountedCpuSeconds = parts.cpuSeconds();
    this.state = foldTransfers(this.log.contents.events);
  }

  record(event: TransferEvent): void {
    const stamped = this.log.append(event);
    this.state = foldTransfer(this.state, stamped);
    this.parts.observer.event?.(event, this.state);
  }

  progress(stage: TransferStage, share: number, note: string): void {
    this.parts.observer.progress?.(stage, share, note);
    if (this.parts.now().getTime() - this.accountedMs >= accountEveryMs) this.account();
  }

  /** So many environment steps were trained. */
  stepped(steps: number): void {
    this.steps += steps;
  }

  /** Writes down what was spent since the last time. */
  account(): void {
    const { steps, accountedCpuSeconds } = this;
    this.accountedMs = this.parts.now().getTime();
    this.accountedCpuSeconds = this.parts.cpuSeconds();
    this.steps = 0;
    const cpuSeconds = Math.max(0, this.accountedCpuSeconds - accountedCpuSeconds);
    this.record({ type: "worked", steps, cpuSeconds });
  }

  /** Progress of a stage whose parts are worked on at once: a share of each, those done before included. */
  progressOf(stage: TransferStage, count: number, done: number): PartProgress {
    const shares = new Map<number, number>();
    return (part, share, note) => {
      shares.set(part, share);
      const sum = [...shares.values()].reduce((a, b) => a + b, done);
      this.progress(stage, sum / count, note);
    };
  }

  close(): void {
    this.log.close();
  }
}

type PartProgress = (part: number, share: number, note: string) => void;
