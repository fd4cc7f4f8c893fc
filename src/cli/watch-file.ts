/** Waits for a person to save a file. */
import { watch } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** Editors write in several steps, some by renaming a new file over the old one. */
const settleMs = 80;

/** Yields the file's text now and after each save that changes it, until the signal aborts. */
export async function* fileContents(file: string, signal: AbortSignal): AsyncGenerator<string> {
  let last: string | undefined;
  let wake = () => {};
  let changed = true;
  // The folder is watched, because a file that is renamed over another is a new one.
  const watcher = watch(path.dirname(file), (_, name) => {
    if (name !== null && name !== path.basename(file)) return;
    changed = true;
    wake();
  });
  const stop = () => wake();
  signal.addEventListener("abort", stop);
  try {
    while (!signal.aborted) {
      if (!changed) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        await delay(settleMs);
        continue;
      }
      changed = false;
      const text = await readFile(file, "utf8").catch(() => undefined);
      if (text === undefined || text === last || text.trim() === "") continue;
      last = text;
      yield text;
    }
  } finally {
    signal.removeEventListener("abort", stop);
    watcher.close();
  }
}
