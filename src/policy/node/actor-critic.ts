/** The learner's networks: weights, optimizer moments, batched inference and the minibatch update. */
import { Adam, type SavedOptimizer } from "../adam.js";
import { actorCriticModel, hasPrivilegedInput } from "../inference-graph.js";
import { criticInputDim, type NetworkShape, parameterLayout } from "../network.js";
import type { Session, TensorBuffer } from "../session.js";
import { gradientModel, type LossSettings, lossStatistics } from "../update-graph.js";
import { createSession, type SessionOptions, tensor } from "./session.js";

/** Samples of one gradient step, or of a part of them, filled by the caller. */
export interface Minibatch {
  readonly size: number;
  /** `[sample][dim]`, normalized. */
  readonly observations: Float32Array;
  /** `[sample][dim]`; empty where the critic reads the observation. */
  readonly criticObservations: Float32Array;
  readonly actions: Float32Array;
  /** `[sample]` each. */
  readonly oldLogProb: Float32Array;
  readonly advantage: Float32Array;
  readonly return: Float32Array;
  readonly oldValue: Float32Array;
}

export type UpdateStatistics = Record<(typeof lossStatistics)[number] | "gradNorm", number>;

export interface ActorCriticOptions extends SessionOptions {
  readonly network: NetworkShape;
  readonly loss: LossSettings;
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
      criticInputDim(network),
    );
    const mean = matrix(numEnvs, network.actionDim);
    const value = matrix(numEnvs, 1);
    this.observations = observations.data;
    this.criticObservations = criticObservations.data;
    this.mean = mean.data;
    this.value = value.data;
    const { size } = parameterLayout(network);
    this.parameters = tensor(new Float32Array(size), [size]);
    this.theta = this.parameters.data;
    this.inferenceInputs = hasPrivilegedInput(network)
      ? { observations, criticObservations, theta: this.parameters }
      : { observations, theta: this.parameters };
    this.inferenceOutputs = { mean, value };
    const numbers = size + lossStatistics.length;
    this.gradient = tensor(new Float32Array(numbers), [numbers]);
    this.adam = new Adam(size);
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
    const gradNorm = this.adam.step(theta, gradient.data, lr, this.maxGradNorm);
    const at = theta.length;
    return {
      surrogate: gradient.data[at],
      value: gradient.data[at + 1],
      bound: gradient.data[at + 2],
      approxKl: gradient.data[at + 3],
      clipFraction: gradient.data[at + 4],
      gradNorm,
    };
  }

  /** Copies of parameters and optimizer state. */
  save(): { theta: Float32Array } & SavedOptimizer {
    return { theta: this.theta.slice(), ...this.adam.save() };
  }

  /** Without moments the optimizer starts anew. */
  load(state: { theta: Float32Array } & Partial<SavedOptimizer>): void {
    const { theta, m, v, adamSteps } = state;
    this.theta.set(theta);
    if (m && v && adamSteps !== undefined) this.adam.load({ m, v, adamSteps });
    else this.adam.restart();
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
          criticInputDim(network),
        ]);
      }
      this.bindings.set(minibatch, inputs);
    }
    return inputs;
  }
}

function matrix(rows: number, columns: number): TensorBuffer {
  return tensor(new Float32Array(rows * columns), [rows, columns]);
}
