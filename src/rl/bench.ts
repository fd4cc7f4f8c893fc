/** How fast the learner's update is, beside the matrix products it cannot do without. */

import { Rng } from "../core/rng.js";
import { median } from "../core/statistics.js";
import {
  initialParameters,
  type Layer,
  type NetworkShape,
  parameterLayout,
} from "../policy/network.js";
import { ActorCritic } from "../policy/node/actor-critic.js";
import { createSession, tensor } from "../policy/node/session.js";
import { OnnxGraph, type Value } from "../policy/onnx.js";
import type { TensorBuffer } from "../policy/session.js";
import { ppoSettingsSchema } from "../task/settings.js";
import { createMinibatch } from "./rollout.js";

export interface LearnBenchmark {
  /** Layer widths of the actor; the critic's end in 1. */
  readonly widths: readonly number[];
  readonly minibatchSize: number;
  /** Medians over interleaved rounds. */
  readonly updateSamplesPerSecond: number;
  readonly gemmSamplesPerSecond: number;
  /** update / gemm: 1 would be an update that costs its matrix products alone. */
  readonly ratio: number;
}

const network: NetworkShape = {
  observationDim: 48,
  privilegedObservationDim: 0,
  actionDim: 12,
  actor: [256, 128, 64],
  critic: [256, 128, 64],
  activation: "elu",
  shared: false,
};

/**
 * Samples per second of the whole PPO update of a 48→256→128→64→12 actor and its critic, and of the
 * bare matrix products of its forward and backward passes, in turns on one thread.
 */
export async function benchLearn({
  minibatchSize = 1024,
  rounds = 15,
}: {
  minibatchSize?: number;
  rounds?: number;
} = {}): Promise<LearnBenchmark> {
  const rng = new Rng(1);
  const networks = await ActorCritic.create({
    network,
    loss: ppoSettingsSchema.parse({}),
    numEnvs: 1,
  });
  networks.load({ theta: initialParameters(network, 0, rng) });
  const minibatch = createMinibatch(minibatchSize, { ...network, criticObservationDim: 0 });
  for (const values of [minibatch.observations, minibatch.actions, minibatch.advantage]) {
    for (let i = 0; i < values.length; i++) values[i] = rng.normal();
  }
  minibatch.oldLogProb.fill(-0.92 * network.actionDim);
  const gemms = await createGemms(minibatchSize, rng);

  const updateRates: number[] = [];
  const gemmRates: number[] = [];
  const rate = async (run: () => Promise<unknown>) => {
    const repeats = Math.max(1, Math.ceil(4096 / minibatchSize));
    const start = performance.now();
    for (let i = 0; i < repeats; i++) await run();
    return (repeats * minibatchSize * 1000) / (performance.now() - start);
  };
  const update = () => networks.update(minibatch, 1e-4);
  for (let round = -2; round < rounds; round++) {
    const rates = [await rate(update), await rate(gemms.run)];
    if (round < 0) continue;
    updateRates.push(rates[0]);
    gemmRates.push(rates[1]);
  }
  await networks.dispose();
  await gemms.dispose();
  const updateSamplesPerSecond = median(updateRates);
  const gemmSamplesPerSecond = median(gemmRates);
  return {
    widths: [network.observationDim, ...network.actor, network.actionDim],
    minibatchSize,
    updateSamplesPerSecond,
    gemmSamplesPerSecond,
    ratio: updateSamplesPerSecond / gemmSamplesPerSecond,
  };
}

/** The matrix products of both networks' forward and backward passes and nothing else. */
async function createGemms(rows: number, rng: Rng) {
  const graph = new OnnxGraph("gemms");
  const inputs: Record<string, TensorBuffer> = {};
  const outputs: Record<string, TensorBuffer> = {};
  const input = (name: string, dims: readonly number[]): Value => {
    const scale = 1 / Math.sqrt(dims[0]);
    const size = dims.reduce((a, b) => a * b, 1);
    inputs[name] = tensor(
      Float32Array.from({ length: size }, () => scale * rng.normal()),
      dims,
    );
    return graph.input(name, dims);
  };
  const output = (name: string, value: Value, dims: readonly number[]) => {
    outputs[name] = tensor(new Float32Array(dims.reduce((a, b) => a * b, 1)), dims);
    graph.output(name, value, dims);
  };
  const stack = (name: string, layers: readonly Layer[], observations: Value) => {
    const weights = layers.map((l, i) => input(`${name}W${i}`, [l.inputs, l.outputs]));
    const xs = [observations];
    for (const weight of weights) xs.push(graph.node("Gemm", [xs[xs.length - 1], weight]));
    const last = layers.length - 1;
    output(`${name}Y`, xs[layers.length], [rows, layers[last].outputs]);
    let dz = input(`${name}Dz`, [rows, layers[last].outputs]);
    for (let i = last; i >= 0; i--) {
      const { inputs: n, outputs: m } = layers[i];
      output(`${name}Dw${i}`, graph.node("Gemm", [xs[i], dz], { transA: 1 }), [n, m]);
      if (i > 0) dz = graph.node("Gemm", [dz, weights[i]], { transB: 1 });
    }
  };
  const { actor, critic } = parameterLayout(network);
  const observations = input("observations", [rows, network.observationDim]);
  stack("actor", actor, observations);
  stack("critic", critic, observations);
  const session = await createSession(graph.encode());
  return { run: () => session.run(inputs, outputs), dispose: () => session.dispose() };
}
