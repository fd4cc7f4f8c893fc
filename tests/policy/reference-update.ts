/** The PPO loss in plain f64, written from its definition; its gradient comes from central differences. */

import type { Mirror } from "../../src/policy/mirror.js";
import { type NetworkShape, parameterLayout } from "../../src/policy/network.js";
import type { LossSettings } from "../../src/policy/update-graph.js";

export interface ReferenceBatch {
  readonly size: number;
  readonly observations: ArrayLike<number>;
  readonly criticObservations: ArrayLike<number>;
  readonly taught: ArrayLike<number>;
  readonly actions: ArrayLike<number>;
  readonly oldLogProb: ArrayLike<number>;
  readonly advantage: ArrayLike<number>;
  readonly return: ArrayLike<number>;
  readonly oldValue: ArrayLike<number>;
}

export interface ReferenceLosses {
  readonly total: number;
  readonly surrogate: number;
  readonly value: number;
  readonly bound: number;
  readonly approxKl: number;
  readonly clipFraction: number;
  /** Of the student; 0 where there is none. */
  readonly adaptation: number;
}

export function referenceLosses(
  network: NetworkShape,
  loss: LossSettings,
  theta: Float64Array,
  batch: ReferenceBatch,
): ReferenceLosses {
  const layout = parameterLayout(network);
  const logStd = theta.subarray(layout.logStdOffset);
  const sums = { surrogate: 0, value: 0, bound: 0, approxKl: 0, clipFraction: 0, adaptation: 0 };
  for (let b = 0; b < batch.size; b++) {
    const { mean, value, adaptation } = referenceForward(network, theta, batch, b);
    sums.adaptation += adaptation;
    let logProb = 0;
    for (let j = 0; j < network.actionDim; j++) {
      const std = Math.exp(logStd[j]);
      const action = batch.actions[b * network.actionDim + j];
      logProb -= 0.5 * ((action - mean[j]) / std) ** 2 + logStd[j] + 0.5 * Math.log(2 * Math.PI);
      sums.bound += Math.max(0, mean[j] - 1.1) ** 2 + Math.max(0, -mean[j] - 1.1) ** 2;
    }
    const ratio = Math.exp(logProb - batch.oldLogProb[b]);
    const clipped = clamp(ratio, 1 - loss.clipRange, 1 + loss.clipRange);
    sums.surrogate += Math.max(-batch.advantage[b] * ratio, -batch.advantage[b] * clipped);
    sums.approxKl += ratio - 1 - Math.log(ratio);
    sums.clipFraction += ratio === clipped ? 0 : 1;
    const old = batch.oldValue[b];
    const near = old + clamp(value - old, -loss.clipRange, loss.clipRange);
    const target = batch.return[b];
    sums.value += loss.clipValueLoss
      ? Math.max((value - target) ** 2, (near - target) ** 2)
      : (value - target) ** 2;
  }
  for (const key of Object.keys(sums) as (keyof typeof sums)[]) sums[key] /= batch.size;
  let entropy = 0;
  for (const s of logStd) entropy += 0.5 * Math.log(2 * Math.PI * Math.E) + s;
  const total =
    sums.surrogate +
    loss.valueCoef * sums.value +
    loss.boundCoef * sums.bound -
    loss.entropyCoef * entropy;
  return { total, ...sums };
}

/** dL/dθ by central differences, every coordinate: of the adapter's own loss for the adapter. */
export function referenceGradient(
  network: NetworkShape,
  loss: LossSettings,
  theta: Float64Array,
  batch: ReferenceBatch,
): Float64Array {
  const h = 1e-6;
  const { adapterSize } = parameterLayout(network);
  return theta.map((x, i) => {
    const moved = theta.slice();
    moved[i] = x + h;
    const of = i < adapterSize ? "adaptation" : "total";
    const above = referenceLosses(network, loss, moved, batch)[of];
    moved[i] = x - h;
    return (above - referenceLosses(network, loss, moved, batch)[of]) / (2 * h);
  });
}

/**
 * Mean and value of sample `b`, and the mean square error of its latent; of a symmetric network the
 * means over the sample and its image.
 */
export function referenceForward(
  network: NetworkShape,
  theta: Float64Array,
  batch: ReferenceBatch,
  b: number,
): { mean: number[]; value: number; adaptation: number } {
  const { symmetry } = network;
  const own = sidedForward(network, theta, batch, b);
  if (!symmetry) return own;
  const image = (rows: ArrayLike<number>, { permutation, sign }: Mirror) =>
    sign.map((s, i) => s * rows[b * sign.length + permutation[i]]);
  const other = sidedForward(
    network,
    theta,
    {
      ...batch,
      observations: image(batch.observations, symmetry.observation),
      criticObservations: symmetry.privilegedObservation
        ? image(batch.criticObservations, symmetry.privilegedObservation)
        : [],
      taught: [batch.taught[b]],
    },
    0,
  );
  const { permutation, sign } = symmetry.action;
  return {
    mean: own.mean.map((x, i) => (x + sign[i] * other.mean[permutation[i]]) / 2),
    value: (own.value + other.value) / 2,
    adaptation: (own.adaptation + other.adaptation) / 2,
  };
}

function sidedForward(
  network: NetworkShape,
  theta: Float64Array,
  batch: ReferenceBatch,
  b: number,
): { mean: number[]; value: number; adaptation: number } {
  const { adapter, actor, encoder, critic } = parameterLayout(network);
  const row = (rows: ArrayLike<number>, dim: number) =>
    Array.from({ length: dim }, (_, j) => rows[b * dim + j]);
  const activate = {
    elu: (x: number) => (x > 0 ? x : Math.exp(x) - 1),
    tanh: Math.tanh,
    relu: (x: number) => Math.max(0, x),
  }[network.activation];
  const run = (layers: typeof actor, input: number[]) => {
    let x = input;
    let lastHidden = input;
    layers.forEach((layer, l) => {
      lastHidden = x;
      x = Array.from({ length: layer.outputs }, (_, o) => {
        let sum = theta[layer.biasOffset + o];
        x.forEach((value, i) => {
          sum += value * theta[layer.weightOffset + i * layer.outputs + o];
        });
        return l < layers.length - 1 ? activate(sum) : sum;
      });
    });
    return { output: x, lastHidden };
  };
  const observation = row(batch.observations, network.observationDim);
  const privileged = row(batch.criticObservations, network.privilegedObservationDim);
  const { adaptation } = network;
  if (adaptation) {
    const newest = observation.slice(-network.observationDim / adaptation.frames);
    const latent = run(encoder, privileged).output;
    const told = run(adapter, observation).output;
    return {
      mean: run(actor, [...newest, ...(batch.taught[b] === 1 ? latent : told)]).output,
      value: run(critic, [...newest, ...privileged]).output[0],
      adaptation: latent.reduce((sum, x, i) => sum + (told[i] - x) ** 2, 0) / latent.length,
    };
  }
  const policy = run(actor, observation);
  let criticInput = observation;
  if (network.shared) criticInput = policy.lastHidden;
  else if (network.privilegedObservationDim > 0) criticInput = privileged;
  return { mean: policy.output, value: run(critic, criticInput).output[0], adaptation: 0 };
}

function clamp(x: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, x));
}
