import { readFileSync } from "node:fs";

/**
 * CPU seconds used by the calling thread: Node's own counter where it has one (23.9 and later),
 * else Linux's /proc, else that of the whole process, which then includes other workers.
 */
export function cpuSeconds(): number {
  const node = process as typeof process & {
    threadCpuUsage?: () => { user: number; system: number };
  };
  if (node.threadCpuUsage) {
    const { user, system } = node.threadCpuUsage();
    return (user + system) / 1e6;
  }
  const nanoseconds = linuxThreadNanoseconds();
  if (nanoseconds !== undefined) return nanoseconds / 1e9;
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function linuxThreadNanoseconds(): number | undefined {
  try {
    return Number(readFileSync("/proc/thread-self/schedstat", "utf8").split(" ")[0]);
  } catch {
    return undefined;
  }
}
