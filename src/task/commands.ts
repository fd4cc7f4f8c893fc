/**
 * Commands: values drawn for an episode and held, or drawn anew at intervals or once reached. Under
 * a curriculum each environment has a level per command, from 0 (the range it starts with) to 1 (the
 * full range), that rises with success and never falls.
 */
import type { Rng } from "../core/rng.js";
import type { LoadedTask } from "./loaded-task.js";
import { environmentRngs, type Remembering, type StreamKey } from "./memory.js";
import { findSignal } from "./signal-table.js";

interface Command {
  readonly offset: number;
  readonly low: readonly number[];
  readonly high: readonly number[];
  /** Control steps between draws; Infinity holds the first. */
  readonly intervalSteps: number;
  /** Column of the signal that draws it anew when above 0; −1 for none. */
  readonly renewedBy: number;
  readonly curriculum: Curriculum | undefined;
}

interface Curriculum {
  /** The range at level 0. */
  readonly low: readonly number[];
  readonly high: readonly number[];
  /** Mean fitness of the steps under one command from which the level rises. */
  readonly success: number;
  readonly increment: number;
  /** Share of the commands drawn from all ranges passed so far. */
  readonly revisit?: number | undefined;
}

/** Fewer steps under a command prove nothing, control steps. */
const fewestSteps = 25;

export class Commands implements Remembering {
  readonly memory: Remembering["memory"];
  readonly rngs: readonly Rng[];
  private readonly commands: readonly Command[];
  private readonly stride: number;
  /** [env][command] control steps since the last draw, and the sum of their fitness. */
  private readonly age: Int32Array;
  private readonly fitness: Float64Array;
  /** [env][command] progress through the curriculum, 0 to 1. */
  private readonly level: Float32Array;
  private readonly signals: Float32Array;
  /** [env] values held in place of what is drawn, of all commands one after another. */
  private readonly held: (readonly number[] | null)[];

  /** Only training has a curriculum: every other stream draws from the full range. */
  constructor(task: LoadedTask, numEnvs: number, signals: Float32Array, key: StreamKey) {
    this.signals = signals;
    this.stride = task.signals.stride;
    const isTraining = key.stream === "train";
    this.commands = task.signals.signals.flatMap(({ source, offset }) => {
      if (source.kind !== "command") return [];
      const seconds = source.intervalSeconds ?? Number.POSITIVE_INFINITY;
      const intervalSteps = Math.max(1, Math.round(seconds / task.definition.controlDtSeconds));
      const { low, high } = source;
      const curriculum = isTraining ? source.curriculum : undefined;
      const renewedBy = source.renewWhen ? findSignal(task.signals, source.renewWhen).offset : -1;
      return [{ offset, low, high, intervalSteps, renewedBy, curriculum }];
    });
    this.held = new Array(numEnvs).fill(null);
    this.age = new Int32Array(numEnvs * this.commands.length);
    this.fitness = new Float64Array(this.age.length);
    this.level = new Float32Array(this.age.length);
    this.rngs = this.commands.length > 0 ? environmentRngs(key, "command", numEnvs) : [];
    this.memory = {
      commandAge: this.age,
      commandFitness: this.fitness,
      commandLevel: this.level,
    };
  }

  /** An episode begins: every command is drawn. */
  reset(env: number): void {
    for (let c = 0; c < this.commands.length; c++) this.draw(env, c);
  }

  /**
   * A control step of this fitness has passed, after which the episode goes on. True when a command
   * of this environment changed.
   */
  advance(env: number, fitness: number): boolean {
    let changed = false;
    for (let c = 0; c < this.commands.length; c++) {
      const i = env * this.commands.length + c;
      this.age[i]++;
      this.fitness[i] += fitness;
      const { intervalSteps, renewedBy } = this.commands[c];
      const reached = renewedBy >= 0 && this.signals[env * this.stride + renewedBy] > 0;
      if (this.age[i] < intervalSteps && !reached) continue;
      this.promote(env, c);
      this.draw(env, c);
      changed = true;
    }
    return changed;
  }

  /** The episode ran to its time limit; an early end proves no success. */
  complete(env: number, fitness: number): void {
    for (let c = 0; c < this.commands.length; c++) {
      const i = env * this.commands.length + c;
      this.age[i]++;
      this.fitness[i] += fitness;
      this.promote(env, c);
    }
  }

  /** Holds all commands of an environment at these values; null: as drawn, from the next draw on. */
  hold(env: number, values: readonly number[] | null): void {
    this.held[env] = values;
    this.useHeld(env);
  }

  private useHeld(env: number): void {
    const values = this.held[env];
    let at = 0;
    for (const { offset, low } of values ? this.commands : []) {
      for (let i = 0; i < low.length; i++) {
        this.signals[env * this.stride + offset + i] = values?.[at++] ?? 0;
      }
    }
  }

  /** Raises the level where the command that ends was followed well. */
  private promote(env: number, c: number): void {
    const { curriculum } = this.commands[c];
    const i = env * this.commands.length + c;
    if (curriculum === undefined) return;
    if (this.age[i] < Math.min(fewestSteps, this.commands[c].intervalSteps)) return;
    if (this.fitness[i] < curriculum.success * this.age[i]) return;
    this.level[i] = Math.min(1, this.level[i] + curriculum.increment);
  }

  private draw(env: number, c: number): void {
    const { offset, low, high, curriculum } = this.commands[c];
    const at = env * this.commands.length + c;
    const rng = this.rngs[env];
    const share = curriculum?.revisit ?? 0;
    const revisit = share > 0 && rng.uniform() < share;
    for (let i = 0; i < low.length; i++) {
      let from = low[i];
      let to = high[i];
      if (curriculum !== undefined) {
        const short = 1 - this.level[at];
        from += short * (curriculum.low[i] - from);
        to += short * (curriculum.high[i] - to);
        if (revisit) {
          from = Math.min(from, curriculum.low[i]);
          to = Math.max(to, curriculum.high[i]);
        }
      }
      this.signals[env * this.stride + offset + i] = rng.uniform(from, to);
    }
    this.age[at] = 0;
    this.fitness[at] = 0;
    if (this.held[env] !== null) this.useHeld(env);
  }
}
