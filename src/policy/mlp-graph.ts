/** Layers of a perceptron as ONNX nodes: forward, and the hand-derived backward pass. */

import { foldImages, withImages } from "./mirror.js";
import {
  type Activation,
  frameDim,
  type Layer,
  type NetworkShape,
  type ParameterLayout,
} from "./network.js";
import type { OnnxGraph, Value } from "./onnx.js";

/** Weight `[inputs][outputs]` and bias `[outputs]` of each layer as graph values. */
export interface LayerValues {
  readonly weight: Value;
  readonly bias: Value;
}

export interface ParameterValues {
  readonly adapter: readonly LayerValues[];
  readonly actor: readonly LayerValues[];
  readonly encoder: readonly LayerValues[];
  readonly critic: readonly LayerValues[];
  readonly logStd: Value;
}

/** Cuts the flat parameter vector into layers. */
export function splitParameters(
  graph: OnnxGraph,
  theta: Value,
  { adapter, actor, encoder, critic, logStdOffset, size }: ParameterLayout,
): ParameterValues {
  const layers = [...adapter, ...actor, ...encoder, ...critic];
  const sizes = layers.flatMap((layer) => [layer.inputs * layer.outputs, layer.outputs]);
  const pieces = graph.split(theta, [...sizes, size - logStdOffset]);
  const values = layers.map((layer, i) => ({
    weight: graph.reshape(pieces[2 * i], [layer.inputs, layer.outputs]),
    bias: pieces[2 * i + 1],
  }));
  const next = ({ length }: readonly Layer[]) => values.splice(0, length);
  return {
    adapter: next(adapter),
    actor: next(actor),
    encoder: next(encoder),
    critic: next(critic),
    logStd: pieces[pieces.length - 1],
  };
}

/** Parameters frozen into the graph, for export. */
export function constantLayers(
  graph: OnnxGraph,
  theta: Float32Array,
  layers: readonly Layer[],
): LayerValues[] {
  return layers.map(({ inputs, outputs, weightOffset, biasOffset }) => ({
    weight: graph.constant(theta.slice(weightOffset, biasOffset), [inputs, outputs]),
    bias: graph.constant(theta.slice(biasOffset, biasOffset + outputs), [outputs]),
  }));
}

/** What a forward pass leaves for the backward one. */
export interface ForwardPass {
  /** `inputs[i]` is what layer i read. */
  readonly inputs: readonly Value[];
  /** `slopes[i]` is dy/dx of the activation before layer i; only when learning, and none for layer 0. */
  readonly slopes: readonly Value[];
  readonly output: Value;
}

/** Activation after every layer but the last. `learning` also keeps the activations' slopes. */
export function forward(
  graph: OnnxGraph,
  layers: readonly LayerValues[],
  input: Value,
  activation: Activation,
  learning = false,
): ForwardPass {
  const inputs: Value[] = [];
  const slopes: Value[] = [""];
  let x = input;
  layers.forEach(({ weight, bias }, i) => {
    inputs.push(x);
    x = graph.node("Gemm", [x, weight, bias]);
    if (i === layers.length - 1) return;
    if (learning) {
      const { y, slope } = activate(graph, x, activation);
      slopes.push(slope);
      x = y;
    } else x = graph.node(activationOps[activation], [x]);
  });
  return { inputs, slopes, output: x };
}

/** Forward passes of actor and critic over one batch, and their answers. */
export interface ActorCriticPasses {
  readonly actor: ForwardPass;
  /** Where there is a teacher: its encoder and the student's adapter. */
  readonly teaching: Teaching | null;
  readonly critic: ForwardPass;
  /** `[batch][action]` */
  readonly mean: Value;
  /** `[batch][1]` */
  readonly value: Value;
}

export interface Teaching {
  readonly encoder: ForwardPass;
  readonly adapter: ForwardPass;
  /** `[row][latent]` what the adapter tells less what the encoder says. */
  readonly error: Value;
  /** `[row][1]` 1 where the actor goes by the encoder, 0 where by the adapter. */
  readonly taught: Value;
}

/**
 * Actor and critic over one batch. With a shared network the value is a head on the actor's last
 * hidden layer; with adaptation actor and critic read the newest frame alone, and `taught`
 * `[batch][1]` says whose latent the actor reads: 1 the encoder's, 0 the adapter's.
 * A symmetric network also sees every row's image, so its passes have twice the rows.
 */
