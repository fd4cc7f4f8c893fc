/** Signal table → what a network sees: chosen signals, scaled, with sensor noise and history. */
import type { Rng } from "../core/rng.js";
import { environmentRngs, type Remembering, type StreamKey } from "./memory.js";
import { findSignal } from "./signal-table.js";
import type { SignalTable } from "./signals.js";
import type { TaskDefinition } from "./task.js";

/** Kinds of signals that come from the controller itself, not from a sensor. */
const known: ReadonlySet<string> = new Set([
  "action",
  "previousAction",
  "command",
  "episodeTime",
  "parameter",
]);

export interface ObservationOptions {
  /** Names its memory, and its generators where there is noise. */
  readonly name: "observation" | "privilegedObservation";
  /** Frames stacked, newest last. */
  readonly history: number;
  /** Where sensor noise is drawn from; omitted: none. */
  readonly noise?: StreamKey;
  /** Whether `setNoise` will be told. */
  readonly noiseIsDrawn?: boolean;
  /** Control steps by which what is sensed may be late; 0 by default. */
  readonly maxDelaySteps?: number;
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
  /** [env] the same, as drawn. */
  private readonly drawnNoise: Float32Array;
  /** [env] control steps by which what is sensed is late. */
  private readonly delaySteps: Int32Array;
  /** Frames of the last `slots` steps, `[env][slot][number]`; the newest is at `head`. */
  private readonly sensed: Float32Array;
  private readonly slots: number;
  private readonly head = new Int32Array(1);
  /** Per number of a frame: 0 where the policy knows it without looking. */
  private readonly isSensed: Uint8Array;
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
      const { offset, size, source } = findSignal(table, term.signal);
      const isSensed = !known.has(source.kind);
      return Array.from({ length: size }, (_, i) => ({ ...term, column: offset + i, isSensed }));
    });
    this.column = Int32Array.from(entries, (entry) => entry.column);
    this.scale = Float32Array.from(entries, (entry) => entry.scale);
    this.noise = Float32Array.from(entries, (entry) => entry.noise);
    this.noiseFactor = new Float32Array(numEnvs).fill(1);
    this.drawnNoise = new Float32Array(numEnvs).fill(1);
    this.isSensed = Uint8Array.from(entries, (entry) => (entry.isSensed ? 1 : 0));
    this.slots = (options.maxDelaySteps ?? 0) + 1;
    this.delaySteps = new Int32Array(numEnvs);
    this.sensed = new Float32Array(this.slots > 1 ? numEnvs * this.slots * entries.length : 0);
    this.history = options.history;
    this.stride = table.stride;
    this.dim = entries.length * options.history;
    this.values = new Float32Array(numEnvs * this.dim);
    const noisy = options.noise !== undefined && entries.some((entry) => entry.noise > 0);
    this.rngs = noisy ? environmentRngs(options.noise, `${options.name} noise`, numEnvs) : [];
    this.memory = {
      [options.name]: this.values,
      ...(this.slots > 1 && {
        [`${options.name}Sensed`]: this.sensed,
        [`${options.name}Head`]: this.head,
        [`${options.name}Delay`]: this.delaySteps,
      }),
      ...(options.noiseIsDrawn && { [`${options.name}Noise`]: this.drawnNoise }),
    };
  }

  /** How noisy an environment's sensors were drawn to be. */
  setNoise(env: number, factor: number): void {
    this.drawnNoise[env] = factor;
  }

  /** By how many control steps what an environment's policy senses is late, as far as there is room. */
  setDelay(env: number, steps: number): void {
    this.delaySteps[env] = Math.min(Math.round(steps), this.slots - 1);
  }

  /** Adds the present as the newest frame; where `restarted[env]` is 1 it fills the whole history. */
  update(restarted: Uint8Array): void {
    const { column, scale, noise, values, signals, dim, stride } = this;
    const frame = column.length;
    const newest = dim - frame;
    this.head[0] = (this.head[0] + 1) % this.slots;
    for (let env = 0; env < this.numEnvs; env++) {
      const row = env * dim;
      if (newest > 0) values.copyWithin(row, row + frame, row + dim);
      for (let i = 0; i < frame; i++) {
        values[row + newest + i] = scale[i] * signals[env * stride + column[i]];
      }
      if (this.rngs.length > 0) {
        const rng = this.rngs[env];
        const factor = this.noiseFactor[env] * this.drawnNoise[env];
        for (let i = 0; i < frame; i++) {
          const width = factor * noise[i];
          if (noise[i] > 0) values[row + newest + i] += scale[i] * rng.uniform(-width, width);
        }
      }
      if (this.slots > 1) this.delay(env, row + newest, restarted[env] === 1);
      if (restarted[env] === 0) continue;
      for (let h = 0; h < this.history - 1; h++) {
        values.copyWithin(row + h * frame, row + newest, row + dim);
      }
    }
  }

  /** Puts what was sensed in the place of what is; nothing is older than the episode. */
  private delay(env: number, at: number, fresh: boolean): void {
    const { values, sensed, slots, isSensed } = this;
    const frame = isSensed.length;
    const from = env * slots;
    const head = this.head[0];
    for (let slot = 0; slot < slots; slot++) {
      if (slot !== head && !fresh) continue;
      for (let i = 0; i < frame; i++) sensed[(from + slot) * frame + i] = values[at + i];
    }
    const due = (head - this.delaySteps[env] + slots) % slots;
    for (let i = 0; i < frame; i++) {
      if (isSensed[i] === 1) values[at + i] = sensed[(from + due) * frame + i];
    }
  }
}
