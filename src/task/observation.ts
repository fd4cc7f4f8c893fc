/** Signal table → what a network sees: chosen signals, scaled, with sensor noise and history. */
import type { Rng } from "../core/rng.js";
import { environmentRngs, type Remembering, type StreamKey } from "./memory.js";
import { findSignal } from "./signal-table.js";
import type { SignalTable } from "./signals.js";
import type { TaskDefinition } from "./task.js";

export interface ObservationOptions {
  /** Names its memory, and its generators where there is noise. */
  readonly name: "observation" | "privilegedObservation";
  /** Frames stacked, newest last. */
  readonly history: number;
  /** Where sensor noise is drawn from; omitted: none. */
  readonly noise?: StreamKey;
}

export class Observation implements Remembering {
  /** [env][frame][dim], the newest frame last. */
  readonly values: Float32Array;
  /** Numbers per environment, all frames. */
  readonly dim: number;
  readonly memory: Remembering["memory"];
  readonly rngs: readonly Rng[];
  private readonly history: number;
  private readonly stride: number;
  /** Per number of a frame: column in the signal table, scale, and half-width of the noise. */
  private readonly column: Int32Array;
  private readonly scale: Float32Array;
  private readonly noise: Float32Array;
  /** [env] multiplies the noise. */
  readonly noiseFactor: Float32Array;
  private readonly signals: Float32Array;
  private readonly numEnvs: number;

  constructor(
    terms: TaskDefinition["observation"],
    table: SignalTable,
    signals: Float32Array,
    numEnvs: number,
    options: ObservationOptions,
  ) {
    this.signals = signals;
    this.numEnvs = numEnvs;
    const entries = terms.flatMap((term) => {
      const { offset, size } = findSignal(table, term.signal);
      return Array.from({ length: size }, (_, i) => ({ ...term, column: offset + i }));
    });
    this.column = Int32Array.from(entries, (entry) => entry.column);
    this.scale = Float32Array.from(entries, (entry) => entry.scale);
    this.noise = Float32Array.from(entries, (entry) => entry.noise);
    this.noiseFactor = new Float32Array(numEnvs).fill(1);
    this.history = options.history;
    this.stride = table.stride;
    this.dim = entries.length * options.history;
    this.values = new Float32Array(numEnvs * this.dim);
    const noisy = options.noise !== undefined && entries.some((entry) => entry.noise > 0);
    this.rngs = noisy ? environmentRngs(options.noise, `${options.name} noise`, numEnvs) : [];
    this.memory = { [options.name]: this.values };
  }

  /** Adds the present as the newest frame; where `restarted[env]` is 1 it fills the whole history. */
  update(restarted: Uint8Array): void {
    const { column, scale, noise, values, signals, dim, stride } = this;
    const frame = column.length;
    const newest = dim - frame;
    for (let env = 0; env < this.numEnvs; env++) {
      const row = env * dim;
      if (newest > 0) values.copyWithin(row, row + frame, row + dim);
      for (let i = 0; i < frame; i++) {
        values[row + newest + i] = scale[i] * signals[env * stride + column[i]];
      }
      if (this.rngs.length > 0) {
        const rng = this.rngs[env];
        const factor = this.noiseFactor[env];
        for (let i = 0; i < frame; i++) {
          const width = factor * noise[i];
          if (noise[i] > 0) values[row + newest + i] += scale[i] * rng.uniform(-width, width);
        }
      }
      if (restarted[env] === 0) continue;
      for (let h = 0; h < this.history - 1; h++) {
        values.copyWithin(row + h * frame, row + newest, row + dim);
      }
    }
  }
}
