/** The life of a training: create, iterate, save, load. The algorithm itself is in ppo.ts. */
import { RewardsmithError } from "../core/errors.js";
import { Rng } from "../core/rng.js";
import { hasPrivilegedInput } from "../policy/inference-graph.js";
import { initialParameters, type NetworkShape } from "../policy/network.js";
import { ActorCritic } from "../policy/node/actor-critic.js";
import { RunningStatistics, type SavedStatistics } from "../policy/running-statistics.js";
import type { NativeCalls } from "../policy/session.js";
import type { VectorEnvironment } from "../task/environment.js";
import type { TrainingSettings } from "../task/settings.js";
import type { Checkpoint } from "./checkpoint.js";
import { cpuSeconds } from "./cpu-time.js";
import type { MetricsRow } from "./metrics.js";
import { iteratePpo, type Ppo } from "./ppo.js";
import { createMinibatch, createRollout, minibatchBounds } from "./rollout.js";

export interface TrainerOptions {
  /** The trainer steps it and does not dispose of it. */
  readonly environment: VectorEnvironment;
  readonly settings: TrainingSettings;
  readonly seed: number;
  /** Threads inside one operator of the networks; part of what a result depends on. */
  readonly intraOpThreads?: number;
  /** Called after every control step. */
  readonly beat?: () => void;
  readonly nativeCalls?: NativeCalls;
}

export class Trainer {
  private readonly ppo: Ppo;
  private readonly settings: TrainingSettings;
  private readonly seed: number;
  private iteration = 0;
  private wallSeconds = 0;
  private cpuSeconds = 0;

  /** Starts every environment at a random age, so that their time-outs do not come together. */
  static async create(options: TrainerOptions): Promise<Trainer> {
    const { environment, settings, seed, intraOpThreads = 1, nativeCalls } = options;
    const network = networkShape(environment, settings);
    const networks = await ActorCritic.create({
      network,
      loss: settings.ppo,
      numEnvs: environment.numEnvs,
      intraOpThreads,
      ...(nativeCalls && { nativeCalls }),
    });
    const theta = initialParameters(
      network,
      settings.network.initialLogStd,
      Rng.stream(seed, "policy", "weights"),
    );
    networks.load({ theta });
    environment.reset(true);
    environment.takeStatistics();
    return new Trainer(options, networks);
  }

  private constructor(options: TrainerOptions, networks: ActorCritic) {
    const { environment, settings, seed, beat = () => {} } = options;
    const { network } = networks;
    const { numStepsPerEnv, ppo } = settings;
    const { normalizeObservation, normalizeReturn } = ppo;
    const criticObservationDim = hasPrivilegedInput(network) ? network.privilegedObservationDim : 0;
    const dims = { ...network, criticObservationDim };
    const samples = numStepsPerEnv * environment.numEnvs;
    const bounds = minibatchBounds(samples, ppo.minibatchSize);
    const sizes = new Set(bounds.slice(1).map((bound, i) => bound - bounds[i]));
    this.settings = settings;
    this.seed = seed;
    this.ppo = {
      environment,
      settings: ppo,
      networks,
      rollout: createRollout(numStepsPerEnv, environment.numEnvs, dims),
      minibatches: [...sizes].map((size) => createMinibatch(size, dims)),
      order: new Uint32Array(samples),
      normalizers: {
        observation: normalizeObservation ? new RunningStatistics(network.observationDim) : null,
        criticObservation:
          normalizeObservation && criticObservationDim > 0
            ? new RunningStatistics(criticObservationDim)
            : null,
        return: normalizeReturn ? new RunningStatistics(1) : null,
      },
      noise: Rng.stream(seed, "policy", "noise"),
      shuffle: Rng.stream(seed, "policy", "shuffle"),
      beat,
      lr: ppo.lr,
    };
  }

  /** Environment steps so far. */
  get totalSteps(): number {
    return this.iteration * this.settings.numStepsPerEnv * this.ppo.environment.numEnvs;
  }

