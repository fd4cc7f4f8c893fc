/**
 * The vectorized environment of a task: N robots in one simulator, stepped together. One control
 * step goes: pushes and actions → physics → signals → derived signals → termination, fitness,
 * reward → books → reset of what ended → observations. A reward therefore sees the state at the end
 * of its step, before any reset.
 */
import { RewardsmithError } from "../core/errors.js";
import type { ResetState, Simulator } from "../sim/simulator.js";
import { EngineWatch } from "../sim/watch.js";
import { Actions } from "./actions.js";
import { BlowUps } from "./blow-ups.js";
import { Commands } from "./commands.js";
import { boundsOf } from "./distribution.js";
import type {
  EnvironmentSnapshot,
  EnvironmentStatistics,
  EpisodeSummary,
  VectorEnvironment,
} from "./environment.js";
import { Episodes } from "./episodes.js";
import type { LoadedTask } from "./loaded-task.js";
import { loadMemory, type Remembering, type StreamKey, saveMemory } from "./memory.js";
import { Observation } from "./observation.js";
import type { Overrides } from "./overrides.js";
import type { EnvironmentPrograms } from "./program.js";
import { Pushes } from "./pushes.js";
import { Randomization } from "./randomization.js";
import { Resets } from "./resets.js";
import { createSignalMemory, type SignalMemory } from "./signal-memory.js";
import { type Copy, createSignalReader } from "./signal-reader.js";
import type { SignalTable } from "./signals.js";
import { TaskPrograms } from "./task-programs.js";
import { TerrainLevels } from "./terrain-levels.js";
import { isDisturbance, type WorldParameterName } from "./world-parameter-names.js";
import { checkWorldParameter } from "./world-parameters.js";

export interface TaskEnvironmentOptions {
  readonly task: LoadedTask;
  /** Made from `simulatorOptions(task, …)`; the environment owns it from here on. */
  readonly simulator: Simulator;
  readonly programs: EnvironmentPrograms;
  readonly seed: number;
  /** Which episodes are drawn; no two streams share any. */
  readonly stream: StreamKey["stream"];
  /** Number of the first environment where these are a part of more: draws follow the number. */
  readonly firstEnv?: number;
  /** Draw parameters, delays and pushes; otherwise the world is nominal. */
  readonly randomize: boolean;
  /** Sensor noise on observations; by default there is. */
  readonly noise?: boolean;
  /** Control steps of an environment from one reading of the engine watch to the next; 0: never. */
  readonly watchEvery?: number;
  /** Control steps by which a person may have actions arrive late, beside what the task draws. */
  readonly maxDelaySteps?: number;
  /** The same of what the policy senses. */
  readonly maxObservationDelaySteps?: number;
  /** Environments of the whole training where these are a part; by default there are no more. */
  readonly totalEnvs?: number;
  /** Called at the end of every episode that began at its beginning. */
  readonly onEpisode?: (episode: EpisodeSummary) => void;
}

/** A `VectorEnvironment` whose signal table can be read, after every step, `[env][stride]`. */
export interface TaskEnvironment extends VectorEnvironment {
  readonly signals: Float32Array;
  readonly signalTable: SignalTable;
  /** [env][body][7], as in `SimulatorState`. */
  readonly bodyPoses: Float32Array;
  /** [env][3] where each environment's origin stands in the world, m; (0, 0, 0) but on terrain. */
  readonly origins: Float64Array;
  /** Of what `step` does with it; to look into, and to push and pull. */
  readonly simulator: Simulator;
  /** [env][column] the reward's total and terms of the last step, before any reset; their names. */
  readonly rewardTerms: { readonly columns: readonly string[]; readonly values: Float64Array };
  /** [env] fitness of the last step, before any reset. */
  readonly stepFitness: Float64Array;
  /** [env][3] velocity that a push of the last step added, m/s. */
  readonly pushes: Float32Array;
  readonly overrides: Overrides;
  /**
   * Puts one environment into a state without a step, and works out signals, terms and observations
   * of all. Its episode goes on from there.
   */
  place(env: number, state: ResetState): void;
  /** Goes on with what another environment of the task remembered, but in new episodes. */
  takeOver(other: EnvironmentSnapshot): void;
}

