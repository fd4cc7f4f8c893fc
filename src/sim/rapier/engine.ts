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

/** Of the compiled functions, those that are called without the package; objects are their addresses. */
const usedFunctions = [
  "rawnarrowphase_contact_pair",
  "rawcontactpair_collider1",
  "rawcontactpair_numContactManifolds",
  "rawcontactpair_contactManifold",
  "__wbg_rawcontactmanifold_free",
  "__wbg_rawcontactpair_free",
] as const;
export type RapierFunctions = Readonly<
  Record<(typeof usedFunctions)[number], (...numbers: number[]) => number>
>;

let loading: Promise<void> | undefined;
let memory: EngineMemory | undefined;
let functions: RapierFunctions | undefined;

export function loadRapier(): Promise<void> {
  loading ??= load();
  return loading;
}

/** The memory Rapier computes in; undefined where it could not be told which it is. */
export function rapierMemory(): EngineMemory | undefined {
  return memory;
}

/** Rapier's compiled functions; undefined where one of them could not be found. */
export function rapierFunctions(): RapierFunctions | undefined {
  return functions;
}

/** Where the package keeps an object of its own, bytes. */
export function addressOf(raw: object): number | undefined {
  const { __wbg_ptr: address } = raw as { __wbg_ptr?: unknown };
  return typeof address === "number" && address > 0 && address % 4 === 0 ? address : undefined;
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
    if ("rawrigidbodyset_new" in exports) {
      memory = exports["memory"] as EngineMemory | undefined;
      const found = usedFunctions.every((name) => typeof exports[name] === "function");
      functions = found ? (exports as unknown as RapierFunctions) : undefined;
    }
    return made;
  };
  try {
    await init();
  } finally {
    wasm.instantiate = instantiate;
  }
}
