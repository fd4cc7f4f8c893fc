/** Graphs that read actions and values out of weights: the learner's own, and the one that is exported. */

import type { PolicyParameters } from "./inference.js";
import { foldImages, withImages } from "./mirror.js";
import {
  constantLayers,
  forward,
  forwardActorCritic,
  splitParameters,
  withLatent,
} from "./mlp-graph.js";
import { type Layer, type NetworkShape, parameterLayout } from "./network.js";
import { OnnxGraph, type Value } from "./onnx.js";
import { inverseDeviation, observationClip } from "./running-statistics.js";

/**
 * Normalized observations and the flat parameters in, means `[batch][action]` and values `[batch][1]`
 * out. Weights are an input, so that one session serves the whole training.
 */
export function actorCriticModel(network: NetworkShape): Uint8Array {
  const layout = parameterLayout(network);
  const graph = new OnnxGraph("actor-critic");
  const observations = graph.input("observations", ["batch", network.observationDim]);
  const criticObservations = hasPrivilegedInput(network)
    ? graph.input("criticObservations", ["batch", network.privilegedObservationDim])
    : observations;
  const taught = network.adaptation ? graph.input("taught", ["batch", 1]) : null;
  const theta = graph.input("theta", [layout.size]);
  const parameters = splitParameters(graph, theta, layout);
  const { mean, value } = forwardActorCritic(
    graph,
    network,
    parameters,
    observations,
    criticObservations,
    taught,
  );
  graph.output("mean", mean, ["batch", network.actionDim]);
  graph.output("value", value, ["batch", 1]);
  return graph.encode();
}

/** True where there is a privileged input: the critic's own, and with adaptation the teacher's. */
export function hasPrivilegedInput(network: NetworkShape): boolean {
  return network.privilegedObservationDim > 0 && !network.shared;
}

/** A trained policy by itself: raw observations in, mean actions out, normalizer and weights inside. */
export function policyModel(policy: PolicyParameters): Uint8Array {
  const graph = new OnnxGraph("policy");
  const observations = graph.input("observations", ["batch", policy.network.observationDim]);
  graph.output("mean", meanAction(graph, policy, observations), [
    "batch",
    policy.network.actionDim,
  ]);
  return graph.encode({ actions: "clip to [-1, 1]" });
}

export interface DeployedModelOptions {
  /** Frames of observation that the policy sees, newest last. */
  readonly history: number;
  /** Becomes the model's metadata properties. */
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * A trained policy for a robot: `obs` `[batch][frame]`, one frame, in; `actions` `[batch][action]`,
 * clipped to ±1, out. Of several frames the older ones are `history` `[batch][(frames − 1) × frame]`,
 * oldest first; `next_history` is what to give with the next frame.
 */
export function deployedModel(
  policy: PolicyParameters,
  { history, metadata }: DeployedModelOptions,
): Uint8Array {
  const graph = new OnnxGraph("policy");
  const { observationDim, actionDim } = policy.network;
  const frame = observationDim / history;
  const older = observationDim - frame;
  const newest = graph.input("obs", ["batch", frame]);
  let observations = newest;
  if (older > 0) {
    observations = graph.node("Concat", [graph.input("history", ["batch", older]), newest], {
      axis: 1,
    });
    const next = graph.slice(observations, 1, frame, observationDim);
    graph.output("next_history", next, ["batch", older]);
  }
  const actions = clipped(graph, meanAction(graph, policy, observations), 1);
  graph.output("actions", actions, ["batch", actionDim]);
  return graph.encode(metadata);
}

function meanAction(
  graph: OnnxGraph,
  { network, theta, observationStatistics }: PolicyParameters,
  observations: Value,
): Value {
  const dim = network.observationDim;
  let x = observations;
  if (observationStatistics !== null) {
    const mean = graph.constant(Float32Array.from(observationStatistics.mean), [dim]);
    const inverse = graph.constant(
      Float32Array.from(inverseDeviation(observationStatistics.variance)),
      [dim],
    );
    const scaled = graph.node("Mul", [graph.node("Sub", [x, mean]), inverse]);
    x = clipped(graph, scaled, observationClip);
  }
  const { adapter, actor } = parameterLayout(network);
  const { symmetry, activation } = network;
  const answer = (layers: readonly Layer[], input: Value) =>
    forward(graph, constantLayers(graph, theta, layers), input, activation).output;
  if (symmetry) x = withImages(graph, x, symmetry.observation);
  if (network.adaptation) x = withLatent(graph, network, x, answer(adapter, x));
  const output = answer(actor, x);
  return symmetry ? foldImages(graph, output, symmetry.action) : output;
}

/** Between ± `bound`. */
function clipped(graph: OnnxGraph, x: Value, bound: number): Value {
  const below = graph.node("Min", [x, graph.scalar(bound)]);
  return graph.node("Max", [below, graph.scalar(-bound)]);
}
