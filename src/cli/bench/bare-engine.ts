/** An engine stepping the world of a simulator and nothing else: what any environment is measured by. */
import { type EventQueue, type PhysicsHooks, World } from "@dimforge/rapier3d";
import type { Simulator } from "../../sim/simulator.js";

/** What is inside a simulator is nobody's business; the benchmarks alone look. */
interface Inside {
  /** Engine steps per control step. */
  readonly substeps: number;
}
interface RapierInside {
  readonly world: World;
  readonly events: EventQueue | undefined;
  readonly hooks: PhysicsHooks | undefined;
}
interface MujocoInside {
  readonly mujoco: { mj_step(model: object, data: object): void };
  readonly worlds: { readonly all: readonly { readonly model: object; readonly data: object }[] };
}

/**
 * Runs `use` with a function that advances the engine alone by one control step from where the
 * simulator is, which afterwards is as it was.
 */
export function withBareEngine<T>(simulator: Simulator, use: (step: () => void) => T): T {
  const { substeps } = simulator as unknown as Inside;
  if (simulator.engine === "rapier") {
    const { world, events, hooks } = simulator as unknown as RapierInside;
    const copy = World.restoreSnapshot(world.takeSnapshot());
    try {
      return use(() => {
        for (let substep = 0; substep < substeps; substep++) copy.step(events, hooks);
      });
    } finally {
      copy.free();
    }
  }
  const { mujoco, worlds } = simulator as unknown as MujocoInside;
  const before = simulator.save();
  try {
    return use(() => {
      for (const { model, data } of worlds.all) {
        for (let substep = 0; substep < substeps; substep++) mujoco.mj_step(model, data);
      }
    });
  } finally {
    simulator.load(before);
  }
}

/** The simulator inside an environment. */
export function simulatorOf(environment: object): Simulator {
  return (environment as { readonly simulator: Simulator }).simulator;
}

/** Steps a CPU second, over `milliseconds` at least: what else the machine does counts for neither side. */
export function rateOf(step: () => void, milliseconds: number): number {
  const start = cpuMilliseconds();
  let steps = 0;
  let elapsed = 0;
  while (elapsed < milliseconds) {
    step();
    steps++;
    elapsed = cpuMilliseconds() - start;
  }
  return (1000 * steps) / elapsed;
}

/** Of the whole process, all threads. */
export function cpuMilliseconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
