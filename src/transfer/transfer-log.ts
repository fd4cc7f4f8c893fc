/** A transfer's log while it is written: what has been done, and who is told of what follows. */
import { type TransferEvent, transferFormat, transferLogFile } from "../events/transfer-event.js";
import { foldTransfer, foldTransfers, type TransferState } from "../events/transfer-state.js";
import { openEventLog } from "../run/event-log.js";
import type { TransferParts, TransferStage } from "./transfer-parts.js";

export class TransferLog {
  state: TransferState;
  private readonly log: ReturnType<typeof openEventLog<TransferEvent>>;
  private readonly observer: TransferParts["observer"];

  constructor({ run, now, observer }: Pick<TransferParts, "run" | "now" | "observer">) {
    this.log = openEventLog(run.path(transferLogFile), transferFormat, now);
    this.observer = observer;
    this.state = foldTransfers(this.log.contents.events);
  }

  record(event: TransferEvent): void {
    const stamped = this.log.append(event);
    this.state = foldTransfer(this.state, stamped);
    this.observer.event?.(event, this.state);
  }

  progress(stage: TransferStage, share: number, note: string): void {
    this.observer.progress?.(stage, share, note);
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
