/** A loop at a fixed rate, and how well it was kept. */
import { constants, setPriority } from "node:os";
import { setImmediate, setTimeout } from "node:timers/promises";

/** Timers wake up this much too late at times, s: the rest of the way is waited awake. */
const awakeSeconds = 0.0015;
/** A period that begins this much too late is missed, s. */
export const missedAfterSeconds = 0.005;

export interface RateReport {
  readonly periods: number;
  /** Periods that began more than 5 ms late. */
  readonly missed: number;
  /** Periods for which there was no time at all. */
  readonly skipped: number;
  /** How late periods began, ms. */
  readonly latenessMs: { readonly mean: number; readonly p99: number; readonly max: number };
}

export interface RateOptions {
  readonly periodSeconds: number;
  readonly periods: number;
  /** Seconds of a clock that never goes back. */
  readonly now: () => number;
  /** False ends the loop. */
  readonly onPeriod: (period: number) => Promise<boolean> | boolean;
  readonly signal?: AbortSignal;
}

/** Period k begins k × `periodSeconds` after the first; what is late is not made up for by haste. */
export async function runAtRate(options: RateOptions): Promise<RateReport> {
  const { periodSeconds, periods, now, onPeriod, signal } = options;
  const lateness = new Float64Array(periods);
  const start = now();
  let begun = 0;
  let skipped = 0;
  for (let period = 0; period < periods && !signal?.aborted; period++) {
    const due = start + period * periodSeconds;
    await until(due, now);
    const late = now() - due;
    if (late > periodSeconds) {
      const behind = Math.floor(late / periodSeconds);
      const lost = Math.min(behind, periods - 1 - period);
      skipped += lost;
      period += lost;
    }
    lateness[begun++] = late;
    if (!(await onPeriod(period))) break;
  }
  const sorted = lateness.subarray(0, begun).sort();
  const ms = (seconds: number) => 1000 * (seconds ?? 0);
  return {
    periods: begun,
    missed: sorted.reduce((sum, late) => sum + (late > missedAfterSeconds ? 1 : 0), 0),
    skipped,
    latenessMs: {
      mean: begun === 0 ? 0 : ms(sorted.reduce((sum, late) => sum + late, 0) / begun),
      p99: ms(sorted[Math.floor(0.99 * (begun - 1))]),
      max: ms(sorted[begun - 1]),
    },
  };
}

async function until(due: number, now: () => number): Promise<void> {
  const asleep = due - now() - awakeSeconds;
  if (asleep > 0) await setTimeout(1000 * asleep);
  // Whoever wakes up late first hears what has come meanwhile.
  do await setImmediate();
  while (now() < due);
}

/** Goes before other processes of this computer, where that is allowed. */
export function raisePriority(): void {
  try {
    setPriority(constants.priority.PRIORITY_HIGHEST);
  } catch {
    // An ordinary user may not.
  }
}

/** Seconds of the process's steady clock. */
export function steadySeconds(): number {
  return performance.now() / 1000;
}
