/** What an environment's parts remember between steps, gathered so that it can be saved exactly. */
import { RewardsmithError } from "../core/errors.js";
import { Rng } from "../core/rng.js";
import type { EnvironmentSnapshot } from "./environment.js";

type Arrays = EnvironmentSnapshot["arrays"];

/** A part with state: arrays that are refreshed in place, by names unique in the environment, and its generators. */
export interface Remembering {
  readonly memory: Arrays;
  readonly rngs: readonly Rng[];
}

/** Which episodes an environment draws: training's, those that rank candidates, those that are reported. */
export interface StreamKey {
  readonly seed: number;
  readonly stream: "train" | "select" | "test";
  /** Number of the first environment among all of a training that is split; 0 by default. */
  readonly firstEnv?: number;
}

/** One generator per environment for one purpose, so that no draw ever shifts another. */
export function environmentRngs(key: StreamKey, purpose: string, numEnvs: number): Rng[] {
  return Array.from({ length: numEnvs }, (_, env) =>
    Rng.stream(key.seed, key.stream, (key.firstEnv ?? 0) + env, purpose),
  );
}

export function saveMemory(
  parts: readonly Remembering[],
): Pick<EnvironmentSnapshot, "arrays" | "rngs"> {
  const arrays: Record<string, Arrays[string]> = {};
  for (const part of parts) {
    for (const [name, array] of Object.entries(part.memory)) arrays[name] = array.slice();
  }
  return { arrays, rngs: parts.flatMap((part) => part.rngs.map((rng) => rng.save())) };
}

export function loadMemory(parts: readonly Remembering[], saved: EnvironmentSnapshot): void {
  const rngs = parts.flatMap((part) => part.rngs);
  const arrays = parts.flatMap((part) => Object.entries(part.memory));
  const misfit =
    arrays.find(([name, array]) => saved.arrays[name]?.length !== array.length)?.[0] ??
    (saved.rngs.length === rngs.length ? undefined : "rngs");
  if (misfit !== undefined) {
    throw new RewardsmithError("E_SNAPSHOT_MISMATCH", `the snapshot's "${misfit}" does not fit`, {
      hint: "a snapshot continues only the same task with as many environments and the same reward terms",
    });
  }
  for (const [name, array] of arrays) array.set(saved.arrays[name]);
  for (const [i, rng] of rngs.entries()) rng.load(saved.rngs[i]);
}
