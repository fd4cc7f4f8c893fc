/** The one way threads and processes are started: compiled `.js`, or `.ts` through tsx in tests. */
import { type ChildProcess, type ForkOptions, fork } from "node:child_process";
import { existsSync } from "node:fs";
import { Worker, type WorkerOptions } from "node:worker_threads";

/** Starts a worker thread. `entry` is `new URL("./worker.js", import.meta.url)` at the caller's. */
export function startThread(entry: URL, options: WorkerOptions = {}): Worker {
  const { file, argv } = resolve(entry);
  return new Worker(file, { ...options, argv: [...argv, ...(options.argv ?? [])] });
}

/** Starts a child process with an IPC channel. */
export function startProcess(entry: URL, options: ForkOptions = {}): ChildProcess {
  const { file, argv } = resolve(entry);
  return fork(file, argv, options);
}

function resolve(entry: URL): { file: URL; argv: string[] } {
  if (existsSync(entry)) return { file: entry, argv: [] };
  const source = entry.href.replace(/\.js$/, ".ts");
  return { file: new URL("./typescript-entry.mjs", import.meta.url), argv: [source] };
}
