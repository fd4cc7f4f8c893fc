/** The learner's networks: weights, optimizer moments, batched inference and the minibatch update. */
import { actorCriticModel, hasPrivilegedInput } from "../inference-graph.js";
import { criticInputDim, type NetworkShape, parameterLayout } from "../network.js";
import type { Session, TensorBuffer } from "../session.js";
import { adam, type LossSettings, updateModel, updateStatistics } from "../update-graph.js";
import { createSession, type SessionOptions, tensor } from "./session.js";

/** What the optimizer carries from step to step; all `[parameter]`. */
interface ParameterSet {
  readonly theta: TensorBuffer;
  readonly m: TensorBuffer;
  readonly v: TensorBuffer;
}

/** Samples of one gradient step, filled by the caller. */
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

export type UpdateStatistics = Record<(typeof updateStatistics)[number], number>;

export interface ActorCriticOptions extends SessionOptions {
  readonly network: NetworkShape;
  readonly loss: LossSettings;
  /** Rows of one inference call. */
  readonly numEnvs: number;
}

export class ActorCritic {
  readonly network: NetworkShape;
  /** Inference buffers: fill the normalized inputs `[env][dim]`, call `infer`, read mean and value. */
  readonly observations: Float32Array;
  readonly criticObservations: Float32Array;
  readonly mean: Float32Array;
  readonly value: Float32Array;
  private readonly inference: Session;
  private readonly updater: Session;
  private readonly inferenceInputs: Record<string, TensorBuffer>;
  private readonly inferenceOutputs: Record<string, TensorBuffer>;
  private readonly stats = tensor(new Float32Array(updateStatistics.length), [
    updateStatistics.length,
  ]);
  private readonly scalars = tensor(new Float32Array(3), [3]);
  private readonly bindings = new WeakMap<Minibatch, Record<string, TensorBuffer>>();
  /** An update reads the current set and writes the next one; then they change places. */
  private current: ParameterSet;
  private next: ParameterSet;
  private adamSteps = 0;

  static async create(options: ActorCriticOptions): Promise<ActorCritic> {
    const { network, loss } = options;
    const inference = await createSession(actorCriticModel(network), options);
    const updater = await createSession(updateModel(network, loss), options);
    return new ActorCritic(options, inference, updater);
  }

  private constructor(options: ActorCriticOptions, inference: Session, updater: Session) {
    const { network, numEnvs } = options;
    this.network = network;
    this.inference = inference;
    this.updater = updater;
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
    this.inferenceInputs = hasPrivilegedInput(network)
      ? { observations, criticObservations }
      : { observations };
    this.inferenceOutputs = { mean, value };
    const { size } = parameterLayout(network);
    this.current = parameterSet(size);
    this.next = parameterSet(size);
  }

  /** Flat parameters; the array changes identity with every update. */
  get theta(): Float32Array {
    return this.current.theta.data;
  }

  /** Mean `[env][action]` and value `[env]` of the observations. */
  async infer(): Promise<void> {
    const inputs = { ...this.inferenceInputs, theta: this.current.theta };
    await this.inference.run(inputs, this.inferenceOutputs);
  }

  /** One Adam step on a minibatch. Results are statistics of the parameters before the step. */
  async update(minibatch: Minibatch, lr: number): Promise<UpdateStatistics> {
    const { current, next, stats, scalars } = this;
    this.adamSteps++;
    scalars.data[0] = 1 / minibatch.size;
    scalars.data[1] = lr / (1 - adam.beta1 ** this.adamSteps);
    scalars.data[2] = 1 / Math.sqrt(1 - adam.beta2 ** this.adamSteps);
    await this.updater.run(
      { ...this.bind(minibatch), theta: current.theta, m: current.m, v: current.v, scalars },
      { nextTheta: next.theta, nextM: next.m, nextV: next.v, stats },
    );
    this.current = next;
    this.next = current;
    const [surrogate, value, bound, approxKl, clipFraction, gradNorm] = stats.data;
    return { surrogate, value, bound, approxKl, clipFraction, gradNorm };
  }

  /** Copies of parameters and optimizer state. */
  save(): { theta: Float32Array; m: Float32Array; v: Float32Array; adamSteps: number } {
    const { theta, m, v } = this.current;
    return {
      theta: theta.data.slice(),
      m: m.data.slice(),
      v: v.data.slice(),
      adamSteps: this.adamSteps,
    };
  }

  /** Without moments the optimizer starts anew. */
  load(state: {
    theta: Float32Array;
    m?: Float32Array;
    v?: Float32Array;
    adamSteps?: number;
  }): void {
    const { theta, m, v } = this.current;
    theta.data.set(state.theta);
    if (state.m) m.data.set(state.m);
    else m.data.fill(0);
    if (state.v) v.data.set(state.v);
    else v.data.fill(0);
    this.adamSteps = state.adamSteps ?? 0;
  }

  async dispose(): Promise<void> {
    await this.inference.dispose();
    await this.updater.dispose();
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

function parameterSet(size: number): ParameterSet {
  return {
    theta: tensor(new Float32Array(size), [size]),
    m: tensor(new Float32Array(size), [size]),
    v: tensor(new Float32Array(size), [size]),
  };
}
