/** How much of a processor this process gets of what it asks for: what a watchdog's patience follows. */
import { readdirSync, readFileSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";

/** One thread since it began: nanoseconds on a processor, and ready but waiting for one. */
export interface ThreadTime {
  readonly ran: number;
  readonly waited: number;
}

/** By thread; undefined where the system does not tell. */
export type ThreadTimes = () => ReadonlyMap<string, ThreadTime> | undefined;

/** Less waiting than this says nothing, ns: threads that sleep wait a little whenever they wake. */
const littleWaiting = 2e7;

export class ProcessorShare {
  private readonly read: ThreadTimes;
  private before: ReadonlyMap<string, ThreadTime> | undefined;

  constructor(read: ThreadTimes = linuxThreadTimes) {
    this.read = read;
    this.before = read();
  }

  /**
   * Of the time since the last call in which threads of this process were ready to run, the share
   * in which they ran; 1 where none was kept waiting. Elsewhere than on Linux what the machine's
   * load leaves to each that runs.
   */
  take(): number {
    const now = this.read();
    const { before } = this;
    this.before = now;
    if (now === undefined || before === undefined) {
      return Math.min(1, availableParallelism() / Math.max(1e-9, loadavg()[0]));
    }
    let ran = 0;
    let waited = 0;
    for (const [thread, time] of now) {
      const last = before.get(thread) ?? { ran: 0, waited: 0 };
      ran += time.ran - last.ran;
      waited += time.waited - last.waited;
    }
    return waited < littleWaiting ? 1 : ran / (ran + waited);
  }
}

function linuxThreadTimes(): ReadonlyMap<string, ThreadTime> | undefined {
  const folder = "/proc/self/task";
  const times = new Map<string, ThreadTime>();
  let threads: string[];
  try {
    threads = readdirSync(folder);
  } catch {
    return undefined;
  }
  for (const thread of threads) {
    try {
      const [ran, waited] = readFileSync(`${folder}/${thread}/schedstat`, "utf8").split(" ");
      times.set(thread, { ran: Number(ran), waited: Number(waited) });
    } catch {
      // It has ended meanwhile.
    }
  }
  return times.size > 0 ? times : undefined;
}
