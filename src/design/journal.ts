/** A run's memory: its event log, the state folded from it, and the files the events name. */
import { eventFormat, type RunEvent, type StampedEvent } from "../events/event.js";
import { fold, foldAll } from "../events/fold.js";
import type { RunState } from "../events/run-state.js";
import type { Evaluation, MetricsRow } from "../rl/metrics.js";
import { type EventLog, openEventLog } from "../run/event-log.js";
import type { RunFolder } from "../run/run-folder.js";
import { TensorBoardFile } from "../run/tensorboard.js";
import type { DesignObserver } from "./progress.js";

export interface Journal {
  readonly state: RunState;
  readonly observer: DesignObserver;
  /** Appends, folds and tells the observer. On the disk when it returns. */
  record(event: RunEvent): void;
  read(path: string): string;
  /** Writes a file whole and returns its path in the run. */
  write(path: string, content: string): string;
  /** Keeps a training's curve, its TensorBoard events and its checkpoint. */
  keepTraining(training: TrainingFiles): void;
  /** Resolves at the next event, and where the signal aborts. */
  changed(signal?: AbortSignal): Promise<void>;
  close(): void;
}

/** Where the files of a finished training go (paths in the run), and what they hold. */
export interface TrainingFiles {
  readonly curve: string;
  readonly checkpoint: string;
  readonly tensorboard: string;
  readonly rows: readonly MetricsRow[];
  readonly evaluations: readonly Evaluation[];
  /** Path of the checkpoint in the job store. */
  readonly source: string;
}

/** Opens a run's log for writing; what it holds is folded at once. */
export function openJournal(
  folder: RunFolder,
  now: () => Date,
  observer: DesignObserver = {},
): Journal {
  return new FileJournal(folder, openEventLog(folder.eventsFile, eventFormat, now), now, observer);
}

class FileJournal implements Journal {
  state: RunState;
  readonly observer: DesignObserver;
  private readonly folder: RunFolder;
  private readonly log: EventLog<RunEvent>;
  private readonly now: () => Date;
  private readonly waiting = new Set<() => void>();

  constructor(
    folder: RunFolder,
    log: EventLog<RunEvent>,
    now: () => Date,
    observer: DesignObserver,
  ) {
    this.folder = folder;
    this.log = log;
    this.now = now;
    this.observer = observer;
    this.state = foldAll(log.contents.events);
  }

  record(event: RunEvent): void {
    const stamped: StampedEvent = this.log.append(event);
    this.state = fold(this.state, stamped);
    this.observer.event?.(stamped, this.state);
    for (const wake of this.waiting) wake();
  }

  changed(signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        this.waiting.delete(wake);
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      this.waiting.add(wake);
      signal?.addEventListener("abort", wake, { once: true });
    });
  }

  read(path: string): string {
    return this.folder.read(path);
  }

  write(path: string, content: string): string {
    return this.folder.write(path, content);
  }

  keepTraining(training: TrainingFiles): void {
    const { rows, evaluations } = training;
    this.folder.write(training.curve, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
    this.folder.copyIn(training.checkpoint, training.source);
    const seconds = rows.at(-1)?.wallSeconds ?? 0;
    const start = new Date(this.now().getTime() - 1000 * seconds);
    const board = new TensorBoardFile(this.folder.path(training.tensorboard), start);
    for (const row of rows) board.addRow(row);
    for (const evaluation of evaluations) board.addEvaluation(evaluation);
  }

  close(): void {
    this.log.close();
  }
}
