/**
 * One policy in its environments, a control step at a time, with everything a person may look at and
 * turn. No clock, process or socket: what drives it does that.
 */
import { RewardsmithError } from "../../core/errors.js";
import { createInference, type PolicyParameters } from "../../policy/inference.js";
import { assembleEnvironment, type SimulatorFactory } from "../../rl/assemble-environment.js";
import { freeBodies } from "../../robot/free-bodies.js";
import { createFrame, envFlag, type RolloutFrame } from "../../stream/frame.js";
import type { RolloutControl, ServerMessageOf, StressGrid } from "../../stream/protocol.js";
import { type RolloutModel, shapeOfModel } from "../../stream/rollout-model.js";
import type { EpisodeSummary } from "../../task/environment.js";
import type { TaskEnvironment } from "../../task/task-environment.js";
import { type Drag, dragForces } from "./drag.js";
import { History } from "./history.js";
import { type Inputs, noInputs, type Shove } from "./inputs.js";
import { modelOf } from "./model.js";
import { robotMassKg } from "./robot-base.js";
import type { Scene } from "./scene.js";
import { checkEnv, World, type WorldSettings } from "./world.js";
import { liveTask, maxDelaySteps, worldKnobs } from "./world-knobs.js";

export type Happening = ServerMessageOf<"episode"> | ServerMessageOf<"pushed">;
type ControlOf<T extends RolloutControl["type"]> = Extract<RolloutControl, { type: T }>;

export interface RolloutOptions {
  readonly numEnvs: number;
  readonly seed: number;
  /** Number of the model, told with it and in every frame. */
  readonly modelNumber: number;
  readonly sequence: number;
  readonly onHappening: (happening: Happening) => void;
  readonly createSimulator: SimulatorFactory;
}

export async function createRollout(scene: Scene, options: RolloutOptions): Promise<Rollout> {
  const loaded = liveTask(scene.task.task, scene.randomize);
  const episodes: EpisodeSummary[] = [];
  const environment = await assembleEnvironment(
    {
      task: { ...scene.task, task: loaded },
      reward: scene.reward,
      numEnvs: options.numEnvs,
      engine: scene.engine,
      profile: "reference",
      seed: options.seed,
      stream: "test",
      randomize: true,
      watchEvery: 0,
      maxDelaySteps: maxDelaySteps(loaded.definition),
      onEpisode: (episode) => episodes.push(episode),
    },
    options.createSimulator,
  );
  const rollout = new Rollout(scene, environment, episodes, options);
  return rollout;
}

export class Rollout {
  readonly model: RolloutModel;
  readonly frame: RolloutFrame;
  private readonly environment: TaskEnvironment;
  private readonly world: World;
  private readonly options: RolloutOptions;
  /** Filled by the environment while it steps. */
  private readonly episodes: EpisodeSummary[];
  private readonly history: History;
  private readonly actions: Float32Array;
  private act: ((observation: Float32Array, out: Float32Array) => void) | null = null;
  private drag: Drag | null = null;
  private shoves: Shove[] = [];
  /** Whether contacts are worth reading. */
  watchContacts = false;
  private posed: {
    readonly env: number;
    readonly before: ReturnType<TaskEnvironment["save"]>;
  } | null = null;

  constructor(
    scene: Scene,
    environment: TaskEnvironment,
    episodes: EpisodeSummary[],
    options: RolloutOptions,
  ) {
    const { numEnvs, modelNumber, sequence } = options;
    this.environment = environment;
    this.episodes = episodes;
    this.options = options;
    const knobs = worldKnobs(scene.task.task, scene.randomize);
    this.model = modelOf({
      number: modelNumber,
      numEnvs,
      task: scene.task.task,
      reward: scene.reward,
      rewardCode: scene.rewardCode,
      knobs,
    });
    this.world = new World(environment, knobs, this.model.commands);
    this.frame = createFrame(shapeOfModel(this.model));
    this.frame.model = modelNumber;
    this.frame.sequence = sequence;
    this.actions = new Float32Array(numEnvs * environment.actionDim);
    this.history = new History(environment, this.frame, (inputs) => this.advance(inputs, false));
    this.reset();
  }

  /** Null: zero actions. What the environments do goes on. */
  setPolicy(policy: PolicyParameters | null): void {
    const { observationDim, actionDim } = this.environment;
    const network = policy?.network;
    if (network && (network.observationDim !== observationDim || network.actionDim !== actionDim)) {
      throw new RewardsmithError(
        "E_VIEW_POLICY",
        `the policy sees ${network.observationDim} numbers and gives ${network.actionDim} actions; the task has ${observationDim} and ${actionDim}`,
        { hint: "the task was changed since it was trained; train it anew" },
      );
    }
    this.act = policy && createInference(policy);
    this.actions.fill(0);
  }

