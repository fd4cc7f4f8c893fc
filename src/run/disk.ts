/** Files that are whole or absent: what is read back was written completely. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { threadId } from "node:worker_threads";
import { RewardsmithError } from "../core/errors.js";

/** Writes beside the target, flushes to the disk, then renames over it. */
export function writeAtomic(path: string, data: string | Uint8Array): void {
  const temporary = `${path}.${process.pid}-${threadId}.tmp`;
  try {
    const file = openSync(temporary, "w");
    try {
      writeFileSync(file, data);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw diskError(error, path);
  }
}

/** Names what a failed write means to a person; other errors pass through as they are. */
export function diskError(error: unknown, path: string): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new RewardsmithError("E_DISK_FULL", "no space left on the disk; nothing was lost", {
      where: path,
      hint: "free some space (old folders under runs/), then run `rewardsmith resume`",
      cause: error,
    });
  }
  if (code === "EACCES" || code === "EPERM" || code === "EROFS") {
    return new RewardsmithError("E_DISK_DENIED", `not allowed to write here (${code})`, {
      where: path,
      hint: "make the folder writable or choose another; --runs says where runs are kept",
      cause: error,
    });
  }
  if (code === "ENOTDIR" || code === "EISDIR" || code === "ENAMETOOLONG") {
    return new RewardsmithError("E_DISK_PATH", `nothing can be kept under this path (${code})`, {
      where: path,
      hint: "it is too long, or a file stands where a folder has to be or the other way round: choose another",
      cause: error,
    });
  }
  return error;
}
