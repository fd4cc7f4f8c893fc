/** The learner's networks: weights, optimizer moments, batched inference and the minibatch update. */
import { Adam, type SavedOptimizer } from "../adam.js";
import { actorCriticModel, hasPrivilegedInput } from "../inference-graph.js";
import { type NetworkShape, parameterLayout } from "../network.js";
import type { Session, TensorBuffer } from "../session.js";
import {
  gradientModel,
  type LossSettings,
  type LossStatistic,
  lossStatistics,
} from "../update-graph.js";
import { createSession, type SessionOptions, tensor } from "./session.js";

/** Samples of one gradient step, or of a part of them, filled by the caller. */
export interface Minibatch {
  readonly size: number;
  /** `[sample][dim]`, normalized. */
  readonly observations: Float32Array;
  /** `[sample][dim]`; empty where there is no privileged input. */
  readonly criticObservations: Float32Array;
  /** `[sample]` 1 where the teacher acted, 0 where the student; empty without adaptation. */
  readonly taught: Float32Array;
  readonly actions: Float32Array;
  /** `[sample]` each. */
  readonly oldLogProb: Float32Array;
  readonly advantage: Float32Array;
  readonly return: Float32Array;
  readonly oldValue: Float32Array;
}

export type UpdateStatistics = Record<Exclude<LossStatistic, "adaptation"> | "gradNorm", number> & {
  /** Of the student, where there is one. */
  readonly adaptation?: number;
};

export interface ActorCriticOptions extends SessionOptions {
  readonly network: NetworkShape;
  readonly loss: LossSettings;
  /** Learning rate of the adapter, where there is one. */
  readonly adapterRate?: number | undefined;
  /** Rows of one inference call. */
  readonly numEnvs: number;
  /** Adds to the gradient of this part of a minibatch those of the others, in place. */
  readonly addGradients?: (gradient: Float32Array) => Promise<void>;
}

export class ActorCritic {
  readonly network: NetworkShape;
  /** Inference buffers: fill the normalized inputs `[env][dim]`, call `infer`, read mean and value. */
  readonly observations: Float32Array;
  readonly criticObservations: Float32Array;
  /** `[env]` 1 where the teacher acts, as at first, 0 where the student; empty without adaptation. */
  readonly taught: Float32Array;
  readonly mean: Float32Array;
  readonly value: Float32Array;
  /** Flat parameters. */
  readonly theta: Float32Array;
  private readonly inference: Session;
  private readonly gradients: Session;
  private readonly inferenceInputs: Record<string, TensorBuffer>;
  private readonly inferenceOutputs: Record<string, TensorBuffer>;
  private readonly parameters: TensorBuffer;
  private readonly perSample = tensor(new Float32Array(1), [1]);
  private readonly gradient: TensorBuffer;
  private readonly bindings = new WeakMap<Minibatch, Record<string, TensorBuffer>>();
  private readonly adam: Adam;
  /** The adapter learns by itself: neither rate nor clipping of the policy's gradient is its own. */
  private readonly adapterAdam: Adam;
  private readonly adapterRate: number;
  private readonly maxGradNorm: number;
  private readonly addGradients: (gradient: Float32Array) => Promise<void>;

  static async create(options: ActorCriticOptions): Promise<ActorCritic> {
    const { network, loss } = options;
    const inference = await createSession(actorCriticModel(network), options);
    const gradients = await createSession(gradientModel(network, loss), options);
    return new ActorCritic(options, inference, gradients);
  }

  private constructor(options: ActorCriticOptions, inference: Session, gradients: Session) {
    const { network, numEnvs } = options;
    this.network = network;
    this.inference = inference;
    this.gradients = gradients;
    this.maxGradNorm = options.loss.maxGradNorm;
    this.addGradients = options.addGradients ?? (async () => {});
    const observations = matrix(numEnvs, network.observationDim);
    const criticObservations = matrix(
      hasPrivilegedInput(network) ? numEnvs : 0,
      network.privilegedObservationDim,
    );
    const taught = matrix(network.adaptation ? numEnvs : 0, 1);
    this.taught = taught.data.fill(1);
    const mean = matrix(numEnvs, network.actionDim);
    const value = matrix(numEnvs, 1);
    this.observations = observations.data;
    this.criticObservations = criticObservations.data;
    this.mean = mean.data;
    this.value = value.data;
    const { size, adapterSize } = parameterLayout(network);
    this.parameters = tensor(new Float32Array(size), [size]);
    this.theta = this.parameters.data;
    this.inferenceInputs = {
      observations,
      theta: this.parameters,
      ...(hasPrivilegedInput(network) && { criticObservations }),
      ...(network.adaptation && { taught }),
    };
    this.inferenceOutputs = { mean, value };
    const numbers = size + lossStatistics(network).length;
    this.gradient = tensor(new Float32Array(numbers), [numbers]);
    this.adam = new Adam(size - adapterSize);
    this.adapterAdam = new Adam(adapterSize);
    this.adapterRate = options.adapterRate ?? 0;
  }

