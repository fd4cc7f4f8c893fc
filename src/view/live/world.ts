/** The world as a person set it: knobs, command, noise; held through resets and loaded states. */
import { RewardsmithError } from "../../core/errors.js";
import { nameHint } from "../../core/nearest-name.js";
import type { RolloutFrame } from "../../stream/frame.js";
import type { StressGrid } from "../../stream/protocol.js";
import type { RolloutModel } from "../../stream/rollout-model.js";
import type { TaskEnvironment } from "../../task/task-environment.js";
import type { WorldKnob } from "./world-knobs.js";

export interface WorldSettings {
  /** Parameters set for all environments, by name. */
  readonly world: Readonly<Record<string, number>>;
  readonly command: number[] | null;
  readonly noise: boolean;
}

export class World {
  private readonly environment: TaskEnvironment;
  private readonly knobs: readonly WorldKnob[];
  private readonly commands: RolloutModel["commands"];
  private readonly numEnvs: number;
  private readonly held = new Map<string, number>();
  private command: readonly number[] | null = null;
  private noise = true;

  constructor(
    environment: TaskEnvironment,
    knobs: readonly WorldKnob[],
    commands: RolloutModel["commands"],
  ) {
    this.environment = environment;
    this.knobs = knobs;
    this.commands = commands;
    this.numEnvs = environment.numEnvs;
    // The pushes that a task without any got wait until somebody asks for them.
    for (let env = 0; env < this.numEnvs; env++) this.knob("pushSpeed").set(environment, env, null);
  }

  get settings(): WorldSettings {
    const { held, command, noise } = this;
    return { world: Object.fromEntries(held), command: command && [...command], noise };
  }

  /** Of another world, as far as this one has it. */
  adopt({ world, command, noise }: WorldSettings): void {
    for (const [name, value] of Object.entries(world)) {
      if (this.knobs.some(({ about }) => about.name === name)) this.set(name, value);
    }
    if (command?.length === this.commands.length) this.setCommand(command);
    this.setNoise(noise);
  }

  /** In one environment, or in all, which is remembered; null gives back what the task draws. */
  set(name: string, value: number | null, env?: number): void {
    const knob = this.knob(name);
    if (env !== undefined) {
      knob.set(this.environment, checkEnv(env, this.numEnvs), value);
      return;
    }
    for (let e = 0; e < this.numEnvs; e++) knob.set(this.environment, e, value);
    if (value === null) this.held.delete(name);
    else this.held.set(name, value);
    if (!this.noise) this.setNoise(false);
  }

  setNoise(on: boolean): void {
    this.noise = on;
    const factor = on ? (this.held.get("sensorNoise") ?? 1) : 0;
    this.environment.overrides.noiseFactors.fill(factor);
  }

  setCommand(values: readonly number[] | null): void {
    const { commands } = this;
    if (values && values.length !== commands.length) {
      throw new RewardsmithError(
        "E_VIEW_COMMAND",
        `the command has ${commands.length} values, not ${values.length}`,
        { hint: commands.map(({ name }) => name).join(", ") || "nothing commands this robot" },
      );
    }
    this.command = values;
    for (let env = 0; env < this.numEnvs; env++) this.environment.overrides.command(env, values);
  }

  /** Each environment at its place in the grid, x fastest. */
  spread({ x, y }: StressGrid): void {
    for (let env = 0; env < this.numEnvs; env++) {
      const column = env % x.values.length;
      const row = Math.floor(env / x.values.length);
      this.set(x.parameter, x.values[column], env);
      this.set(y.parameter, y.values[row], env);
    }
  }

  /** A loaded state brings its own world along; what is held by hand comes back. */
  applyHeld(): void {
    for (const [name, value] of this.held) this.set(name, value);
    if (this.command) this.setCommand(this.command);
  }

  /** What holds in each environment now. */
  copyTo(frame: RolloutFrame): void {
    const { environment, knobs } = this;
    let changed = false;
    const put = (array: Float32Array, at: number, value: number) => {
      if (Object.is(array[at], Math.fround(value))) return;
      array[at] = value;
      changed = true;
    };
    for (let env = 0; env < this.numEnvs; env++) {
      for (let k = 0; k < knobs.length; k++) {
        put(frame.parameters, env * knobs.length + k, knobs[k].get(environment, env));
      }
      for (let k = 3 * env; k < 3 * env + 3; k++) put(frame.origins, k, environment.origins[k]);
    }
    if (changed) frame.worldVersion++;
  }

  private knob(name: string): WorldKnob {
    const knob = this.knobs.find(({ about }) => about.name === name);
    if (knob) return knob;
    const names = this.knobs.map(({ about }) => about.name);
    throw new RewardsmithError("E_VIEW_PARAMETER", `the world has no parameter "${name}"`, {
      hint: nameHint(name, names),
    });
  }
}

export function checkEnv(env: number, numEnvs: number): number {
  if (env < numEnvs) return env;
  throw new RewardsmithError("E_VIEW_ENV", `there is no environment ${env}`, {
    hint: `they are numbered 0 to ${numEnvs - 1}`,
  });
}
