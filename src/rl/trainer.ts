/** The life of a training: create, iterate, save, load. The algorithm itself is in ppo.ts. */
import { RewardsmithError } from "../core/errors.js";
import { Rng } from "../core/rng.js";
import { hasPrivilegedInput } from "../policy/inference-graph.js";
import type { Symmetry } from "../policy/mirror.js";
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
import { createMinibatch, createRollout, minibatchBounds, type RolloutDims } from "./rollout.js";
import { alone, type ShardGroup, shardBounds } from "./shard-group.js";

export interface TrainerOptions {
  /** The trainer steps it and does not dispose of it. In a group: this shard's environments. */
  readonly environment: VectorEnvironment;
  readonly settings: TrainingSettings;
  readonly seed: number;
  /** Left and right, where the networks are to know none. */
  readonly symmetry?: Symmetry | undefined;
  /** The shards that train together; by default the training is in one piece. */
  readonly group?: ShardGroup;
  /** Called after every control step. */
  readonly beat?: () => void;
  readonly nativeCalls?: NativeCalls;
}

export class Trainer {
  private readonly ppo: Ppo;
  private readonly seed: number;
  private iteration = 0;
  private wallSeconds = 0;
  private cpuSeconds = 0;

  /** Starts every environment at a random age, so that their time-outs do not come together. */
  static async create(options: TrainerOptions): Promise<Trainer> {
    const { environment, settings, seed, group = alone, nativeCalls } = options;
    const network = networkShape(environment, settings, options.symmetry);
    const networks = await ActorCritic.create({
      network,
      loss: settings.ppo,
      adapterRate: settings.network.adaptation?.lr,
      numEnvs: environment.numEnvs,
      ...(group.count > 1 && { addGradients: (gradient) => group.sum(gradient) }),
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
    const { environment, settings, seed, group = alone, beat = () => {} } = options;
    const { network } = networks;
    const { numStepsPerEnv, ppo } = settings;
    const { normalizeObservation, normalizeReturn } = ppo;
    const dims = rolloutDims(network);
    const { criticObservationDim } = dims;
    const numEnvs = group.count > 1 ? settings.numEnvs : environment.numEnvs;
    const firstEnv = shardBounds(numEnvs, group.count)[group.index];
    const samples = numStepsPerEnv * numEnvs;
    const bounds = minibatchBounds(samples, ppo.minibatchSize);
    const sizes = bounds.slice(1).map((bound, i) => {
      const part = shardBounds(bound - bounds[i], group.count);
      return part[group.index + 1] - part[group.index];
    });
    this.seed = seed;
    const { studentShare = 0 } = settings.network.adaptation ?? {};
    const taught = Float32Array.from({ length: numEnvs }, (_, env) =>
      isStudent(env, studentShare) ? 0 : 1,
    );
    networks.taught.set(taught.subarray(firstEnv, firstEnv + networks.taught.length));
    this.ppo = {
      environment,
      firstEnv,
      group,
      settings: ppo,
      networks,
      rollout: createRollout({
        ...dims,
        numSteps: numStepsPerEnv,
        numEnvs,
        firstEnv,
        endEnv: firstEnv + environment.numEnvs,
        group,
      }),
      minibatches: [...new Set(sizes)].map((size) => createMinibatch(size, dims)),
      order: new Uint32Array(samples),
      taught,
      normalizers: {
        observation: normalizeObservation
          ? new RunningStatistics(network.observationDim, network.symmetry?.observation)
          : null,
        criticObservation:
          normalizeObservation && criticObservationDim > 0
            ? new RunningStatistics(
                criticObservationDim,
                network.symmetry?.privilegedObservation ?? undefined,
              )
            : null,
        return: normalizeReturn ? new RunningStatistics(1) : null,
      },
      noise: Array.from({ length: environment.numEnvs }, (_, env) =>
        Rng.stream(seed, "policy", firstEnv + env, "noise"),
      ),
      shuffle: Rng.stream(seed, "policy", "shuffle"),
      beat,
      lr: ppo.lr,
    };
  }

  /** Environment steps so far. */
  get totalSteps(): number {
    return this.iteration * this.ppo.order.length;
  }

  /** Collects one rollout and learns from it. Statistics and CPU seconds are this shard's own. */
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

  /** Between iterations: everything needed to continue bit for bit. In a group, with this shard alone. */
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
      shuffle: shuffle.save(),
      shards: [{ noise: noise.map((rng) => rng.save()), environment: environment.save() }],
    };
  }