  /** New episodes in every environment. */
  reset(): void {
    const { frame, environment } = this;
    this.endPose();
    environment.reset(false);
    for (let env = 0; env < this.options.numEnvs; env++) this.beginEpisode(env);
    frame.totals.fill(0);
    frame.terms.fill(0);
    frame.flags.fill(0);
    frame.actions.fill(0);
    frame.observations.set(environment.observations);
    this.copyState();
    this.history.clear();
    frame.sequence++;
  }

  /** One control step. What it throws leaves the frame as it was. */
  step(): void {
    this.endPose();
    const { simulator } = this.environment;
    const pulls = this.drag ? dragForces(simulator, this.drag) : noInputs.pulls;
    const inputs =
      pulls.length + this.shoves.length === 0 ? noInputs : { pulls, shoves: this.shoves };
    this.shoves = [];
    this.history.keep(inputs);
    this.advance(inputs, true);
  }

  /** One control step back in time, as far as it is remembered; false where it is not. */
  stepBack(): boolean {
    this.endPose();
    const back = this.history.back(() => this.world.applyHeld());
    if (back) this.frame.sequence++;
    return back;
  }

  control(message: Exclude<RolloutControl, ControlOf<"select" | "playback" | "stress">>): void {
    switch (message.type) {
      case "world":
        this.world.set(message.parameter, message.value, message.env);
        this.world.copyTo(this.frame);
        break;
      case "noise":
        this.world.setNoise(message.on);
        break;
      case "push":
        this.shove(message);
        break;
      case "drag":
        this.setDrag(message);
        break;
      case "command":
        this.world.setCommand(message.values);
        break;
      case "pose":
        if (message.jointPosition === null) this.endPose();
        else this.pose(message, message.jointPosition);
    }
  }

  /** What is set by hand. */
  get settings() {
    return { ...this.world.settings, posedEnv: this.posed?.env ?? null };
  }

  /** Takes over what was set by hand in another roll-out, as far as this one has it. */
  adopt(settings: WorldSettings): void {
    this.world.adopt(settings);
  }

  /** Each environment at its place in the grid, x fastest. */
  spread(grid: StressGrid): void {
    this.world.spread(grid);
    this.world.copyTo(this.frame);
  }

  dispose(): void {
    this.environment.dispose();
  }

  private advance(inputs: Inputs, isNew: boolean): void {
    const { environment, frame, actions } = this;
    const { simulator, observations, observationDim, actionDim } = environment;
    const { numEnvs } = this.options;
    frame.observations.set(observations);
    if (this.act) {
      for (let env = 0; env < numEnvs; env++) {
        const seen = observations.subarray(env * observationDim, (env + 1) * observationDim);
        this.act(seen, actions.subarray(env * actionDim, (env + 1) * actionDim));
      }
    }
    for (const { env, body, velocity } of inputs.shoves) simulator.push(env, body, velocity);
    for (const { env, body, force, point } of inputs.pulls) {
      simulator.pull(env, body, force, point);
    }
    this.episodes.length = 0;
    environment.step(actions);
    for (let i = 0; i < actions.length; i++) {
      frame.actions[i] = Math.min(1, Math.max(-1, actions[i]));
    }
    frame.sequence++;
    frame.simTimeSeconds += this.model.controlDtSeconds;
    this.copyRewards();
    this.book(inputs, isNew);
    this.copyState();
  }

  /** Total and terms of the step, which are the numbers that training books and the reflection averages. */
  private copyRewards(): void {
    const { frame, environment } = this;
    const { values, columns } = environment.rewardTerms;
    const width = columns.length;
    for (let env = 0; env < this.options.numEnvs; env++) {
      frame.totals[env] = values[env * width];
      for (let t = 1; t < width; t++) {
        frame.terms[env * (width - 1) + t - 1] = values[env * width + t];
      }
      frame.episodeSteps[env]++;
      frame.episodeReturn[env] += values[env * width];
    }
  }

  /** Flags of the step; what began anew, and what is told of it. */
  private book(inputs: Inputs, isNew: boolean): void {
    const { frame, environment, episodes } = this;
    const { simTimeSeconds } = frame;
    frame.flags.fill(0);
    for (let env = 0; env < this.options.numEnvs; env++) {
      const [x, y, z] = environment.pushes.subarray(3 * env, 3 * env + 3);
      if (x !== 0 || y !== 0 || z !== 0) this.tellPush(env, this.model.baseBody, [x, y, z], isNew);
      const fell = environment.terminated[env] === 1;
      if (!fell && environment.timeOuts[env] === 0) continue;
      const episode = episodes.find((ended) => ended.env === env);
      const lost = episode?.ending === "nonFinite";
      frame.flags[env] |= lost ? envFlag.nonFinite : fell ? envFlag.fell : envFlag.timeOut;
      if (episode && isNew) {
        const { length: steps, ending: endedBy, episodeReturn, fitness } = episode;
        this.options.onHappening({
          type: "episode",
          env,
          simTimeSeconds,
          steps,
          endedBy,
          episodeReturn,
          fitness: Number.isFinite(fitness) ? fitness : null,
          success: endedBy === "timeOut",
        });
      }
      this.beginEpisode(env);
    }
    for (const { env, body, velocity } of inputs.shoves) this.tellPush(env, body, velocity, isNew);
  }