  /** Collects one rollout and learns from it. */
  async iterate(): Promise<MetricsRow> {
    const wallStart = performance.now();
    const cpuStart = cpuSeconds();
    const result = await iteratePpo(this.ppo);
    this.iteration++;
    this.wallSeconds += (performance.now() - wallStart) / 1000;
    this.cpuSeconds += cpuSeconds() - cpuStart;
    return {
      iteration: this.iteration,
      totalSteps: this.totalSteps,
      wallSeconds: this.wallSeconds,
      cpuSeconds: this.cpuSeconds,
      ...this.ppo.environment.takeStatistics(),
      ...result,
    };
  }

  /** Between iterations: everything needed to continue bit for bit. */
  save(): Checkpoint {
    const { networks, normalizers, noise, shuffle, lr, environment } = this.ppo;
    return {
      network: networks.network,
      ...networks.save(),
      lr,
      observationStatistics: normalizers.observation?.save() ?? null,
      criticObservationStatistics: normalizers.criticObservation?.save() ?? null,
      returnStatistics: normalizers.return?.save() ?? null,
      seed: this.seed,
      iteration: this.iteration,
      totalSteps: this.totalSteps,
      wallSeconds: this.wallSeconds,
      cpuSeconds: this.cpuSeconds,
      rngs: { noise: noise.save(), shuffle: shuffle.save() },
      environment: environment.save(),
    };
  }

  /** Continues a training of the same job exactly where `save` left it. */
  load(checkpoint: Checkpoint): void {
    this.loadPolicy(checkpoint);
    const { ppo } = this;
    ppo.networks.load(checkpoint);
    ppo.lr = checkpoint.lr;
    ppo.noise.load(checkpoint.rngs.noise);
    ppo.shuffle.load(checkpoint.rngs.shuffle);
    ppo.environment.load(checkpoint.environment);
    ppo.environment.takeStatistics();
    this.iteration = checkpoint.iteration;
    this.wallSeconds = checkpoint.wallSeconds;
    this.cpuSeconds = checkpoint.cpuSeconds;
  }

  /** Starts from another training's weights and normalizers; optimizer, rate and step count begin anew. */
  warmStart(checkpoint: Checkpoint): void {
    this.loadPolicy(checkpoint);
  }

  /** Frees the networks; the environment stays with its owner. */
  async dispose(): Promise<void> {
    await this.ppo.networks.dispose();
  }

  private loadPolicy(checkpoint: Checkpoint): void {
    const { networks, normalizers } = this.ppo;
    const [have, want] = [checkpoint.network, networks.network].map((n) => JSON.stringify(n));
    if (have !== want) {
      throw new RewardsmithError(
        "E_CHECKPOINT_MISMATCH",
        `the checkpoint's network is ${have}, this training's ${want}`,
        { hint: "use the same task and the same network.* settings as the run it comes from" },
      );
    }
    networks.load({ theta: checkpoint.theta });
    restore(normalizers.observation, checkpoint.observationStatistics);
    restore(normalizers.criticObservation, checkpoint.criticObservationStatistics);
    restore(normalizers.return, checkpoint.returnStatistics);
  }
}

function restore(normalizer: RunningStatistics | null, saved: SavedStatistics | null): void {
  if (normalizer && saved) normalizer.load(saved);
  else if (normalizer || saved) {
    throw new RewardsmithError(
      "E_CHECKPOINT_MISMATCH",
      "the checkpoint and this training do not normalize the same things",
      { hint: "use the same ppo.normalizeObservation and ppo.normalizeReturn settings" },
    );
  }
}

function networkShape(environment: VectorEnvironment, settings: TrainingSettings): NetworkShape {
  const { actor, critic, activation, shared } = settings.network;
  const privileged = environment.privilegedObservations !== environment.observations;
  if (privileged && shared) {
    throw new RewardsmithError(
      "E_NETWORK_SHARED",
      "a shared network cannot read the task's privileged observation",
      { hint: "set network.shared=false, or drop privilegedObservation from the task" },
    );
  }
  return {
    observationDim: environment.observationDim,
    privilegedObservationDim: privileged ? environment.privilegedObservationDim : 0,
    actionDim: environment.actionDim,
    actor: [...actor],
    critic: [...critic],
    activation,
    shared,
  };
}
