/**
 * The gradient of a PPO minibatch as a single graph: forward, losses and hand-derived gradients.
 * Losses as in PPO (Schulman et al., 2017) with rsl_rl's weights: the value loss carries no ½; the
 * bounds loss is rl_games' penalty on means beyond ±1.1.
 */
import type { PpoSettings } from "../task/settings.js";
import { hasPrivilegedInput } from "./inference-graph.js";
import { unfoldGradient } from "./mirror.js";
import {
  backward,
  forwardActorCritic,
  inputGradient,
  type LayerValues,
  splitParameters,
} from "./mlp-graph.js";
import { frameDim, type NetworkShape, parameterLayout } from "./network.js";
import { OnnxGraph, type Value } from "./onnx.js";

/** Means beyond this are pulled back (rl_games). */
const meanBound = 1.1;

const policyStatistics = ["surrogate", "value", "bound", "approxKl", "clipFraction"] as const;
export type LossStatistic = (typeof policyStatistics)[number] | "adaptation";

/** What follows the parameters' gradients in the output, in this order. */
export function lossStatistics({ adaptation }: NetworkShape): readonly LossStatistic[] {
  return adaptation ? [...policyStatistics, "adaptation"] : policyStatistics;
}

export type LossSettings = Pick<
  PpoSettings,
  "clipRange" | "entropyCoef" | "valueCoef" | "boundCoef" | "maxGradNorm" | "clipValueLoss"
>;

/**
 * Inputs: observations `[batch][dim]` (and criticObservations), actions, then oldLogProb, advantage,
 * return and oldValue `[batch][1]`; theta flat; perSample [1], one over the samples of the minibatch.
 * Output: `gradient`, flat, with `lossStatistics` behind it. All are sums over rows: those of a
 * minibatch's parts add up to its own. With adaptation there is `taught` `[batch][1]`. The adapter's
 * gradient is that of its own loss alone, which reaches nothing else; the encoder's is the policy's.
 */
export function gradientModel(network: NetworkShape, loss: LossSettings): Uint8Array {
  const layout = parameterLayout(network);
  const graph = new OnnxGraph("ppo-gradient");
  const column = (name: string) => graph.input(name, ["batch", 1]);
  const observations = graph.input("observations", ["batch", network.observationDim]);
  const criticObservations = hasPrivilegedInput(network)
    ? graph.input("criticObservations", ["batch", network.privilegedObservationDim])
    : observations;
  const actions = graph.input("actions", ["batch", network.actionDim]);
  const [oldLogProb, advantage, returns, oldValue] = [
    column("oldLogProb"),
    column("advantage"),
    column("return"),
    column("oldValue"),
  ];
  const taught = network.adaptation ? column("taught") : null;
  const theta = graph.input("theta", [layout.size]);
  const perSample = graph.input("perSample", [1]);

  const parameters = splitParameters(graph, theta, layout);
  const {
    actor,
    teaching,
    critic,
    mean,
    value: answer,
  } = forwardActorCritic(
    graph,
    network,
    parameters,
    observations,
    criticObservations,
    taught,
    true,
  );

  const policy = policyLoss(graph, {
    mean,
    logStd: parameters.logStd,
    actions,
    oldLogProb,
    advantage,
    perSample,
    loss,
  });
  const value = valueLoss(graph, { value: answer, oldValue, returns, perSample, loss });
  const { symmetry } = network;
  const meanGradient = symmetry
    ? unfoldGradient(graph, policy.meanGradient, symmetry.action)
    : policy.meanGradient;
  const valueGradient = symmetry ? unfoldGradient(graph, value.gradient, null) : value.gradient;

  const criticGradients = backward(graph, parameters.critic, critic, valueGradient);
  const actorGradients = backward(
    graph,
    parameters.actor,
    actor,
    meanGradient,
    network.shared ? inputGradient(graph, parameters.critic[0], valueGradient) : undefined,
  );
  const flat = ({ layers }: { layers: readonly LayerValues[] }) =>
    layers.flatMap(({ weight, bias }) => [graph.reshape(weight, [-1]), bias]);
  const gradient = [...flat(actorGradients)];
  const stats = [policy.surrogate, value.loss, policy.bound, policy.approxKl, policy.clipFraction];
  if (network.adaptation && teaching) {
    const { encoder, adapter, error } = teaching;
    const rowsPerSample = symmetry ? 2 : 1;
    const student = adaptationLoss(graph, {
      error,
      perNumber: graph.node("Mul", [
        perSample,
        graph.scalar(1 / (rowsPerSample * network.adaptation.latent)),
      ]),
    });
    // The latent is what follows the frame in what the actor reads.
    const frame = frameDim(network);
    const ofLatent = graph.slice(
      parameters.actor[0].weight,
      0,
      frame,
      frame + network.adaptation.latent,
    );
    const latentGradient = inputGradient(graph, { weight: ofLatent }, actorGradients.first);
    gradient.unshift(...flat(backward(graph, parameters.adapter, adapter, student.gradient)));
    const encoderGradient = graph.node("Mul", [latentGradient, teaching.taught]);
    gradient.push(...flat(backward(graph, parameters.encoder, encoder, encoderGradient)));
    stats.push(student.loss);
  }
  gradient.push(...flat(criticGradients), policy.logStdGradient);
  graph.output("gradient", graph.node("Concat", [...gradient, ...stats], { axis: 0 }), [
    layout.size + lossStatistics(network).length,
  ]);
  return graph.encode();
}

