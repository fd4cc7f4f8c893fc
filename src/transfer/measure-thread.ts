/** Entry of the threads that measure: one batch at a time, as they are sent. */
import { parentPort } from "node:worker_threads";
import { type ErrorCode, RewardsmithError } from "../core/errors.js";
import { pulseOf } from "../run/pulse.js";
import {
  type EpisodeMeasure,
  type MeasureBatch,
  type MeasureOptions,
  measureBatch,
} from "./measure.js";

export interface MeasureAssignment {
  readonly options: Omit<MeasureOptions, "signal" | "onProgress">;
  readonly batch: MeasureBatch;
  /** Shared with the watcher; see `run/pulse.ts`. */
  readonly cells: Int32Array;
}

export type MeasureReport =
  | { readonly kind: "progress"; readonly share: number }
  | { readonly kind: "measured"; readonly episodes: readonly EpisodeMeasure[] }
  /** Taken apart: errors lose their class between threads. */
  | {
      readonly kind: "failed";
      readonly code: ErrorCode;
      readonly message: string;
      readonly details: { readonly where?: string; readonly hint?: string };
    };

const report = (message: MeasureReport) => parentPort?.postMessage(message);
const reportEverySteps = 10;

parentPort?.on("message", async ({ options, batch, cells }: MeasureAssignment) => {
  const pulse = pulseOf(cells);
  let steps = 0;
  const onStep = (share: number) => {
    pulse.beat();
    if (++steps % reportEverySteps === 0) report({ kind: "progress", share });
  };
  try {
    const episodes = await measureBatch(options, batch, onStep, pulse);
    report({ kind: "measured", episodes });
  } catch (error) {
    if (!(error instanceof RewardsmithError)) throw error;
    const { code, message, where, hint } = error;
    report({
      kind: "failed",
      code,
      message,
      details: { ...(where && { where }), ...(hint && { hint }) },
    });
  }
});