export function createTaskEnvironment(options: TaskEnvironmentOptions): TaskEnvironment {
  return new SimulatedTask(options);
}

class SimulatedTask implements TaskEnvironment {
  readonly numEnvs: number;
  readonly actionDim: number;
  readonly observationHistory: number;
  readonly signalTable: SignalTable;
  readonly signals: Float32Array;
  readonly rewards: Float32Array;
  readonly terminated: Uint8Array;
  readonly timeOuts: Uint8Array;

  readonly simulator: Simulator;
  readonly rewardTerms: TaskEnvironment["rewardTerms"];
  readonly overrides: Overrides;
  private readonly maxEpisodeSteps: number;
  private readonly actions: Actions;
  private readonly commands: Commands;
  private readonly randomization: Randomization;
  private readonly resets: Resets;
  private readonly terrain: TerrainLevels;
  private readonly pushing: Pushes;
  private readonly episodes: Episodes;
  private readonly signalMemory: SignalMemory;
  private readonly readSignals: Copy;
  private readonly observation: Observation;
  private readonly privileged: Observation | undefined;
  private readonly watch: EngineWatch | undefined;
  private readonly parts: readonly Remembering[];

  private readonly programs: TaskPrograms;
  /** [env] 1 where an episode began in this step. */
  private readonly restarted: Uint8Array;
  private readonly blowUps: BlowUps;
  private readonly timeOutEnding: number;
  private started = false;

  constructor(options: TaskEnvironmentOptions) {
    const { task, simulator, programs, randomize } = options;
    const { definition, signals: table } = task;
    const { numEnvs } = simulator;
    const { seed, stream, firstEnv = 0 } = options;
    const key: StreamKey = { seed, stream, firstEnv };
    this.numEnvs = numEnvs;
    this.simulator = simulator;
    this.maxEpisodeSteps = definition.maxEpisodeSteps;
    this.signalTable = table;
    this.signals = new Float32Array(numEnvs * table.stride);
    this.rewards = new Float32Array(numEnvs);
    this.terminated = new Uint8Array(numEnvs);
    this.timeOuts = new Uint8Array(numEnvs);
    this.restarted = new Uint8Array(numEnvs);

    this.programs = new TaskPrograms(programs, table, this.signals);
    this.rewardTerms = { columns: programs.reward.columns, values: this.programs.reward.values };
    this.blowUps = new BlowUps(simulator, this.signals, table, this.programs.derivedOffset);
    const endings = [...programs.termination.columns, "timeOut", "nonFinite"];
    this.timeOutEnding = programs.termination.columns.length;
    this.episodes = new Episodes({
      definition,
      numEnvs,
      terms: programs.reward.columns.slice(1),
      endings,
      human: programs.human !== undefined,
      onEpisode: options.onEpisode,
    });
    const { maxDelaySteps } = options;
    this.actions = new Actions(task, simulator, this.signals, key, randomize, maxDelaySteps);
    this.actionDim = this.actions.dim;
    this.commands = new Commands(task, numEnvs, this.signals, key);
    this.resets = new Resets(task, simulator, key);
    this.terrain = new TerrainLevels(task, simulator, key);
    this.pushing = new Pushes(task, simulator, key, randomize);
    this.signalMemory = createSignalMemory(task, simulator);
    this.readSignals = createSignalReader(
      task,
      simulator,
      this.signals,
      this.signalMemory,
      this.episodes.steps,
      this.terrain.ground,
      this.actions.older,
    );
    this.observationHistory = definition.observationHistory;
    this.observation = new Observation(definition.observation, table, this.signals, numEnvs, {
      name: "observation",
      history: definition.observationHistory,
      ...((options.noise ?? true) ? { noise: key } : {}),
      maxDelaySteps: longestObservationDelay(options),
      noiseIsDrawn: randomize && definition.randomization.sensorNoise !== undefined,
    });
    this.privileged =
      definition.privilegedObservation &&
      new Observation(definition.privilegedObservation, table, this.signals, numEnvs, {
        name: "privilegedObservation",
        history: 1,
      });
    this.randomization = new Randomization({
      task,
      numEnvs,
      signals: this.signals,
      key,
      randomize,
      totalEnvs: options.totalEnvs ?? numEnvs,
      apply: (env, name, value) => this.applyParameter(env, name, value),
    });
    const { watchEvery = 8 } = options;
    this.watch =
      simulator.watch && watchEvery > 0
        ? new EngineWatch({
            simulator,
            watch: simulator.watch,
            controlDtSeconds: definition.controlDtSeconds,
            every: watchEvery,
          })
        : undefined;
    this.overrides = {
      parameters: this.randomization.values,
      drawn: this.randomization.drawn,
      parameter: (env, name, value) => {
        if (value !== null) checkWorldParameter(name, value);
        this.randomization.hold(env, name, value);
        // Where the delay is drawn by the actions themselves, they hold it too.
        if (name === "actionDelaySteps") this.actions.holdDelay(env, value);
      },
      actionDelay: (env, steps) => this.actions.holdDelay(env, steps),
      actionDelays: this.actions.delaySteps,
      noiseFactors: this.observation.noiseFactor,
      pushFactors: this.pushing.factor,
      command: (env, values) => this.commands.hold(env, values),
    };
    this.parts = [
      this.actions,
      this.commands,
      this.randomization,
      this.resets,
      this.terrain,
      this.pushing,
      this.signalMemory,
      this.episodes,
      this.observation,
      ...(this.privileged ? [this.privileged] : []),
      ...(this.watch ? [this.watch] : []),
      { memory: this.ownMemory(), rngs: [] },
    ];
  }

