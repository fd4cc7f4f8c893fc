/** The policy of one robot in plain TypeScript: no native part, so the browser and a robot run it as well. */
import { mirrorVector } from "./mirror.js";
import {
  type Activation,
  frameDim,
  type Layer,
  type NetworkShape,
  parameterLayout,
} from "./network.js";
import { inverseDeviation, observationClip, type SavedStatistics } from "./running-statistics.js";

/** What a trained policy is: weights, and the normalizer of its observations (null: none). */
export interface PolicyParameters {
  readonly network: NetworkShape;
  readonly theta: Float32Array;
  readonly observationStatistics: SavedStatistics | null;
}

/**
 * Compiles a policy: the returned function writes the mean action of one observation
 * `[observationDim]` into `out` `[actionDim]` and allocates nothing.
 */
export function createInference({
  network,
  theta,
  observationStatistics,
}: PolicyParameters): (observation: Float32Array, out: Float32Array) => void {
  const { adapter, actor } = parameterLayout(network);
  const activate = activations[network.activation];
  const student = perceptron(theta, adapter, activate);
  const acting = perceptron(theta, actor, activate);
  const mean = observationStatistics?.mean ?? new Float64Array(network.observationDim);
  const inverse = observationStatistics && inverseDeviation(observationStatistics.variance);

  const frame = frameDim(network);
  const run = () => {
    if (network.adaptation) {
      // What the student tells of the world stands behind the newest frame.
      student.run();
      acting.input.set(newest);
      acting.input.set(student.output, frame);
    }
    acting.run();
  };
  const { symmetry } = network;
  const { input } = network.adaptation ? student : acting;
  const newest = input.subarray(input.length - frame);
  const { output } = acting;
  const seen = new Float64Array(input.length);
  const answer = new Float64Array(output.length);

  return (observation, out) => {
    for (let i = 0; i < input.length; i++) {
      input[i] = inverse
        ? Math.max(
            -observationClip,
            Math.min(observationClip, (observation[i] - mean[i]) * inverse[i]),
          )
        : observation[i];
    }
    if (symmetry) seen.set(input);
    run();
    if (symmetry) {
      answer.set(output);
      mirrorVector(seen, symmetry.observation, input);
      run();
      const { permutation, sign } = symmetry.action;
      for (let i = 0; i < answer.length; i++) {
        out[i] = (answer[i] + sign[i] * output[permutation[i]]) / 2;
      }
    } else out.set(output);
  };
}

/** Layers with their buffers: `run` takes `input` to `output`. */
function perceptron(
  theta: Float32Array,
  layers: readonly Layer[],
  activate: (x: number) => number,
): { input: Float64Array; output: Float64Array; run(): void } {
  const widths = layers.length > 0 ? [layers[0].inputs, ...layers.map((l) => l.outputs)] : [0];
  const buffers = widths.map((width) => new Float64Array(width));
  return {
    input: buffers[0],
    output: buffers[layers.length],
    run() {
      for (let l = 0; l < layers.length; l++) {
        const { inputs, outputs, weightOffset, biasOffset } = layers[l];
        const x = buffers[l];
        const y = buffers[l + 1];
        for (let o = 0; o < outputs; o++) y[o] = theta[biasOffset + o];
        for (let i = 0; i < inputs; i++) {
          const row = weightOffset + i * outputs;
          for (let o = 0; o < outputs; o++) y[o] += x[i] * theta[row + o];
        }
        if (l < layers.length - 1) for (let o = 0; o < outputs; o++) y[o] = activate(y[o]);
      }
    },
  };
}

const activations: Readonly<Record<Activation, (x: number) => number>> = {
  elu: (x) => (x > 0 ? x : Math.expm1(x)),
  tanh: Math.tanh,
  relu: (x) => (x > 0 ? x : 0),
};
