/** What one picture shows: a moment of a roll-out. */
import type { RolloutFrame } from "../../../src/stream/frame.js";
import type { Timeline } from "../timeline/timeline.js";

export interface StageScene {
  readonly timeline: Timeline;
  readonly time: number;
  /** The control step at or before `time`. */
  readonly frame: RolloutFrame;
  /** [env][body][7] at `time`. */
  readonly poses: Float32Array;
}