  get bodyPoses(): Float32Array {
    return this.simulator.state.bodyPose;
  }

  get origins(): Float64Array {
    return this.terrain.ground.origins;
  }

  get pushes(): Float32Array {
    return this.pushing.given;
  }

  get stepFitness(): Float64Array {
    return this.programs.fitness.values;
  }

  get observations(): Float32Array {
    return this.observation.values;
  }

  get observationDim(): number {
    return this.observation.dim;
  }

  get privilegedObservations(): Float32Array {
    return (this.privileged ?? this.observation).values;
  }

  get privilegedObservationDim(): number {
    return (this.privileged ?? this.observation).dim;
  }

  reset(stagger: boolean): void {
    this.episodes.restartAll();
    for (let env = 0; env < this.numEnvs; env++) this.begin(env, stagger);
    this.rewards.fill(0);
    this.terminated.fill(0);
    this.timeOuts.fill(0);
    this.restarted.fill(1);
    this.observe();
    this.started = true;
  }

  step(actions: Float32Array): void {
    if (!this.started)
      throw new Error("an environment must be reset or loaded before it is stepped");
    this.pushing.beforeStep();
    this.randomization.beforeStep();
    this.actions.apply(actions);
    this.watch?.beforeStep();
    this.simulator.step();
    this.watch?.afterStep();
    for (let env = 0; env < this.numEnvs; env++) this.episodes.steps[env]++;
    this.signalMemory.afterStep();
    this.readSignals(0, this.numEnvs);
    this.blowUps.find();
    this.programs.run(this.blowUps.broken, this.episodes.steps);

    const fitness = this.programs.fitness.values;
    this.restarted.fill(0);
    for (let env = 0; env < this.numEnvs; env++) {
      this.book(env);
      this.terrain.advance(env, fitness[env]);
      const ending = this.endingOf(env);
      this.terminated[env] = ending >= 0 && ending !== this.timeOutEnding ? 1 : 0;
      this.timeOuts[env] = ending === this.timeOutEnding ? 1 : 0;
      if (ending >= 0) {
        this.randomization.end(env, this.episodes.finalFitness(env));
        this.episodes.end(env, ending);
        if (this.timeOuts[env] === 1) this.commands.complete(env, fitness[env]);
        this.terrain.end(env, this.timeOuts[env] === 1);
        this.begin(env, false);
        this.restarted[env] = 1;
      } else if (this.commands.advance(env, fitness[env])) {
        this.programs.derive(env, this.episodes.steps);
      }
    }
    this.observe();
  }

