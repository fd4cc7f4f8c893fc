/** Ctrl-C: the first one asks for a clean stop, the second one forces it. */
import { exitCode } from "./exit-codes.js";

export interface InterruptSource {
  on(signal: NodeJS.Signals, listener: () => void): unknown;
  off(signal: NodeJS.Signals, listener: () => void): unknown;
  exit(code: number): void;
}

export interface Interrupt {
  readonly signal: AbortSignal;
  dispose(): void;
}

export function listenForInterrupt(
  source: InterruptSource,
  announce: (text: string) => void,
): Interrupt {
  const controller = new AbortController();
  const listener = () => {
    if (controller.signal.aborted) source.exit(exitCode.stopped);
    announce("Stopping cleanly; press Ctrl-C again to stop at once.");
    controller.abort();
  };
  const signals: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) source.on(signal, listener);
  return {
    signal: controller.signal,
    dispose: () => {
      for (const signal of signals) source.off(signal, listener);
    },
  };
}
