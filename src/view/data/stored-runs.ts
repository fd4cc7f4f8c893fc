/** The runs of a folder, each read once and then only what was added to it. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { formatError, RewardsmithError } from "../../core/errors.js";
import type { RunState } from "../../events/run-state.js";
import { transferLogFile } from "../../events/transfer-event.js";
import { openRun, RunFolder } from "../../run/run-folder.js";
import { lockHolder } from "../../run/writer-lock.js";
import type { RunSummary } from "./answers.js";
import { RunLog } from "./run-log.js";
import { summarizeRun, unreadableRun } from "./run-summary.js";
import { isTransfer, summarizeTransfer } from "./transfer-summary.js";

/** A run as it stands at the moment it was looked at. */
export interface StoredRun {
  readonly folder: RunFolder;
  readonly state: RunState;
  readonly log: RunLog;
  /** Whether a process works on it. */
  readonly live: boolean;
}

/** What is kept of every run; whole logs are kept of a few only. */
interface Entry {
  readonly folder: RunFolder;
  /** Of the log when `summary` was made. */
  fingerprint: string;
  summary: RunSummary | null;
  taskHash: string | null;
  /** Whether its finals trained the human or the sparse reward. */
  hasBaselines: boolean;
}

const logsKept = 12;

/** A list is answered after this long with what is known by then. */
const patienceMs = 150;

export class StoredRuns {
  readonly folder: string;
  private readonly entries = new Map<string, Entry>();
  /** Least recently used first. */
  private readonly logs = new Map<string, RunLog>();

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Newest first. What could not be read in a moment is missing, and there the next time. */
  list(nowMs: () => number = performance.now.bind(performance)): {
    runs: RunSummary[];
    total: number;
  } {
    const names = this.names();
    const started = nowMs();
    const runs: RunSummary[] = [];
    let unread = 0;
    for (const name of names) {
      const known = this.entries.get(name)?.summary;
      // What was read once costs a look at the disk only, and is never left out.
      if (!known && nowMs() - started > patienceMs && runs.length > 0) {
        unread++;
        continue;
      }
      const summary = this.summary(name);
      if (summary) runs.push(summary);
    }
    runs.sort((a, b) => (a.created < b.created ? 1 : -1));
    return { runs, total: runs.length + unread };
  }

  /** Null for a folder that is no run of this version. */
  summary(name: string): RunSummary | null {
    const entry = this.entry(name);
    if (!entry) return null;
    const { folder } = entry;
    const live = isLive(folder);
    const fingerprint = `${live} ${fingerprintOf(logOf(folder))}`;
    if (entry.summary && entry.fingerprint === fingerprint) return entry.summary;
    try {
      if (isTransfer(folder.info)) entry.summary = summarizeTransfer(folder, live);
      else this.summarizeSearch(entry, live);
    } catch (error) {
      entry.summary = unreadableRun(folder.info, formatError(error).split("\n", 1)[0]);
    }
    entry.fingerprint = fingerprint;
    return entry.summary;
  }

  private summarizeSearch(entry: Entry, live: boolean): void {
    const { state } = this.log(entry.folder);
    entry.summary = summarizeRun(entry.folder.info, state, live);
    entry.taskHash = state.start?.task.hash ?? null;
    entry.hasBaselines = state.finals.some(({ which, result }) => which !== "best" && result);
  }

  /** Throws E_RUN_UNKNOWN, or what is wrong with its log. */
  open(name: string): StoredRun {
    const entry = this.entry(name);
    if (!entry) {
      throw new RewardsmithError("E_RUN_UNKNOWN", `no run is named "${name.slice(0, 80)}"`, {
        hint: "the list of runs has them all",
      });
    }
    const { folder } = entry;
    const log = this.log(folder);
    return { folder, log, state: log.state, live: isLive(folder) };
  }

  /** The newest other run of the same task whose finals trained the baselines, as far as runs were read. */
  withBaselines({ state, folder }: StoredRun): StoredRun | null {
    const hash = state.start?.task.hash;
    const others = [...this.entries.values()].filter(
      (entry) =>
        entry.hasBaselines &&
        entry.taskHash === hash &&
        entry.folder.info.name !== folder.info.name,
    );
    others.sort((a, b) => (a.folder.info.created < b.folder.info.created ? 1 : -1));
    return others[0] ? this.open(others[0].folder.info.name) : null;
  }

  /** How a task of the runs that were read is loaded: a name or a folder; asked for by that, or as the task calls itself. */
  taskOf(said: string): string | undefined {
    const entries = [...this.entries.values()];
    const found = entries.find(
      ({ folder, summary }) => folder.info.task === said || summary?.task === said,
    );
    return found?.folder.info.task;
  }

  /** Those changed last first. */
  private names(): string[] {
    if (!existsSync(this.folder)) return [];
    const names = readdirSync(this.folder).filter(isRunName);
    for (const name of this.entries.keys()) if (!names.includes(name)) this.entries.delete(name);
    const time = (name: string, file: string) =>
      statSync(join(this.folder, name, file), { throwIfNoEntry: false })?.mtimeMs ?? 0;
    const changed = (name: string) =>
      Math.max(time(name, "events.jsonl"), time(name, transferLogFile));
    return names
      .map((name) => ({ name, at: changed(name) }))
      .sort((a, b) => b.at - a.at)
      .map(({ name }) => name);
  }

  /** The run's log as it now stands. */
  private log(folder: RunFolder): RunLog {
    const { name } = folder.info;
    const log = this.logs.get(name) ?? new RunLog(folder.eventsFile);
    this.logs.delete(name);
    this.logs.set(name, log);
    for (const oldest of this.logs.keys()) {
      if (this.logs.size <= logsKept) break;
      this.logs.delete(oldest);
    }
    log.refresh();
    return log;
  }

  private entry(name: string): Entry | null {
    const known = this.entries.get(name);
    if (known) return known;
    if (!isRunName(name)) return null;
    if (!existsSync(join(this.folder, name, "run.json"))) return null;
    try {
      const { folder: path, info } = openRun(this.folder, name);
      // A folder that was renamed is the run of that name.
      const folder = new RunFolder(path, { ...info, name });
      const entry: Entry = {
        folder,
        fingerprint: "",
        summary: null,
        taskHash: null,
        hasBaselines: false,
      };
      this.entries.set(name, entry);
      return entry;
    } catch {
      return null;
    }
  }
}

/** Names come from the network: one folder below the runs, never a path. */
export function isRunName(name: string): boolean {
  return /^[A-Za-z0-9][\w.-]*$/.test(name);
}

function isLive(folder: RunFolder): boolean {
  const lock = `${logOf(folder)}.lock`;
  return existsSync(lock) && lockHolder(lock) !== null;
}

function logOf(folder: RunFolder): string {
  return isTransfer(folder.info) ? folder.path(transferLogFile) : folder.eventsFile;
}

function fingerprintOf(file: string): string {
  const info = statSync(file, { throwIfNoEntry: false });
  return info ? `${info.size} ${info.mtimeMs} ${info.ino}` : "";
}
