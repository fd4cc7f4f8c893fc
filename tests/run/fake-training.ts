/** A learner whose "policy" is a chain of hashes: any step lost, repeated or changed shows in the end. */
import { hashJson, sha256 } from "../../src/core/node/hash.js";
import type { Evaluation, MetricsRow } from "../../src/rl/metrics.js";
import type { TrainingJob, TrainingRequest } from "../../src/run/job.js";
import type { Learner } from "../../src/run/learner.js";
import { trainingSettingsSchema } from "../../src/task/settings.js";

interface State {
  steps: number;
  iteration: number;
  chain: string;
}

const encode = (state: State) => new TextEncoder().encode(JSON.stringify(state));
const decode = (bytes: Uint8Array): State => JSON.parse(new TextDecoder().decode(bytes));

export interface FakeOptions {
  /** Called before each iteration with its number (from 1). */
  readonly onIteration?: (iteration: number, job: TrainingJob) => void | Promise<void>;
}

export function fakeLearner(options: FakeOptions = {}): Learner {
  return {
    async start(job, from, pulse) {
      const state: State = from.checkpoint
        ? decode(from.checkpoint)
        : { steps: 0, iteration: 0, chain: from.parent ? decode(from.parent).chain : "" };
      return {
        async iterate() {
          await options.onIteration?.(state.iteration + 1, job);
          pulse.beat();
          state.iteration++;
          state.steps += job.settings.numEnvs * job.settings.numStepsPerEnv;
          state.chain = sha256(`${state.chain}:${job.seed}:${hashJson(job.reward)}`);
          return fakeRow(state.iteration, state.steps);
        },
        save: async () => ({ bytes: encode(state), policyHash: state.chain }),
        async dispose() {},
      };
    },
    async evaluate(_job, checkpoint, request, pulse) {
      pulse.beat();
      const { steps, chain } = decode(checkpoint);
      const fitness = Number.parseInt(chain.slice(0, 6), 16);
      return fakeEvaluation({ ...request, totalSteps: steps, fitness });
    },
  };
}

export function fakeRow(iteration: number, totalSteps: number): MetricsRow {
  return {
    iteration,
    totalSteps,
    wallSeconds: 0,
    cpuSeconds: 0,
    steps: totalSteps / iteration,
    reward: iteration,
    terms: { upright: iteration / 2, effort: -0.25 },
    episodes: 0,
    episodeReturn: Number.NaN,
    episodeLength: Number.NaN,
    fitness: Number.NaN,
    termSums: { upright: 3, effort: -1 },
    endings: { fell: 0.5, timeOut: 0.5 },
    losses: {
      surrogate: 0.1,
      value: 0.2,
      entropy: 0.3,
      bound: 0,
      approxKl: 0.01,
      clipFraction: 0.2,
      explainedVariance: 0.9,
      gradNorm: 1,
    },
    lr: 1e-3,
    actionStd: 1,
  };
}

export function fakeEvaluation(part: Partial<Evaluation>): Evaluation {
  return {
    set: "select",
    profile: "reference",
    totalSteps: 64,
    episodes: 4,
    fitness: 1,
    fitnessPerEpisode: [1, 1, Number.NaN, 1],
    episodeLength: 10,
    episodeReturn: 5,
    endings: { timeOut: 1 },
    ...part,
  };
}

/** 64 environment steps an iteration. */
export function fakeJob(change: Partial<TrainingJob> = {}): TrainingJob {
  const program = (kind: string) => ({ format: 1, kind, columns: [kind], body: [] });
  const task = {
    task: {
      definition: {
        name: "fake",
        robot: "robot.xml",
        controlDtSeconds: 0.02,
        maxEpisodeSteps: 10,
        signals: {
          "cart.position": {
            source: { kind: "jointPosition", joint: "slider" },
            description: "where the cart is",
            unit: "m",
          },
        },
        actions: [{ actuator: "motor", scale: 1, offset: 0, description: "force" }],
        fitness: { aggregate: "sum", over: "episode", missing: 0, unit: "s" },
        training: {},
        steps: 1000,
      },
      robot: { format: 1, name: "fake" },
      page: { sentence: "balance", success: "upright", termination: "falls" },
      sources: { fitness: "…", termination: "…" },
      signals: {
        stride: 1,
        signals: [
          {
            name: "cart.position",
            source: { kind: "jointPosition", joint: "slider" },
            size: 1,
            scalar: true,
            offset: 0,
            unit: "m",
            frame: "",
            description: "where the cart is",
          },
        ],
      },
      folder: "/somewhere",
    },
    programs: { fitness: program("fitness"), termination: program("termination") },
  };
  return {
    task: task as unknown as TrainingJob["task"],
    reward: program("reward") as unknown as TrainingJob["reward"],
    settings: trainingSettingsSchema.parse({ numEnvs: 8, numStepsPerEnv: 8 }),
    engine: "rapier",
    seed: 1,
    parent: null,
    ...change,
  };
}

export function fakeRequest(
  steps: number,
  change: Partial<Omit<TrainingRequest, "steps">> = {},
): TrainingRequest {
  return { job: fakeJob(), steps, evaluations: [], ...change };
}
