/** One search in its run folder: the loop with everything it works with on this machine. */
import { availableParallelism, cpus, platform, release } from "node:os";
import type { RunState } from "../events/run-state.js";
import type { CompiledTask } from "../reward/compiled-task.js";
import { createLocalExecutor } from "../run/local-executor.js";
import type { RunFolder } from "../run/run-folder.js";
import { versions } from "../run/versions.js";
import type { Designer } from "./designer.js";
import { watchInbox } from "./inbox.js";
import { type Journal, openJournal } from "./journal.js";
import { design } from "./loop.js";
import type { DesignObserver } from "./progress.js";
import type { RewardChecker } from "./reward-checker.js";
import type { SearchOptions } from "./search-options.js";

export interface SearchParts {
  readonly task: CompiledTask;
  readonly checker: RewardChecker;
  readonly designer: Designer;
  readonly options: SearchOptions;
  readonly runsFolder: string;
  readonly signal: AbortSignal;
  readonly observer: DesignObserver;
  /** Told the state that a run taken up again begins with. */
  readonly begin?: (state: RunState) => void;
}

/** Runs the search to its end, or until the signal aborts or a person stops it, and leaves the folder unlocked. */
export async function searchIn(run: RunFolder, parts: SearchParts): Promise<RunState> {
  const { task, checker, designer, options, runsFolder, signal, observer, begin } = parts;
  const journal: Journal = openJournal(run, () => new Date(), observer);
  const slots = slotsOf(options);
  const executor = createLocalExecutor({ runsRoot: runsFolder, slots });
  const stop = new AbortController();
  const inbox = watchInbox(run, journal, () => stop.abort());
  try {
    begin?.(journal.state);
    return await design({
      name: run.info.name,
      task,
      settings: options.design,
      training: options.training,
      designer,
      executor,
      check: (source) => checker.check(source, signal),
      journal,
      ...(options.start ? { start: options.start } : {}),
      notes: options.notes,
      versions: versions(),
      machine: machine(),
      signal: AbortSignal.any([signal, stop.signal]),
      nowMs: () => Date.now(),
    });
  } finally {
    // Trainings that end while they are being stopped still write to the journal.
    await executor.close();
    inbox.close();
    journal.close();
  }
}

/** Trainings at once. */
export function slotsOf({ slots }: SearchOptions): number {
  return slots ?? availableParallelism();
}

function machine(): string {
  const processor = cpus()[0]?.model.trim() || "unknown processor";
  return `${processor}, ${availableParallelism()} cores, ${platform()} ${release()}, Node ${process.versions.node}`;
}
