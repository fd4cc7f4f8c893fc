/**
 * The one list of signals: name, size, unit, frame and place in the signal table. The observation,
 * the `State` type, the prompt, the reflection, plots and docs all read this.
 */
import type { SignalSource } from "./task.js";

/** Signals every task has beside those it declares. */
export type StandardSource =
  | { readonly kind: "action" }
  | { readonly kind: "previousAction" }
  | { readonly kind: "jointAccelerations" }
  /** Seconds since the episode began. */
  | { readonly kind: "episodeTime" }
  /** `contact` and `airTime` of every geom that a declared signal watches, in that order. */
  | { readonly kind: "contacts"; readonly geoms: readonly string[] }
  | { readonly kind: "airTimes"; readonly geoms: readonly string[] };

export interface Signal {
  /** Dotted name; `s.` plus this reads it in a program. */
  readonly name: string;
  readonly source: SignalSource | StandardSource;
  /** Numbers it takes in a row of the table. */
  readonly size: number;
  /** A scalar is a `number` in programs, anything else a readonly tuple of `size` numbers. */
  readonly scalar: boolean;
  /** First column in the signal table. */
  readonly offset: number;
  readonly unit: string;
  /** "world", "body", or "" where no frame applies. */
  readonly frame: string;
  readonly description: string;
  readonly range?: readonly [number, number];
}

/** Layout of the signal table `signals[env][stride]`, Float32. Derived signals come last. */
export interface SignalTable {
  readonly signals: readonly Signal[];
  readonly stride: number;
}