/** Clipped surrogate, entropy and bounds loss, with gradients for the means and the log deviations. */
function policyLoss(
  graph: OnnxGraph,
  inputs: {
    mean: Value;
    logStd: Value;
    actions: Value;
    oldLogProb: Value;
    advantage: Value;
    perSample: Value;
    loss: LossSettings;
  },
) {
  const { mean, logStd, actions, oldLogProb, advantage, perSample, loss } = inputs;
  const op = (name: string, ...values: Value[]) => graph.node(name, values);
  const number = (value: number) => graph.scalar(value);
  const meanOf = (value: Value) => op("Mul", graph.sum(value), perSample);

  // log π(a|s) = Σ_j −½ z_j² − log σ_j − ½ log 2π, with z = (a − μ)/σ
  const inverseStd = op("Exp", op("Neg", logStd));
  const z = op("Mul", op("Sub", actions, mean), inverseStd);
  const z2 = op("Mul", z, z);
  const halfSquares = op("Mul", graph.sumOver(z2, 1, true), number(-0.5));
  const shifted = op("Add", logStd, number(0.5 * Math.log(2 * Math.PI)));
  const logProb = op("Sub", halfSquares, graph.sum(shifted));
  const logRatio = op("Sub", logProb, oldLogProb);
  const ratio = op("Exp", logRatio);

  // L = mean max(−A r, −A clip(r)); its slope in r is −A where the unclipped side is the larger
  const clipped = op(
    "Clip",
    ratio,
    limit(graph, 1 - loss.clipRange),
    limit(graph, 1 + loss.clipRange),
  );
  const cost = op("Neg", advantage);
  const unclippedLoss = op("Mul", cost, ratio);
  const clippedLoss = op("Mul", cost, clipped);
  const active = graph.node("Cast", [op("GreaterOrEqual", unclippedLoss, clippedLoss)], { to: 1 });
  const logProbGradient = op("Mul", op("Mul", unclippedLoss, active), perSample);

  const beyond = op(
    "Sub",
    mean,
    op("Clip", mean, limit(graph, -meanBound), limit(graph, meanBound)),
  );
  const meanGradient = op(
    "Add",
    op("Mul", logProbGradient, op("Mul", z, inverseStd)),
    op("Mul", beyond, op("Mul", perSample, number(2 * loss.boundCoef))),
  );
  const z2Excess = op("Sub", z2, number(1));
  const perRow = op("Mul", perSample, number(loss.entropyCoef));
  const logStdGradient = graph.sumOver(
    op("Sub", op("Mul", logProbGradient, z2Excess), perRow),
    0,
    false,
  );

  const outside = graph.node("Cast", [op("Not", op("Equal", ratio, clipped))], { to: 1 });
  return {
    meanGradient,
    logStdGradient,
    surrogate: meanOf(op("Max", unclippedLoss, clippedLoss)),
    bound: meanOf(op("Mul", beyond, beyond)),
    // mean (r − 1 − log r): non-negative and low in variance (Schulman, "Approximating KL Divergence")
    approxKl: meanOf(op("Sub", op("Sub", ratio, number(1)), logRatio)),
    clipFraction: meanOf(outside),
  };
}

/** mean max((V − R)², (V_old + clip(V − V_old) − R)²), or the first alone. */
function valueLoss(
  graph: OnnxGraph,
  inputs: { value: Value; oldValue: Value; returns: Value; perSample: Value; loss: LossSettings },
) {
  const { value, oldValue, returns, perSample, loss } = inputs;
  const op = (name: string, ...values: Value[]) => graph.node(name, values);
  const slope = op("Mul", perSample, graph.scalar(2 * loss.valueCoef));
  const error = op("Sub", value, returns);
  const squared = op("Mul", error, error);
  if (!loss.clipValueLoss) {
    return {
      loss: op("Mul", graph.sum(squared), perSample),
      gradient: op("Mul", error, slope),
    };
  }
  const moved = op("Sub", value, oldValue);
  const limited = op("Clip", moved, limit(graph, -loss.clipRange), limit(graph, loss.clipRange));
  const clippedError = op("Sub", op("Add", oldValue, limited), returns);
  const clippedSquared = op("Mul", clippedError, clippedError);
  // inside the range both sides are equal up to rounding, so the clipped side keeps its slope there
  const inside = graph.node("Cast", [op("Equal", moved, limited)], { to: 1 });
  const chosen = op(
    "Where",
    op("Greater", clippedSquared, squared),
    op("Mul", clippedError, inside),
    error,
  );
  return {
    loss: op("Mul", graph.sum(op("Max", squared, clippedSquared)), perSample),
    gradient: op("Mul", chosen, slope),
  };
}

/** Mean square of what the adapter tells less what the encoder says; its gradient for the former. */
function adaptationLoss(
  graph: OnnxGraph,
  { error, perNumber }: { error: Value; perNumber: Value },
) {
  const squares = graph.sum(graph.node("Mul", [error, error]));
  const slope = graph.node("Mul", [perNumber, graph.scalar(2)]);
  return {
    loss: graph.node("Mul", [squares, perNumber]),
    gradient: graph.node("Mul", [error, slope]),
  };
}

/** Clip takes its bounds as tensors without dimensions. */
function limit(graph: OnnxGraph, value: number): Value {
  return graph.constant(Float32Array.of(value), []);
}