export function forwardActorCritic(
  graph: OnnxGraph,
  network: NetworkShape,
  parameters: ParameterValues,
  observations: Value,
  criticObservations: Value,
  taught: Value | null,
  learning = false,
): ActorCriticPasses {
  const { activation, adaptation, symmetry } = network;
  const seen = symmetry ? withImages(graph, observations, symmetry.observation) : observations;
  let privileged = seen;
  if (criticObservations !== observations) {
    const mirror = symmetry?.privilegedObservation;
    privileged = mirror ? withImages(graph, criticObservations, mirror) : criticObservations;
  }
  let teaching: Teaching | null = null;
  let actorInput = seen;
  let criticInput = privileged;
  if (adaptation && taught !== null) {
    const encoder = forward(graph, parameters.encoder, privileged, activation, learning);
    const adapter = forward(graph, parameters.adapter, seen, activation, learning);
    const error = graph.node("Sub", [adapter.output, encoder.output]);
    const rows = symmetry ? graph.node("Concat", [taught, taught], { axis: 0 }) : taught;
    teaching = { encoder, adapter, error, taught: rows };
    const untaught = graph.node("Sub", [graph.scalar(1), rows]);
    const latent = graph.node("Add", [encoder.output, graph.node("Mul", [untaught, error])]);
    actorInput = withLatent(graph, network, seen, latent);
    criticInput = withLatent(graph, network, seen, privileged);
  }
  const actor = forward(graph, parameters.actor, actorInput, activation, learning);
  if (network.shared) criticInput = actor.inputs[actor.inputs.length - 1];
  const critic = forward(graph, parameters.critic, criticInput, activation, learning);
  const mean = symmetry ? foldImages(graph, actor.output, symmetry.action) : actor.output;
  const value = symmetry ? foldImages(graph, critic.output, null) : critic.output;
  return { actor, teaching, critic, mean, value };
}

/** The newest frame of observations `[batch][frames × frame]`, and other columns behind it. */
export function withLatent(
  graph: OnnxGraph,
  network: NetworkShape,
  observations: Value,
  latent: Value,
): Value {
  const { observationDim } = network;
  const newest = graph.slice(observations, 1, observationDim - frameDim(network), observationDim);
  return graph.node("Concat", [newest, latent], { axis: 1 });
}

/**
 * Gradients of each layer, from that of the output `[batch][outputs]`, and that of the first layer's
 * output. `extraAtLastHidden` is added to the gradient of the last layer's input: what a second head
 * sends back.
 */
export function backward(
  graph: OnnxGraph,
  layers: readonly LayerValues[],
  pass: ForwardPass,
  outputGradient: Value,
  extraAtLastHidden?: Value,
): { layers: LayerValues[]; first: Value } {
  const gradients: LayerValues[] = new Array(layers.length);
  let dz = outputGradient;
  for (let i = layers.length - 1; i >= 0; i--) {
    gradients[i] = layerGradient(graph, pass.inputs[i], dz);
    if (i === 0) break;
    let dx = inputGradient(graph, layers[i], dz);
    if (i === layers.length - 1 && extraAtLastHidden !== undefined) {
      dx = graph.node("Add", [dx, extraAtLastHidden]);
    }
    dz = graph.node("Mul", [dx, pass.slopes[i]]);
  }
  return { layers: gradients, first: dz };
}

/** dL/dx of x·W + b. */
export function inputGradient(
  graph: OnnxGraph,
  layer: Pick<LayerValues, "weight">,
  dz: Value,
): Value {
  return graph.node("Gemm", [dz, layer.weight], { transB: 1 });
}

function layerGradient(graph: OnnxGraph, x: Value, dz: Value): LayerValues {
  return {
    weight: graph.node("Gemm", [x, dz], { transA: 1 }),
    bias: graph.sumOver(dz, 0, false),
  };
}

const activationOps: Readonly<Record<Activation, string>> = {
  elu: "Elu",
  tanh: "Tanh",
  relu: "Relu",
};

/** An activation and its slope. */
function activate(graph: OnnxGraph, x: Value, activation: Activation): { y: Value; slope: Value } {
  const one = graph.scalar(1);
  const zero = graph.scalar(0);
  switch (activation) {
    case "elu": {
      // e = exp(min(x, 0)) is the slope, and max(x, e − 1) is ELU: written out, both cost a
      // seventh less of the whole update than ONNX Runtime's Elu and a slope made from its output
      const slope = graph.node("Exp", [graph.node("Min", [x, zero])]);
      return { y: graph.node("Max", [x, graph.node("Sub", [slope, one])]), slope };
    }
    case "tanh": {
      const y = graph.node("Tanh", [x]);
      return { y, slope: graph.node("Sub", [one, graph.node("Mul", [y, y])]) };
    }
    case "relu": {
      const y = graph.node("Relu", [x]);
      return { y, slope: graph.node("Cast", [graph.node("Greater", [y, zero])], { to: 1 }) };
    }
  }
}