  private tellPush(env: number, body: number, velocity: readonly number[], isNew: boolean): void {
    this.frame.flags[env] |= envFlag.pushed;
    if (!isNew) return;
    const [x, y, z] = velocity.map((v) => v * this.pushedMassKg(body));
    const { simTimeSeconds } = this.frame;
    this.options.onHappening({ type: "pushed", env, body, simTimeSeconds, impulse: [x, y, z] });
  }

  private beginEpisode(env: number): void {
    const { frame } = this;
    frame.episode[env]++;
    frame.episodeSteps[env] = 0;
    frame.episodeReturn[env] = 0;
  }

  private copyState(): void {
    const { frame, environment } = this;
    const { state } = environment.simulator;
    frame.poses.set(state.bodyPose);
    frame.jointPosition.set(state.jointPosition);
    frame.jointVelocity.set(state.jointVelocity);
    frame.jointEffort.set(state.jointEffort);
    frame.signals.set(environment.signals);
    frame.contacts.count = 0;
    for (let env = 0; this.watchContacts && env < this.options.numEnvs; env++) {
      environment.simulator.readContacts(env, frame.contacts);
    }
    this.world.copyTo(this.frame);
  }

  private shove({ env, body = this.model.baseBody, impulse }: ControlOf<"push">): void {
    const mass = this.pushedMassKg(this.bodyOf(body));
    const [x, y, z] = impulse.map((k) => k / mass);
    const envs = env === undefined ? Array.from(this.frame.flags.keys()) : [this.envOf(env)];
    // While it stands still, the last one counts: all of them at once would throw it out of the picture.
    for (const one of envs) {
      const before = this.shoves.findIndex((other) => other.env === one && other.body === body);
      if (before >= 0) this.shoves.splice(before, 1);
      this.shoves.push({ env: one, body, velocity: [x, y, z] });
    }
  }

  /** What floats is pushed as a whole, see `Simulator.push`. */
  private pushedMassKg(body: number): number {
    const { robot } = this.environment.simulator;
    const mass = freeBodies(robot).length > 0 ? robotMassKg(robot) : robot.bodies[body].massKg;
    return Math.max(mass, 1e-3);
  }

  private setDrag({ env, body, point, target, turn }: ControlOf<"drag">): void {
    const to = turn ? { turn } : target ? { target } : null;
    if (point === null || to === null) this.drag = null;
    else this.drag = { env: this.envOf(env), body: this.bodyOf(body), point, to };
  }

  /** Holds an environment in a pose; everything else stands still, and comes back as it was afterwards. */
  private pose({ env, basePose }: ControlOf<"pose">, jointPosition: readonly number[]): void {
    const { environment, frame } = this;
    const { simulator } = environment;
    const joints = simulator.jointNames.length;
    if (jointPosition.length !== joints) {
      throw new RewardsmithError("E_VIEW_POSE", `${jointPosition.length} joint positions`, {
        hint: `this robot has ${joints} joints: ${simulator.jointNames.join(", ")}`,
      });
    }
    this.envOf(env);
    if (this.posed?.env !== env) this.endPose();
    this.posed ??= { env, before: environment.save() };
    const { bodies } = simulator.robot;
    const free = freeBodies(simulator.robot);
    const freePose = new Float32Array(7 * free.length);
    free.forEach(({ body }, i) => {
      const at = 7 * (env * bodies.length + body);
      const isBase = body === this.model.baseBody && basePose !== undefined;
      freePose.set(isBase ? basePose : simulator.state.bodyPose.subarray(at, at + 7), 7 * i);
    });
    environment.place(env, {
      jointPosition: Float32Array.from(jointPosition),
      jointVelocity: new Float32Array(joints),
      freePose,
      freeVelocity: new Float32Array(6 * free.length),
    });
    const { values, columns } = environment.rewardTerms;
    frame.totals[env] = values[env * columns.length];
    for (let t = 1; t < columns.length; t++) {
      frame.terms[env * (columns.length - 1) + t - 1] = values[env * columns.length + t];
    }
    frame.flags.fill(0);
    frame.sequence++;
    frame.observations.set(environment.observations);
    this.copyState();
  }

  private endPose(): void {
    if (!this.posed) return;
    this.environment.load(this.posed.before);
    this.posed = null;
    this.world.applyHeld();
    this.frame.sequence++;
    this.copyState();
  }

  private envOf(env: number): number {
    return checkEnv(env, this.options.numEnvs);
  }

  private bodyOf(body: number): number {
    const { bodies } = this.model.robot;
    if (body < bodies.length) return body;
    throw new RewardsmithError("E_VIEW_BODY", `there is no body ${body}`, {
      hint: `they are numbered 0 to ${bodies.length - 1}`,
    });
  }
}
