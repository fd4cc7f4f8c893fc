/** MuJoCo's WASM build, loaded once per thread. */
import loadMujoco, { type MainModule } from "@mujoco/mujoco";

export type Mujoco = MainModule & { readonly FS: MemoryFileSystem };

/** A compiled model: MuJoCo's mjModel, its arrays live views into WASM memory. */
export type Model = InstanceType<Mujoco["MjModel"]>;

/** The part of Emscripten's in-memory file system that is used here. */
interface MemoryFileSystem {
  mkdirTree(path: string): void;
  writeFile(path: string, data: string | Uint8Array): void;
  unlink(path: string): void;
}

/** The version package.json pins; part of every key that depends on what the compiler does. */
export const mujocoVersion = "3.14.0";

let loading: Promise<Mujoco> | undefined;

export function mujoco(): Promise<Mujoco> {
  loading ??= loadMujoco({ print: ignore, printErr: ignore }) as unknown as Promise<Mujoco>;
  return loading;
}

/** Engine messages that matter arrive as exceptions. */
function ignore(): void {}
