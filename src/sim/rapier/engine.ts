/** Rapier's WASM, loaded once per thread: a second `init` in one thread is not safe. */
import { init } from "@dimforge/rapier3d";

let loading: Promise<void> | undefined;

export function loadRapier(): Promise<void> {
  loading ??= init();
  return loading;
}
