/** Graphs that read actions and values out of weights: the learner's own, and the one that is exported. */

import type { PolicyParameters } from "./inference.js";
import { foldImages, withImages } from "./mirror.js";
import { constantLayers, forward, forwardActorCritic, splitParameters } from "./mlp-graph.js";
import { criticInputDim, type NetworkShape, parameterLayout } from "./network.js";
import { OnnxGraph } from "./onnx.js";
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
    ? graph.input("criticObservations", ["batch", criticInputDim(network)])
    : observations;
  const theta = graph.input("theta", [layout.size]);
  const parameters = splitParameters(graph, theta, layout);
  const { mean, value } = forwardActorCritic(
    graph,
    network,
    parameters,
    observations,
    criticObservations,
  );
  graph.output("mean", mean, ["batch", network.actionDim]);
  graph.output("value", value, ["batch", 1]);
  return graph.encode();
}

/** True where the critic reads an input of its own. */
export function hasPrivilegedInput(network: NetworkShape): boolean {
  return network.privilegedObservationDim > 0 && !network.shared;
}

/** A trained policy by itself: raw observations in, mean actions out, normalizer and weights inside. */
export function policyModel({
  network,
  theta,
  observationStatistics,
}: PolicyParameters): Uint8Array {
  const graph = new OnnxGraph("policy");
  const dim = network.observationDim;
  let x = graph.input("observations", ["batch", dim]);
  if (observationStatistics !== null) {
    const mean = graph.constant(Float32Array.from(observationStatistics.mean), [dim]);
    const inverse = graph.constant(
      Float32Array.from(inverseDeviation(observationStatistics.variance)),
      [dim],
    );
    const scaled = graph.node("Mul", [graph.node("Sub", [x, mean]), inverse]);
    x = graph.node("Max", [
      graph.node("Min", [scaled, graph.scalar(observationClip)]),
      graph.scalar(-observationClip),
    ]);
  }
  const layers = constantLayers(graph, theta, parameterLayout(network).actor);
  const { symmetry } = network;
  if (symmetry) x = withImages(graph, x, symmetry.observation);
  const { output } = forward(graph, layers, x, network.activation);
  const mean = symmetry ? foldImages(graph, output, symmetry.action) : output;
  graph.output("mean", mean, ["batch", network.actionDim]);
  return graph.encode({ actions: "clip to [-1, 1]" });
}