  /** Continues a training of the same job exactly where `save` left it. */
  load(checkpoint: Checkpoint): void {
    this.loadPolicy(checkpoint);
    const { ppo } = this;
    ppo.networks.load(checkpoint);
    const { shards } = checkpoint;
    const { index, count } = ppo.group;
    if (shards.length !== count || shards[index].noise.length !== ppo.noise.length) {
      throw new RewardsmithError(
        "E_CHECKPOINT_MISMATCH",
        `the checkpoint holds ${shards.length} shards, this training has ${count}`,
        { hint: "continue with the same numShards and numEnvs, or warm-start from it" },
      );
    }
    ppo.lr = checkpoint.lr;
    ppo.shuffle.load(checkpoint.shuffle);
    for (const [env, rng] of ppo.noise.entries()) rng.load(shards[index].noise[env]);
    ppo.environment.load(shards[index].environment);
    ppo.environment.takeStatistics();
    this.iteration = checkpoint.iteration;
    this.wallSeconds = checkpoint.wallSeconds;
    this.cpuSeconds = index === 0 ? checkpoint.cpuSeconds : 0;
  }

  /** Starts from another training's weights and normalizers; optimizer, rate and step count begin anew. */
  warmStart(checkpoint: Checkpoint): void {
    this.loadPolicy(checkpoint);
  }

  /** Between iterations: goes on in another environment of the same task and size. */
  replaceEnvironment(environment: VectorEnvironment): void {
    this.ppo.environment = environment;
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

/** Spreads the students evenly over the environments. */
function isStudent(env: number, share: number): boolean {
  return Math.floor((env + 1) * share) > Math.floor(env * share);
}

/** Widths of what a rollout holds for a network. */
export function rolloutDims(network: NetworkShape): RolloutDims {
  return {
    observationDim: network.observationDim,
    criticObservationDim: hasPrivilegedInput(network) ? network.privilegedObservationDim : 0,
    actionDim: network.actionDim,
    adapts: network.adaptation !== undefined,
  };
}

export function networkShape(
  environment: VectorEnvironment,
  settings: TrainingSettings,
  symmetry?: Symmetry,
): NetworkShape {
  const { actor, critic, activation, shared, adaptation } = settings.network;
  const privileged = environment.privilegedObservations !== environment.observations;
  if (privileged && shared) {
    throw new RewardsmithError(
      "E_NETWORK_SHARED",
      "a shared network cannot read the task's privileged observation",
      { hint: "set network.shared=false, or drop privilegedObservation from the task" },
    );
  }
  const { observationHistory: frames } = environment;
  if (adaptation && (!privileged || frames < 2)) {
    throw new RewardsmithError(
      "E_NETWORK_ADAPTATION",
      privileged
        ? "the student has no history to tell the world from: an observation is one frame"
        : "the teacher knows no more than its student: the task declares no privileged observation",
      {
        where: "network.adaptation",
        hint: privileged
          ? "set observationHistory in task.ts, e.g. to 15"
          : "list what the teacher may know as privilegedObservation in task.ts",
      },
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
    ...(symmetry && { symmetry }),
    ...(adaptation && {
      adaptation: {
        frames,
        latent: adaptation.latent,
        encoder: [...adaptation.encoder],
        adapter: [...adaptation.adapter],
      },
    }),
  };
}
