/** Rapier's WASM, loaded once per thread: a second `init` in one thread is not safe. */
import { init } from "@dimforge/rapier3d";

/** What of a WASM memory is used here; its buffer changes when it grows. */
export interface EngineMemory {
  readonly buffer: ArrayBuffer;
}

interface Instantiated {
  readonly exports?: Exports;
  readonly instance?: { readonly exports: Exports };
}
type Exports = Readonly<Record<string, unknown>>;

let loading: Promise<void> | undefined;
let memory: EngineMemory | undefined;

export function loadRapier(): Promise<void> {
  loading ??= load();
  return loading;
}

/** The memory Rapier computes in; undefined where it could not be told which it is. */
export function rapierMemory(): EngineMemory | undefined {
  return memory;
}

/** The package shows its memory to nobody, so the instance is caught where it is made. */
async function load(): Promise<void> {
  const { WebAssembly: wasm } = globalThis as unknown as {
    WebAssembly: { instantiate: (...args: readonly unknown[]) => Promise<Instantiated> };
  };
  const { instantiate } = wasm;
  wasm.instantiate = async (...args) => {
    const made = await instantiate(...args);
    const exports = made.instance?.exports ?? made.exports ?? {};
    if ("rawrigidbodyset_new" in exports) memory = exports["memory"] as EngineMemory | undefined;
    return made;
  };
  try {
    await init();
  } finally {
    wasm.instantiate = instantiate;
  }
}
