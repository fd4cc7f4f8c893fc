/** Child processes with a limit on memory and time, and nothing of ours in their environment. */
import type { ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { RewardsmithError } from "../../core/errors.js";
import { startProcess } from "../../core/node/spawn.js";

export interface AskOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

export type Answer<T> =
  | { readonly outcome: "answered"; readonly answer: T }
  | { readonly outcome: "timeout" }
  /** It died: out of memory, most likely. */
  | { readonly outcome: "died" };

/** Starts a process that may read files and compute; nothing keeps this process alive for its sake. */
export function startConfined(entry: URL, memoryMb: number): ChildProcess {
  const child = startProcess(entry, {
    env: {},
    execArgv: [`--max-old-space-size=${memoryMb}`, ...permissionFlags(entry)],
    serialization: "advanced",
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  // A failure to start or to receive shows as an exit without an answer.
  child.on("error", () => {});
  hold(child, false);
  return child;
}

/**
 * Node's permission model: no writing, no processes, no threads. A seat belt beside the language
 * itself, and only for compiled entries: in tests the TypeScript loader needs a process of its own.
 */
function permissionFlags(entry: URL): string[] {
  if (!existsSync(entry)) return [];
  const flags = process.allowedNodeEnvironmentFlags;
  const flag = ["--permission", "--experimental-permission"].find((name) => flags.has(name));
  return flag === undefined ? [] : [flag, "--allow-fs-read=*"];
}

/** Sends one message and waits for one answer. Kills the process where none comes. */
export function ask<T>(
  child: ChildProcess,
  message: object,
  { timeoutMs, signal }: AskOptions,
): Promise<Answer<T>> {
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      child.off("message", onMessage);
      child.off("exit", onExit);
      hold(child, false);
      settle();
    };
    const onMessage = (answer: unknown) =>
      finish(() => resolve({ outcome: "answered", answer: answer as T }));
    const onExit = () => finish(() => resolve({ outcome: "died" }));
    const onAbort = () => {
      child.kill("SIGKILL");
      finish(() => reject(cancelled()));
    };
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      finish(() => resolve({ outcome: "timeout" }));
    }, timeoutMs);

    hold(child, true);
    child.once("message", onMessage);
    child.once("exit", onExit);
    signal?.addEventListener("abort", onAbort);
    if (signal?.aborted) onAbort();
    else child.send(message, () => {});
  });
}

/** Whether this process stays up for the child's sake. */
function hold(child: ChildProcess, wait: boolean): void {
  if (wait) {
    child.ref();
    child.channel?.ref();
  } else {
    child.unref();
    child.channel?.unref();
  }
}

function cancelled(): RewardsmithError {
  return new RewardsmithError("E_CANCELLED", "the check was cancelled");
}
