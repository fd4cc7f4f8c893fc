/**
 * Proximal policy optimization, top to bottom: rollout → advantages → epochs of minibatches.
 * Close to rl_games and rsl_rl: Gaussian policy with a state-independent deviation, running
 * normalization of observations and returns, adaptive learning rate.
 */
import { RewardsmithError } from "../core/errors.js";
import type { Rng } from "../core/rng.js";
import type { ActorCritic, Minibatch } from "../policy/node/actor-critic.js";
import type { RunningStatistics } from "../policy/running-statistics.js";
import type { VectorEnvironment } from "../task/environment.js";
import type { PpoSettings } from "../task/settings.js";
import { computeAdvantages } from "./gae.js";
import type { MetricsRow } from "./metrics.js";
import { gatherRows, minibatchBounds, type Rollout } from "./rollout.js";
import { type ShardGroup, shardBounds } from "./shard-group.js";

/** Everything one iteration works on. */
export interface Ppo {
  /** This shard's environments, of which the first is number `firstEnv` of all. */
  environment: VectorEnvironment;
  readonly firstEnv: number;
  readonly group: ShardGroup;
  readonly settings: PpoSettings;
  readonly networks: ActorCritic;
  readonly rollout: Rollout;
  /** One per distinct size of this shard's part of a minibatch. */
  readonly minibatches: readonly Minibatch[];
  /** Sample order of an epoch, `[step × env]`. */
  readonly order: Uint32Array;
  /** [env] of all shards: 1 where a teacher acts, 0 where a student; idle without adaptation. */
  readonly taught: Float32Array;
  /** Of the observation, the privileged input (null: it has none) and the return. */
  readonly normalizers: {
    readonly observation: RunningStatistics | null;
    readonly criticObservation: RunningStatistics | null;
    readonly return: RunningStatistics | null;
  };
  /** Action noise of each of this shard's environments. */
  readonly noise: readonly Rng[];
  /** Order of the samples: the same in every shard. */
  readonly shuffle: Rng;
  /** Called after every control step: whoever watches sees that work goes on. */
  readonly beat: () => void;
  lr: number;
}

export interface PpoResult {
  readonly losses: MetricsRow["losses"];
  readonly actionStd: number;
  /** Learning rate that was used. */
  readonly lr: number;
}

/** One iteration. */
export async function iteratePpo(ppo: Ppo): Promise<PpoResult> {
  await collectRollout(ppo);
  await ppo.group.meet();
  const explainedVariance = await computeReturns(ppo);
  const { lr, settings } = ppo;
  const exact = settings.klEstimate === "exact";
  const before = exact ? await lookBack(ppo) : null;
  const losses = { ...(await learn(ppo)), explainedVariance };
  const kl = before ? await exactKl(ppo, before) : losses.approxKl;
  if (settings.schedule === "adaptive") ppo.lr = adaptedRate(lr, kl, settings);
  return { losses, lr, actionStd: meanDeviation(logStd(ppo.networks)) };
}

/** Lets the noisy policy act for `numSteps` control steps. */
async function collectRollout(ppo: Ppo): Promise<void> {
  const { environment, firstEnv, networks, rollout, normalizers, noise } = ppo;
  const { numSteps, logProbs } = rollout;
  const { actionDim, numEnvs } = environment;
  const logStds = logStd(networks).slice();
  const std = logStds.map(Math.exp);
  // log N(a | μ, σ) = Σ −½ z² − log σ − ½ log 2π
  let logNormalizer = 0;
  for (const s of logStds) logNormalizer -= s + 0.5 * Math.log(2 * Math.PI);

  for (let t = 0; t < numSteps; t++) {
    await observe(ppo);
    const at = t * rollout.numEnvs + firstEnv;
    rollout.observations.set(networks.observations, at * environment.observationDim);
    if (networks.criticObservations.length > 0) {
      const { privilegedObservationDim } = environment;
      rollout.criticObservations.set(networks.criticObservations, at * privilegedObservationDim);
    }
    normalizers.observation?.gather(environment.observations);
    normalizers.criticObservation?.gather(environment.privilegedObservations);
    denormalizeValues(ppo, networks.value, rollout.values, at);

    const actions = rollout.actionsOfStep[t];
    for (let env = 0; env < numEnvs; env++) {
      const rng = noise[env];
      let logProb = logNormalizer;
      for (let j = 0; j < actionDim; j++) {
        const i = env * actionDim + j;
        const z = rng.normal();
        actions[i] = networks.mean[i] + std[j] * z;
        logProb -= 0.5 * z * z;
      }
      logProbs[at + env] = logProb;
    }
    environment.step(actions);
    rollout.rewards.set(environment.rewards, at);
    rollout.terminated.set(environment.terminated, at);
    rollout.timeOuts.set(environment.timeOuts, at);
    ppo.beat();
  }
  await observe(ppo);
  denormalizeValues(ppo, networks.value, rollout.lastValues, firstEnv);
}

