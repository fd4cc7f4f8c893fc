/**
 * The shape of actor and critic, and where each weight lies in the one flat parameter vector
 * that inference, the update, the optimizer and checkpoints share.
 */
import { z } from "zod";
import type { Rng } from "../core/rng.js";
import { symmetrySchema } from "./mirror.js";

export const networkShapeSchema = z.strictObject({
  observationDim: z.int().positive(),
  /** Width of the critic's own input; 0: it sees the observation. */
  privilegedObservationDim: z.int().min(0),
  actionDim: z.int().positive(),
  /** Hidden layers. */
  actor: z.array(z.int().positive()),
  critic: z.array(z.int().positive()),
  activation: z.enum(["elu", "tanh", "relu"]),
  /** The value is a second head on the actor's hidden layers; `critic` is not used. */
  shared: z.boolean(),
  /** Policy and value know no left and right; omitted: they learn each by itself. */
  symmetry: symmetrySchema.optional(),
});

export type NetworkShape = z.infer<typeof networkShapeSchema>;
export type Activation = NetworkShape["activation"];

/** y = x·W + b with W `[inputs][outputs]`, by place in the flat vector. */
export interface Layer {
  readonly inputs: number;
  readonly outputs: number;
  readonly weightOffset: number;
  readonly biasOffset: number;
}

/** Flat order: actor layers (weight, bias), critic layers, then the log standard deviations. */
export interface ParameterLayout {
  /** Hidden layers and the mean's layer. */
  readonly actor: readonly Layer[];
  /** Hidden layers and the value's layer; with a shared network the value's layer alone. */
  readonly critic: readonly Layer[];
  readonly logStdOffset: number;
  /** Length of the flat vector. */
  readonly size: number;
}

export function parameterLayout(network: NetworkShape): ParameterLayout {
  let offset = 0;
  const stack = (widths: readonly number[]): Layer[] =>
    widths.slice(1).map((outputs, i) => {
      const inputs = widths[i];
      const layer = {
        inputs,
        outputs,
        weightOffset: offset,
        biasOffset: offset + inputs * outputs,
      };
      offset += inputs * outputs + outputs;
      return layer;
    });
  const actor = stack([network.observationDim, ...network.actor, network.actionDim]);
  const trunk = actor[actor.length - 1].inputs;
  const critic = network.shared
    ? stack([trunk, 1])
    : stack([criticInputDim(network), ...network.critic, 1]);
  return { actor, critic, logStdOffset: offset, size: offset + network.actionDim };
}

/** Width of what the critic reads. */
export function criticInputDim(network: NetworkShape): number {
  return network.privilegedObservationDim || network.observationDim;
}

/**
 * Weights uniform in ±1/√inputs (the default of PyTorch's linear layer), biases zero. The mean's
 * layer is scaled by 0.01, so that the first actions are noise around zero.
 */
export function initialParameters(
  network: NetworkShape,
  initialLogStd: number,
  rng: Rng,
): Float32Array {
  const layout = parameterLayout(network);
  const theta = new Float32Array(layout.size);
  for (const layer of [...layout.actor, ...layout.critic]) {
    const isMean = layer === layout.actor[layout.actor.length - 1];
    const bound = (isMean ? 0.01 : 1) / Math.sqrt(layer.inputs);
    for (let i = layer.weightOffset; i < layer.biasOffset; i++)
      theta[i] = rng.uniform(-bound, bound);
  }
  theta.fill(initialLogStd, layout.logStdOffset);
  return theta;
}
