/** Commands: values drawn for an episode and held, or drawn anew at intervals. */
import type { Rng } from "../core/rng.js";
import type { LoadedTask } from "./loaded-task.js";
import { environmentRngs, type Remembering, type StreamKey } from "./memory.js";

interface Command {
  readonly offset: number;
  readonly low: readonly number[];
  readonly high: readonly number[];
  /** Control steps between draws; Infinity holds the first. */
  readonly intervalSteps: number;
}

export class Commands implements Remembering {
  readonly memory: Remembering["memory"];
  readonly rngs: readonly Rng[];
  private readonly commands: readonly Command[];
  private readonly stride: number;
  /** [env][command] control steps since the last draw. */
  private readonly age: Int32Array;
  private readonly signals: Float32Array;

  constructor(task: LoadedTask, numEnvs: number, signals: Float32Array, key: StreamKey) {
    this.signals = signals;
    this.stride = task.signals.stride;
    this.commands = task.signals.signals.flatMap(({ source, offset }) => {
      if (source.kind !== "command") return [];
      const seconds = source.intervalSeconds ?? Number.POSITIVE_INFINITY;
      const intervalSteps = Math.max(1, Math.round(seconds / task.definition.controlDtSeconds));
      return [{ offset, low: source.low, high: source.high, intervalSteps }];
    });
    this.age = new Int32Array(numEnvs * this.commands.length);
    this.rngs = this.commands.length > 0 ? environmentRngs(key, "command", numEnvs) : [];
    this.memory = { commandAge: this.age };
  }

  /** An episode begins: every command is drawn. */
  reset(env: number): void {
    for (let c = 0; c < this.commands.length; c++) this.draw(env, c);
  }

  /** A control step has passed. True when a command of this environment changed. */
  advance(env: number): boolean {
    let changed = false;
    for (let c = 0; c < this.commands.length; c++) {
      const i = env * this.commands.length + c;
      this.age[i]++;
      if (this.age[i] < this.commands[c].intervalSteps) continue;
      this.draw(env, c);
      changed = true;
    }
    return changed;
  }

  private draw(env: number, c: number): void {
    const { offset, low, high } = this.commands[c];
    for (let i = 0; i < low.length; i++) {
      this.signals[env * this.stride + offset + i] = this.rngs[env].uniform(low[i], high[i]);
    }
    this.age[env * this.commands.length + c] = 0;
  }
}