/** Mean actions and values of the environment's present observations. */
async function observe({ environment, networks, normalizers }: Ppo): Promise<void> {
  const { observations, criticObservations } = networks;
  if (normalizers.observation) {
    normalizers.observation.normalize(environment.observations, observations);
  } else observations.set(environment.observations);
  if (criticObservations.length > 0) {
    if (normalizers.criticObservation) {
      normalizers.criticObservation.normalize(
        environment.privilegedObservations,
        criticObservations,
      );
    } else criticObservations.set(environment.privilegedObservations);
  }
  await networks.infer();
}

/**
 * Advantages and value targets; then the statistics take in what was seen. Returns the explained
 * variance, NaN where all returns are equal.
 */
async function computeReturns({ rollout, settings, normalizers, group }: Ppo): Promise<number> {
  const { advantages, returns, values, rewards, numEnvs } = rollout;
  computeAdvantages({ ...rollout, ...settings }, advantages);
  for (let i = 0; i < returns.length; i++) {
    returns[i] = advantages[i] + values[i];
    if (!Number.isFinite(rewards[i])) throw notFinite("E_REWARD_NOT_FINITE", "reward", i % numEnvs);
  }
  const spread = varianceOf(returns);
  const explainedVariance = spread > 0 ? 1 - varianceOf(advantages) / spread : Number.NaN;
  if (settings.normalizeAdvantage) standardize(advantages);

  const { observation, criticObservation } = normalizers;
  // Each shard has seen its own environments only; returns are computed from all.
  if (observation) await group.sum(observation.gathered);
  if (criticObservation) await group.sum(criticObservation.gathered);
  const finite = (observation?.commit() ?? true) && (criticObservation?.commit() ?? true);
  if (!finite) throw notFinite("E_OBSERVATION_NOT_FINITE", "observation");
  normalizers.return?.gather(returns);
  if (normalizers.return?.commit() === false) throw notFinite("E_TRAINING_DIVERGED", "return");
  return explainedVariance;
}

/** Epochs of shuffled minibatches. Losses are means over all gradient steps. */
async function learn(ppo: Ppo): Promise<Omit<MetricsRow["losses"], "explainedVariance">> {
  const { networks, settings, order, shuffle, group } = ppo;
  const bounds = minibatchBounds(order.length, settings.minibatchSize);
  const sums = {
    surrogate: 0,
    value: 0,
    bound: 0,
    approxKl: 0,
    clipFraction: 0,
    gradNorm: 0,
    ...(networks.network.adaptation && { adaptation: 0 }),
  };
  const names = Object.keys(sums) as "surrogate"[];
  let updates = 0;
  for (let i = 0; i < order.length; i++) order[i] = i;
  for (let epoch = 0; epoch < settings.numLearningEpochs; epoch++) {
    shuffle.shuffle(order);
    for (let b = 0; b + 1 < bounds.length; b++) {
      const samples = bounds[b + 1] - bounds[b];
      const part = shardBounds(samples, group.count);
      const from = bounds[b] + part[group.index];
      const minibatch = fillMinibatch(ppo, from, bounds[b] + part[group.index + 1]);
      const stats = await networks.update(minibatch, ppo.lr, samples);
      for (const name of names) sums[name] += stats[name];
      updates++;
    }
  }
  for (const name of names) sums[name] /= updates;
  const diverged = Object.values(sums).some((loss) => !Number.isFinite(loss));
  if (diverged) throw notFinite("E_TRAINING_DIVERGED", "loss");
  return { ...sums, entropy: entropy(logStd(networks)) };
}

/** Samples of the rollout that the exact KL is measured on. */
const klSamples = 1024;

/** What the policy answers to a part of the rollout. */
interface Answers {
  /** [sample][action] */
  readonly means: Float32Array;
  readonly logStds: Float32Array;
}

/** The present policy's answers to this shard's observations of some steps, evenly apart. */
async function lookBack({ networks, rollout, environment, firstEnv }: Ppo): Promise<Answers> {
  const { numSteps, numEnvs } = rollout;
  const { observationDim, actionDim } = environment;
  const privilegedDim = networks.criticObservations.length / environment.numEnvs;
  const steps = Math.min(numSteps, Math.ceil(klSamples / numEnvs));
  const width = environment.numEnvs * actionDim;
  const means = new Float32Array(steps * width);
  for (let i = 0; i < steps; i++) {
    const at = Math.floor((i * numSteps) / steps) * numEnvs + firstEnv;
    const rows = (of: Float32Array, dim: number) =>
      of.subarray(at * dim, (at + environment.numEnvs) * dim);
    networks.observations.set(rows(rollout.observations, observationDim));
    networks.criticObservations.set(rows(rollout.criticObservations, privilegedDim));
    await networks.infer();
    means.set(networks.mean, i * width);
  }
  return { means, logStds: logStd(networks).slice() };
}