  /** Mean `[env][action]` and value `[env]` of the observations. */
  async infer(): Promise<void> {
    await this.inference.run(this.inferenceInputs, this.inferenceOutputs);
  }

  /**
   * One Adam step on a minibatch of `samples`, of which `part` is this one's share. Results are
   * statistics of the parameters before the step.
   */
  async update(part: Minibatch, lr: number, samples = part.size): Promise<UpdateStatistics> {
    const { gradient, perSample, theta } = this;
    perSample.data[0] = 1 / samples;
    await this.gradients.run(this.bind(part), { gradient });
    await this.addGradients(gradient.data);
    const { adapterSize } = parameterLayout(this.network);
    const gradNorm = this.adam.step(
      theta.subarray(adapterSize),
      gradient.data.subarray(adapterSize),
      lr,
      this.maxGradNorm,
    );
    const at = theta.length;
    const statistics = {
      surrogate: gradient.data[at],
      value: gradient.data[at + 1],
      bound: gradient.data[at + 2],
      approxKl: gradient.data[at + 3],
      clipFraction: gradient.data[at + 4],
      gradNorm,
    };
    if (adapterSize === 0) return statistics;
    this.adapterAdam.step(theta, gradient.data, this.adapterRate, Number.POSITIVE_INFINITY);
    return { ...statistics, adaptation: gradient.data[at + 5] };
  }

  /** Copies of parameters and optimizer state. */
  save(): { theta: Float32Array } & SavedOptimizer {
    const [first, second] = [this.adapterAdam.save(), this.adam.save()];
    return {
      theta: this.theta.slice(),
      m: joined(first.m, second.m),
      v: joined(first.v, second.v),
      adamSteps: second.adamSteps,
    };
  }

  /** Without moments the optimizer starts anew. */
  load(state: { theta: Float32Array } & Partial<SavedOptimizer>): void {
    const { theta, m, v, adamSteps } = state;
    this.theta.set(theta);
    const { adapterSize } = parameterLayout(this.network);
    const parts = [
      [this.adapterAdam, 0, adapterSize],
      [this.adam, adapterSize, theta.length],
    ] as const;
    for (const [adam, from, to] of parts) {
      if (m && v && adamSteps !== undefined) {
        adam.load({ m: m.subarray(from, to), v: v.subarray(from, to), adamSteps });
      } else adam.restart();
    }
  }

  async dispose(): Promise<void> {
    await this.inference.dispose();
    await this.gradients.dispose();
  }

  /** Tensors over a minibatch's arrays, made once each. */
  private bind(minibatch: Minibatch): Record<string, TensorBuffer> {
    let inputs = this.bindings.get(minibatch);
    if (inputs === undefined) {
      const { size } = minibatch;
      const { network } = this;
      const column = (data: Float32Array) => tensor(data, [size, 1]);
      inputs = {
        observations: tensor(minibatch.observations, [size, network.observationDim]),
        actions: tensor(minibatch.actions, [size, network.actionDim]),
        oldLogProb: column(minibatch.oldLogProb),
        advantage: column(minibatch.advantage),
        return: column(minibatch.return),
        oldValue: column(minibatch.oldValue),
        theta: this.parameters,
        perSample: this.perSample,
      };
      if (hasPrivilegedInput(network)) {
        inputs["criticObservations"] = tensor(minibatch.criticObservations, [
          size,
          network.privilegedObservationDim,
        ]);
      }
      if (network.adaptation) inputs["taught"] = column(minibatch.taught);
      this.bindings.set(minibatch, inputs);
    }
    return inputs;
  }
}

function joined(a: Float32Array, b: Float32Array): Float32Array {
  const all = new Float32Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}

function matrix(rows: number, columns: number): TensorBuffer {
  return tensor(new Float32Array(rows * columns), [rows, columns]);
}
