/** The world of every environment: what is drawn for it once, at every reset or on intervals, and what is held. */
import type { Rng } from "../core/rng.js";
import { BaseMass, isBaseMassParameter } from "./base-mass.js";
import { boundsOf, draw } from "./distribution.js";
import { Growth } from "./growth.js";
import type { LoadedTask } from "./loaded-task.js";
import { environmentRngs, type Remembering, type StreamKey } from "./memory.js";
import type { Distribution, Randomized } from "./task.js";
import {
  isDisturbance,
  numWorldParameters,
  type WorldParameterName,
  worldParameterIndex,
  worldParameterNames,
} from "./world-parameter-names.js";
import { nominalWorldValue, worldParameterFacts } from "./world-parameters.js";

interface RandomParameter {
  readonly name: WorldParameterName;
  readonly distribution: Distribution;
  readonly when: Randomized["when"];
  /** Index among the growing ones, or −1. */
  readonly growing: number;
  /** Control steps from one draw to the next, and the index among those drawn so, or −1. */
  readonly intervalSteps: readonly [number, number];
  readonly interval: number;
}

export interface RandomizationOptions {
  readonly task: LoadedTask;
  readonly numEnvs: number;
  /** [env][stride] the signal table. */
  readonly signals: Float32Array;
  readonly key: StreamKey;
  /** Else every environment keeps the nominal world. */
  readonly randomize: boolean;
  /** Environments of the whole training, of which these may be a part. */
  readonly totalEnvs: number;
  /** Makes it so, in the engine or wherever a disturbance is carried out. */
  readonly apply: (env: number, name: WorldParameterName, value: number) => void;
}

export class Randomization implements Remembering {
  readonly memory: Remembering["memory"];
  readonly rngs: readonly Rng[];
  /** [env][world parameter] what holds now. */
  readonly values: Float64Array;
  private readonly parameters: readonly RandomParameter[];
  private readonly baseMass: BaseMass;
  /** Those of the parameters that can leave the base no mass; none where no draw can. */
  private readonly masses: readonly RandomParameter[];
  /** [env][world parameter] what was drawn, or the nominal value; and what is held in its place, or NaN. */
  readonly drawn: Float64Array;
  private readonly held: Float64Array;
  /** [env][interval parameter] control steps until the next draw. */
  private readonly stepsLeft: Int32Array;
  private readonly numIntervals: number;
  private readonly growth: Growth;
  private readonly grows: boolean;
  /** Columns that show a parameter to the critic, by its name. */
  private readonly columns: ReadonlyMap<WorldParameterName, readonly number[]>;
  private readonly stride: number;
  private readonly options: RandomizationOptions;

  constructor(options: RandomizationOptions) {
    const { task, numEnvs, key } = options;
    this.options = options;
    this.parameters = planned(options);
    this.baseMass = new BaseMass(task.robot, task.definition.randomization);
    this.masses = this.baseMass.atRisk
      ? this.parameters.filter(({ name }) => isBaseMassParameter(name))
      : [];
    this.numIntervals = this.parameters.filter(({ interval }) => interval >= 0).length;
    this.stepsLeft = new Int32Array(numEnvs * this.numIntervals);
    const growing = this.parameters.flatMap(({ name, growing: index }) => {
      const declared = task.definition.randomization[name];
      if (index < 0 || !declared?.growth) return [];
      const [low, high] = boundsOf(declared.distribution);
      return [{ low, high, nominal: nominalWorldValue(name, task), growth: declared.growth }];
    });
    this.grows = growing.length > 0;
    this.growth = new Growth(growing, numEnvs, options.totalEnvs, key);

    this.stride = task.signals.stride;
    const columns = new Map<WorldParameterName, number[]>();
    for (const { source, offset } of task.signals.signals) {
      if (source.kind !== "parameter") continue;
      columns.set(source.name, [...(columns.get(source.name) ?? []), offset]);
    }
    this.columns = columns;
    this.drawn = new Float64Array(numEnvs * numWorldParameters);
    this.held = new Float64Array(this.drawn.length).fill(Number.NaN);
    for (let i = 0; i < this.drawn.length; i++) {
      this.drawn[i] = nominalWorldValue(worldParameterNames[i % numWorldParameters], task);
    }
    this.values = this.drawn.slice();
    const own = this.parameters.length > 0 ? environmentRngs(key, "world", numEnvs) : [];
    this.rngs = [...own, ...this.growth.rngs];
    const remembers =
      this.grows ||
      this.parameters.some(({ name, interval }) => {
        return interval >= 0 || isDisturbance(name);
      });
    this.memory = remembers
      ? {
          worldDrawn: this.drawn,
          worldValues: this.values,
          worldStepsLeft: this.stepsLeft,
          ...this.growth.memory,
        }
      : {};
    for (let env = 0; env < numEnvs; env++) {
      for (const name of columns.keys()) this.show(env, name, nominalWorldValue(name, task));
      for (const parameter of this.parameters) {
        if (parameter.when === "startup") this.draw(env, parameter);
      }
      // With those drawn later, so that what is kept leaves them something to be drawn.
      if (this.masses.some(({ when }) => when === "startup")) {
        for (const parameter of this.masses) this.draw(env, parameter);
        this.settleMass(env, this.masses);
      }
    }
  }

