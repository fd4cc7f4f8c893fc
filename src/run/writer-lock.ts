/**
 * A lock file says who writes: pid, host and when that process began. A lock left behind by a
 * process that is gone is taken over; one of a living process is not.
 */
import { randomUUID } from "node:crypto";
import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { z } from "zod";
import { diskError } from "./disk.js";

const holderSchema = z.object({
  pid: z.int(),
  host: z.string(),
  /** Start time of the process in the kernel's count, where it tells: a pid may be used again. */
  processStart: z.string().nullable(),
  since: z.string(),
  token: z.string(),
});
export type LockHolder = z.infer<typeof holderSchema>;

/** The holder touches its lock this often, so that other hosts can tell that it lives. */
const touchSeconds = 10;
/** A lock of another host, where a pid says nothing, is stale when untouched for this long. */
const foreignStaleSeconds = 120;
/** A lock file is empty for a moment while it is made. */
const emptyStaleSeconds = 5;

export class WriterLock {
  readonly path: string;
  private readonly token: string;
  private readonly timer: NodeJS.Timeout;

  constructor(path: string, token: string) {
    this.path = path;
    this.token = token;
    this.timer = setInterval(() => this.touch(), touchSeconds * 1000);
    this.timer.unref();
  }

  release(): void {
    clearInterval(this.timer);
    if (readHolder(this.path)?.token === this.token) rmSync(this.path, { force: true });
  }

  private touch(): void {
    try {
      const now = new Date();
      utimesSync(this.path, now, now);
    } catch {
      // The file is gone only when the whole folder is; the next write says so better.
    }
  }
}

/** Takes the lock, or says who holds it. */
export function tryLock(path: string, now: () => Date): WriterLock | LockHolder {
  mkdirSync(dirname(path), { recursive: true });
  for (;;) {
    const token = randomUUID();
    const mine: LockHolder = {
      pid: process.pid,
      host: hostname(),
      processStart: processStart(process.pid),
      since: now().toISOString(),
      token,
    };
    if (create(path, JSON.stringify(mine))) return new WriterLock(path, token);
    const holder = readHolder(path);
    if (!isStale(path, holder)) return holder ?? { ...mine, pid: 0, host: "?", token: "" };
    takeAway(path, holder);
  }
}

/** Who holds the lock now; null where nobody living does. */
export function lockHolder(path: string): LockHolder | null {
  const holder = readHolder(path);
  return holder === null || isStale(path, holder) ? null : holder;
}

function create(path: string, content: string): boolean {
  let file: number;
  try {
    file = openSync(path, "wx");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw diskError(error, path);
  }
  try {
    writeFileSync(file, content);
    return true;
  } catch (error) {
    rmSync(path, { force: true });
    throw diskError(error, path);
  } finally {
    closeSync(file);
  }
}

function readHolder(path: string): LockHolder | null {
  try {
    return holderSchema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch {
    return null;
  }
}

function isStale(path: string, holder: LockHolder | null): boolean {
  if (holder?.host === hostname()) return !isAlive(holder);
  try {
    const untouchedSeconds = (Date.now() - statSync(path).mtimeMs) / 1000;
    return untouchedSeconds > (holder ? foreignStaleSeconds : emptyStaleSeconds);
  } catch {
    return true; // released in the meantime
  }
}

/** Removes a stale lock; a new one that another process made in between is put back. */
function takeAway(path: string, stale: LockHolder | null): void {
  const aside = `${path}.${randomUUID()}`;
  try {
    renameSync(path, aside);
  } catch {
    return; // another process was quicker
  }
  if (readHolder(aside)?.token === stale?.token) rmSync(aside, { force: true });
  else renameSync(aside, path);
}

function isAlive(holder: LockHolder): boolean {
  const start = processStart(holder.pid);
  if (start !== null && holder.processStart !== null) return start === holder.processStart;
  try {
    process.kill(holder.pid, 0);
    return start !== "zombie";
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Field 22 of /proc/pid/stat (proc(5)); "zombie" for a killed one not yet reaped; null elsewhere. */
function processStart(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" || fields[0] === "X" ? "zombie" : fields[19];
  } catch {
    return null;
  }
}
