/**
 * The shape of actor and critic, and where each weight lies in the one flat parameter vector
 * that inference, the update, the optimizer and checkpoints share.
 */
import { z } from "zod";
import type { Rng } from "../core/rng.js";
import { symmetrySchema } from "./mirror.js";

/**
 * A teacher and its student (Kumar et al., "RMA", 2021): the actor reads the newest frame and a few
 * numbers that an encoder makes of the privileged observation; an adapter learns to tell these from
 * all frames, and takes the encoder's place once training is over, in some environments before.
 */
const adaptationShapeSchema = z.strictObject({
  /** Frames of an observation. */
  frames: z.int().min(2),
  /** Numbers the encoder makes. */
  latent: z.int().positive(),
  /** Hidden layers. */
  encoder: z.array(z.int().positive()),
  adapter: z.array(z.int().positive()),
});

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
  /** Omitted: the actor reads all of the observation, and nothing else. */
  adaptation: adaptationShapeSchema.optional(),
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

/**
 * Flat order: adapter layers (weight, bias), actor, encoder and critic layers, then the log standard
 * deviations. What acts comes first.
 */
export interface ParameterLayout {
  /** Empty without adaptation, as is the encoder. */
  readonly adapter: readonly Layer[];
  /** Hidden layers and the mean's layer. */
  readonly actor: readonly Layer[];
  /** Hidden layers and the value's layer; with a shared network the value's layer alone. */
  readonly critic: readonly Layer[];
  readonly encoder: readonly Layer[];
  /** How many numbers are the adapter's, and where those of the actor end. */
  readonly adapterSize: number;
  readonly actingSize: number;
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
  const { adaptation } = network;
  const adapter = adaptation
    ? stack([network.observationDim, ...adaptation.adapter, adaptation.latent])
    : [];
  const adapterSize = offset;
  const actor = stack([
    adaptation ? frameDim(network) + adaptation.latent : network.observationDim,
    ...network.actor,
    network.actionDim,
  ]);
  const actingSize = offset;
  const encoder = adaptation
    ? stack([network.privilegedObservationDim, ...adaptation.encoder, adaptation.latent])
    : [];
  const trunk = actor[actor.length - 1].inputs;
  const critic = network.shared
    ? stack([trunk, 1])
    : stack([criticInputDim(network), ...network.critic, 1]);
  const sizes = { adapterSize, actingSize, logStdOffset: offset };
  return { adapter, actor, encoder, critic, ...sizes, size: offset + network.actionDim };
}

/** Numbers of the newest frame of an observation. */
export function frameDim({ observationDim, adaptation }: NetworkShape): number {
  return observationDim / (adaptation?.frames ?? 1);
}

/** Width of what the critic reads: with adaptation the newest frame and what is privileged. */
function criticInputDim(network: NetworkShape): number {
  if (network.adaptation) return frameDim(network) + network.privilegedObservationDim;
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
  const { adapter, actor, encoder, critic } = layout;
  for (const layer of [...adapter, ...actor, ...encoder, ...critic]) {
    const isMean = layer === actor[actor.length - 1];
    const bound = (isMean ? 0.01 : 1) / Math.sqrt(layer.inputs);
    for (let i = layer.weightOffset; i < layer.biasOffset; i++)
      theta[i] = rng.uniform(-bound, bound);
  }
  theta.fill(initialLogStd, layout.logStdOffset);
  return theta;
}
