/** Physics that differs between environments, drawn once per environment or at every reset. */
import type { Rng } from "../core/rng.js";
import { numParameters, parameterIndex } from "../sim/env-parameters.js";
import { nominalValue } from "../sim/parameter-facts.js";
import { type ParameterName, parameterNames, type Simulator } from "../sim/simulator.js";
import { draw } from "./distribution.js";
import type { LoadedTask } from "./loaded-task.js";
import { environmentRngs, type Remembering, type StreamKey } from "./memory.js";
import type { Distribution } from "./task.js";

interface RandomParameter {
  readonly name: ParameterName;
  readonly distribution: Distribution;
  readonly when: "startup" | "reset";
}

export class Randomization implements Remembering {
  readonly memory = {};
  readonly rngs: readonly Rng[];
  /** [env][parameter] what holds now, in the order of `parameterNames`. */
  readonly values: Float64Array;
  private readonly parameters: readonly RandomParameter[];
  /** [env][parameter] what was drawn, or the nominal value; and what is held in its place, or NaN. */
  readonly drawn: Float64Array;
  private readonly held: Float64Array;
  /** Columns that show a parameter to the critic, by its name. */
  private readonly columns: ReadonlyMap<ParameterName, readonly number[]>;
  private readonly stride: number;
  private readonly simulator: Simulator;
  private readonly signals: Float32Array;

  /** Without `randomize` every environment keeps the nominal world. */
  constructor(
    task: LoadedTask,
    simulator: Simulator,
    signals: Float32Array,
    key: StreamKey,
    randomize: boolean,
  ) {
    this.simulator = simulator;
    this.signals = signals;
    const { randomization } = task.definition;
    // In the interface's order, whatever the order of declaration, so that draws never depend on it.
    this.parameters = parameterNames.flatMap((name) => {
      const declared = randomize ? randomization[name] : undefined;
      return declared === undefined ? [] : [{ name, ...declared }];
    });
    this.stride = task.signals.stride;
    const columns = new Map<ParameterName, number[]>();
    for (const { source, offset } of task.signals.signals) {
      if (source.kind !== "parameter") continue;
      columns.set(source.name, [...(columns.get(source.name) ?? []), offset]);
    }
    this.columns = columns;
    this.drawn = new Float64Array(simulator.numEnvs * numParameters);
    this.held = new Float64Array(this.drawn.length).fill(Number.NaN);
    for (let i = 0; i < this.drawn.length; i++) {
      this.drawn[i] = nominalValue(parameterNames[i % numParameters], task.robot);
    }
    this.values = this.drawn.slice();
    this.rngs = this.parameters.length > 0 ? environmentRngs(key, "world", simulator.numEnvs) : [];
    for (let env = 0; env < simulator.numEnvs; env++) {
      for (const name of columns.keys()) this.show(env, name, nominalValue(name, task.robot));
      this.drawAll(env, "startup");
    }
  }

  /** An episode begins. */
  reset(env: number): void {
    this.drawAll(env, "reset");
  }

  private drawAll(env: number, when: RandomParameter["when"]): void {
    for (const parameter of this.parameters) {
      if (parameter.when !== when) continue;
      const at = env * numParameters + parameterIndex[parameter.name];
      this.drawn[at] = draw(parameter.distribution, this.rngs[env]);
      if (Number.isNaN(this.held[at])) this.set(env, parameter.name, this.drawn[at]);
    }
  }

  /** Holds a parameter, whatever is drawn; null goes back to what was drawn. */
  hold(env: number, name: ParameterName, value: number | null): void {
    const at = env * numParameters + parameterIndex[name];
    this.set(env, name, value ?? this.drawn[at]);
    this.held[at] = value ?? Number.NaN;
  }

  private set(env: number, name: ParameterName, value: number): void {
    this.simulator.setParameter(env, name, value);
    this.values[env * numParameters + parameterIndex[name]] = value;
    this.show(env, name, value);
  }

  private show(env: number, name: ParameterName, value: number): void {
    const columns = this.columns.get(name);
    if (columns === undefined) return;
    for (let i = 0; i < columns.length; i++) this.signals[env * this.stride + columns[i]] = value;
  }
}