  /** An episode begins. */
  reset(env: number): void {
    if (this.grows) this.growth.begin(env);
    for (let i = 0; i < this.parameters.length; i++) {
      const parameter = this.parameters[i];
      if (parameter.when === "startup") continue;
      this.draw(env, parameter);
      if (parameter.interval >= 0) this.schedule(env, parameter);
    }
    if (this.masses.length > 0) {
      this.settleMass(
        env,
        this.masses.filter(({ when }) => when !== "startup"),
      );
    }
  }

  /** An episode is over; NaN where its fitness says nothing. */
  end(env: number, fitness: number): void {
    if (this.grows) this.growth.end(env, fitness);
  }

  /** A control step is about to be made: draws where it is time. */
  beforeStep(): void {
    if (this.grows) this.growth.advance();
    if (this.numIntervals === 0) return;
    for (let env = 0; env < this.options.numEnvs; env++) {
      for (let i = 0; i < this.parameters.length; i++) {
        const parameter = this.parameters[i];
        if (parameter.interval < 0) continue;
        const at = env * this.numIntervals + parameter.interval;
        this.stepsLeft[at]--;
        if (this.stepsLeft[at] > 0) continue;
        this.draw(env, parameter);
        if (this.masses.includes(parameter)) this.settleMass(env, [parameter]);
        this.schedule(env, parameter);
      }
    }
  }

  /** Holds a parameter, whatever is drawn; null goes back to what was drawn. */
  hold(env: number, name: WorldParameterName, value: number | null): void {
    const at = env * numWorldParameters + worldParameterIndex[name];
    this.set(env, name, value ?? this.drawn[at]);
    this.held[at] = value ?? Number.NaN;
  }

  private draw(env: number, { name, distribution, growing }: RandomParameter): void {
    const { allowed } = worldParameterFacts[name];
    const rng = this.rngs[env];
    let value = draw(distribution, rng);
    // Only a normal distribution reaches beyond what can be: its tail is drawn again.
    while (allowed !== "any" && (value < 0 || (allowed === "positive" && value === 0))) {
      value = draw(distribution, rng);
    }
    if (growing >= 0) value = this.growth.narrow(growing, env, value);
    const at = env * numWorldParameters + worldParameterIndex[name];
    this.drawn[at] = value;
    if (Number.isNaN(this.held[at])) this.set(env, name, value);
  }

  /** Draws the given ones anew until the base is possible with what else holds. */
  private settleMass(env: number, due: readonly RandomParameter[]): void {
    if (due.length === 0) return;
    const factorAt = env * numWorldParameters + worldParameterIndex.massFactor;
    const payloadAt = env * numWorldParameters + worldParameterIndex.payloadKg;
    this.baseMass.settle(
      () => this.baseMass.possible(this.values[factorAt], this.values[payloadAt]),
      () => {
        for (const parameter of due) this.draw(env, parameter);
      },
    );
  }

  private schedule(env: number, { interval, intervalSteps }: RandomParameter): void {
    const [least, most] = intervalSteps;
    const at = env * this.numIntervals + interval;
    this.stepsLeft[at] = least + this.rngs[env].integer(most - least + 1);
  }

  private set(env: number, name: WorldParameterName, value: number): void {
    this.options.apply(env, name, value);
    this.values[env * numWorldParameters + worldParameterIndex[name]] = value;
    this.show(env, name, value);
  }

  private show(env: number, name: WorldParameterName, value: number): void {
    const columns = this.columns.get(name);
    if (columns === undefined) return;
    const { signals } = this.options;
    for (let i = 0; i < columns.length; i++) signals[env * this.stride + columns[i]] = value;
  }
}

/** In the list's order, whatever the order of declaration, so that draws never depend on it. */
function planned({ task, key, randomize }: RandomizationOptions): RandomParameter[] {
  const { randomization, controlDtSeconds } = task.definition;
  const steps = (seconds: number) => Math.max(1, Math.round(seconds / controlDtSeconds));
  const plan: RandomParameter[] = [];
  let intervals = 0;
  let growing = 0;
  for (const name of worldParameterNames) {
    const declared = randomize ? randomization[name] : undefined;
    if (declared === undefined) continue;
    const { distribution, when, growth } = declared;
    const every = typeof when === "object" ? when.intervalSeconds : undefined;
    plan.push({
      name,
      distribution,
      when,
      growing: growth && key.stream === "train" ? growing++ : -1,
      intervalSteps: every ? [steps(every[0]), steps(every[1])] : [1, 1],
      interval: every ? intervals++ : -1,
    });
  }
  return plan;
}
