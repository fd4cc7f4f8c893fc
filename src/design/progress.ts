/** What a search tells whoever watches it. The search itself prints nothing. */
import type { StampedEvent } from "../events/event.js";
import type { RunState } from "../events/run-state.js";
import type { MetricsRow } from "../rl/metrics.js";

export interface DesignObserver {
  /** One more event, and the state after it. */
  event?(event: StampedEvent, state: RunState): void;
  /** One more iteration of a training: a candidate's by its id, a final's by `finalName`. */
  training?(name: string, row: MetricsRow): void;
}

export function finalName(which: string, seed: number): string {
  return `${which}, ${seed}`;
}