  place(env: number, state: ResetState): void {
    this.simulator.reset(env, state);
    this.readSignals(env, env + 1);
    this.blowUps.find();
    this.programs.run(this.blowUps.broken, this.episodes.steps);
    this.restarted.fill(0);
    this.observe();
  }

  takeStatistics(): EnvironmentStatistics {
    const { meanLevel } = this.terrain;
    const statistics = {
      ...this.episodes.takeStatistics(),
      ...(meanLevel !== undefined && { terrainLevel: meanLevel }),
    };
    return this.watch ? { ...statistics, physics: this.watch.take() } : statistics;
  }

  save(): EnvironmentSnapshot {
    return { simulator: this.simulator.save(), ...saveMemory(this.parts) };
  }

  load(snapshot: EnvironmentSnapshot): void {
    loadMemory(this.parts, snapshot);
    this.simulator.load(snapshot.simulator);
    this.started = true;
  }

  takeOver(other: EnvironmentSnapshot): void {
    loadMemory(this.parts, other);
    this.reset(true);
  }

  dispose(): void {
    this.simulator.dispose();
  }

  private ownMemory(): Remembering["memory"] {
    const { signals, rewards, terminated, timeOuts } = this;
    return { signals, rewards, terminated, timeOuts };
  }

  /** Carries out what was drawn or held for an environment's world. */
  private applyParameter(env: number, name: WorldParameterName, value: number): void {
    if (!isDisturbance(name)) this.simulator.setParameter(env, name, value);
    else if (name === "actionDelaySteps") this.actions.setDelay(env, value);
    else if (name === "observationDelaySteps") this.observation.setDelay(env, value);
    else if (name === "sensorNoise") this.observation.setNoise(env, value);
    else if (name === "terrainRoughness") this.terrain.setRoughness(env, value);
    else this.pushing.setSpeed(env, value, name === "objectPushSpeed");
  }

  /** Starts an episode in one environment. */
  private begin(env: number, stagger: boolean): void {
    this.randomization.reset(env);
    this.terrain.begin(env);
    this.resets.reset(env);
    this.episodes.begin(env, stagger ? this.resets.drawAge(env, this.maxEpisodeSteps) : 0);
    this.actions.reset(env);
    this.commands.reset(env);
    this.pushing.reset(env);
    this.signalMemory.afterReset(env);
    this.readSignals(env, env + 1);
    if (this.blowUps.happened(env)) {
      throw new RewardsmithError(
        "E_SIM_NOT_FINITE",
        `environment ${env} is not finite even after a reset`,
        { hint: "the task's reset or randomization ranges, or the robot's masses, may be extreme" },
      );
    }
    this.programs.derive(env, this.episodes.steps);
  }

  private observe(): void {
    this.observation.update(this.restarted);
    this.privileged?.update(this.restarted);
  }

  /** Books this step's reward, terms and fitness of one environment. */
  private book(env: number): void {
    const { reward, fitness, human } = this.programs;
    const { values, width } = reward;
    const total = values[env * width];
    this.rewards[env] = total;
    const humanTotal = human ? human.values[env * human.width] : 0;
    this.episodes.add(env, total, fitness.values[env], humanTotal);
    for (let t = 1; t < width; t++) this.episodes.addTerm(env, t - 1, values[env * width + t]);
  }

  /** Index of the way in which the episode ends in this step, or −1 while it goes on. */
  private endingOf(env: number): number {
    if (this.blowUps.broken[env] === 1) return this.timeOutEnding + 1;
    const termination = this.programs.terminationOf(env);
    if (termination >= 0) return termination;
    return this.episodes.steps[env] >= this.maxEpisodeSteps ? this.timeOutEnding : -1;
  }
}

/** Control steps by which anything sensed may be late, as drawn or as a person may have it. */
function longestObservationDelay(options: TaskEnvironmentOptions): number {
  const { task, randomize, maxObservationDelaySteps = 0 } = options;
  const drawn = randomize ? task.definition.randomization.observationDelaySteps : undefined;
  const longest = drawn ? Math.ceil(boundsOf(drawn.distribution)[1]) : 0;
  return Math.max(longest, maxObservationDelaySteps);
}