/** Mean over samples of KL(before ‖ now) between the two Gaussians, by its closed form. */
async function exactKl(ppo: Ppo, before: Answers): Promise<number> {
  const { group, environment } = ppo;
  const now = await lookBack(ppo);
  const { actionDim } = environment;
  let sum = 0;
  for (let i = 0; i < now.means.length; i++) {
    const j = i % actionDim;
    sum += gaussianKl(before.means[i], before.logStds[j], now.means[i], now.logStds[j]);
  }
  const total = Float64Array.of(sum, now.means.length / actionDim);
  await group.sum(total);
  return total[0] / total[1];
}

/** KL(p ‖ q) of normal distributions in one dimension. */
export function gaussianKl(meanP: number, logStdP: number, meanQ: number, logStdQ: number): number {
  const varianceP = Math.exp(2 * logStdP);
  const varianceQ = Math.exp(2 * logStdQ);
  const square = (meanP - meanQ) ** 2;
  return logStdQ - logStdP + (varianceP + square) / (2 * varianceQ) - 0.5;
}

function fillMinibatch(ppo: Ppo, from: number, to: number): Minibatch {
  const { rollout, order, environment, normalizers, taught } = ppo;
  const minibatch = ppo.minibatches.find(({ size }) => size === to - from) as Minibatch;
  const criticDim = minibatch.criticObservations.length / minibatch.size;
  gatherRows(rollout.observations, environment.observationDim, order, from, minibatch.observations);
  gatherRows(rollout.criticObservations, criticDim, order, from, minibatch.criticObservations);
  for (let i = 0; i < minibatch.taught.length; i++) {
    minibatch.taught[i] = taught[order[from + i] % rollout.numEnvs];
  }
  gatherRows(rollout.actions, environment.actionDim, order, from, minibatch.actions);
  gatherRows(rollout.logProbs, 1, order, from, minibatch.oldLogProb);
  gatherRows(rollout.advantages, 1, order, from, minibatch.advantage);
  gatherRows(rollout.returns, 1, order, from, minibatch.return);
  gatherRows(rollout.values, 1, order, from, minibatch.oldValue);
  if (normalizers.return) {
    normalizers.return.normalize(minibatch.return, minibatch.return);
    normalizers.return.normalize(minibatch.oldValue, minibatch.oldValue);
  }
  return minibatch;
}

/**
 * The rate grows or shrinks by half as the mean KL of an iteration leaves [½, 2] of the desired one
 * (rl_games). Once per iteration: within one, KL is cumulative and a rate chasing it oscillates.
 */
export function adaptedRate(
  lr: number,
  kl: number,
  { desiredKl, lrMin, lrMax }: Pick<PpoSettings, "desiredKl" | "lrMin" | "lrMax">,
): number {
  if (kl > 2 * desiredKl) return Math.max(lr / 1.5, lrMin);
  if (kl < 0.5 * desiredKl) return Math.min(lr * 1.5, lrMax);
  return lr;
}

/** The critic answers in normalized units; the rollout keeps those of the reward. */
function denormalizeValues(ppo: Ppo, from: Float32Array, to: Float32Array, at: number): void {
  const normalizer = ppo.normalizers.return;
  if (normalizer) normalizer.denormalize(from, to, at);
  else to.set(from, at);
}

/** `[action]` log standard deviations: the last of the parameters. */
function logStd({ theta, network }: ActorCritic): Float32Array {
  return theta.subarray(theta.length - network.actionDim);
}

function meanDeviation(logStds: Float32Array): number {
  let sum = 0;
  for (const s of logStds) sum += Math.exp(s);
  return sum / logStds.length;
}

/** Of the Gaussian policy, in nats: Σ ½ log(2πe) + log σ. */
function entropy(logStds: Float32Array): number {
  let sum = 0;
  for (const s of logStds) sum += 0.5 * Math.log(2 * Math.PI * Math.E) + s;
  return sum;
}

/** Zero mean, unit variance, in place. */
function standardize(values: Float32Array): void {
  const mean = meanOf(values);
  const scale = 1 / (Math.sqrt(varianceOf(values)) + 1e-8);
  for (let i = 0; i < values.length; i++) values[i] = (values[i] - mean) * scale;
}

function meanOf(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

function varianceOf(values: Float32Array): number {
  const mean = meanOf(values);
  let sum = 0;
  for (const value of values) sum += (value - mean) ** 2;
  return sum / values.length;
}

function notFinite(
  code: "E_REWARD_NOT_FINITE" | "E_OBSERVATION_NOT_FINITE" | "E_TRAINING_DIVERGED",
  what: string,
  env?: number,
): RewardsmithError {
  const where = env === undefined ? {} : { where: `environment ${env}` };
  return new RewardsmithError(code, `a ${what} is NaN or infinite`, {
    ...where,
    hint:
      code === "E_TRAINING_DIVERGED"
        ? "lower ppo.lr or ppo.lrMax, or bound the reward's terms"
        : "look for divisions by zero, logarithms and powers of unbounded signals",
  });
}
