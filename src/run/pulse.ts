/** A training's pulse in shared memory: written by its threads, read by whoever watches them. */
import type { Pulse } from "./learner.js";
import { cancelled } from "./train-job.js";

/** Steps and native calls, counted by the threads of a training. */
export const beatCell = 0;
/** Set by the watcher: 1 asks to stop after the iteration, 2 at the next step or native call. */
export const stopCell = 1;
/** Threads that are in native code. Once 2 is asked and this is 0, none enters any more. */
export const nativeCell = 2;
const numCells = 3;

export function createCells(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4 * numCells));
}

export function pulseOf(cells: Int32Array): Pulse {
  const stopNow = () => Atomics.load(cells, stopCell) === 2;
  return {
    cells,
    beat() {
      Atomics.add(cells, beatCell, 1);
      if (stopNow()) throw cancelled();
    },
    enter() {
      Atomics.add(cells, beatCell, 1);
      // First the cell, then the question: the watcher does it the other way round.
      Atomics.add(cells, nativeCell, 1);
      if (!stopNow()) return;
      Atomics.sub(cells, nativeCell, 1);
      throw cancelled();
    },
    leave() {
      Atomics.sub(cells, nativeCell, 1);
    },
  };
}
