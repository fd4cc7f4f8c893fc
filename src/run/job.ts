import { hashJson } from "../core/node/hash.js";
import type { CompiledTask } from "../reward/compiled-task.js";
import type { Program } from "../reward/program.js";
import type { Evaluation, MetricsRow } from "../rl/metrics.js";
import type { EngineName } from "../sim/simulator.js";
import type { TrainingSettings } from "../task/settings.js";
import { versions } from "./versions.js";

/**
 * One training: what is trained, as plain JSON. Its id is the hash of these contents (the task's
 * words and folder left out), of engine and runtime versions and of the result format. The budget in
 * environment steps is not part of it: a result is `id@steps`, and a longer request continues.
 */
export interface TrainingJob {
  readonly task: CompiledTask;
  readonly reward: Program;
  readonly settings: TrainingSettings;
  /** What the robot moves in while it learns. */
  readonly engine: EngineName;
  readonly seed: number;
  /** Result whose weights and normalizers it starts from: `id@steps`; null starts from scratch. */
  readonly parent: string | null;
}

export interface EvaluationRequest {
  readonly set: "select" | "test";
  readonly profile: "train" | "reference";
  /** Default: the one of the training. */
  readonly engine?: EngineName | undefined;
  readonly episodes: number;
}

export interface TrainingRequest {
  readonly job: TrainingJob;
  /** Total environment steps the result must have. */
  readonly steps: number;
  /** Of the policy that the training gives. */
  readonly evaluations: readonly EvaluationRequest[];
  /** That policy is the best of several of the training; its last one where this is absent. */
  readonly choose?: PolicyChoice;
  /** Train anew though the store has it. */
  readonly fresh?: boolean;
}

/** A training may lose again what it had learned. */
export interface PolicyChoice {
  /** Environment steps after which a policy is measured, beside the last one. */
  readonly after: readonly number[];
  /** What the highest fitness is sought by; of equal policies the later one is taken. */
  readonly by: EvaluationRequest;
}

export type TrainingOutcome =
  | {
      readonly status: "finished";
      readonly jobId: string;
      readonly totalSteps: number;
      readonly metrics: readonly MetricsRow[];
      readonly evaluations: readonly Evaluation[];
      /** Fitness of the policies to choose from, oldest first; empty where there was no choice. */
      readonly choices: readonly number[];
      /** Hash of the policy's weights and normalizers. */
      readonly policyHash: string;
      /** Path of the policy's checkpoint. */
      readonly checkpoint: string;
      /** Environment steps and CPU seconds spent now; 0 when the store already had it. */
      readonly newSteps: number;
      readonly cpuSeconds: number;
    }
  | {
      readonly status: "failed";
      readonly jobId: string;
      /** E_REWARD_FUEL, E_REWARD_NOT_FINITE, E_WORKER_HUNG, E_WORKER_CRASHED, E_CANCELLED … */
      readonly code: `E_${string}`;
      readonly message: string;
      readonly totalSteps: number;
    };

/** Raised when training or its files change meaning: results of other versions are never reused. */
export const resultFormat = 3;

/** The job's name in the store: the first 16 hex digits of the hash of its contents. */
export function jobId(job: TrainingJob): string {
  const { definition, robot, signals } = job.task.task;
  const { fitness, termination, derived, human } = job.task.programs;
  // What changes no number is left out: names for people, folders, words, default settings, budgets.
  const {
    name,
    extends: origin,
    robot: file,
    engine,
    training,
    presets,
    mirror,
    steps,
    searchSteps,
    quickSearch,
    transfer,
    ...dynamics
  } = definition;
  const { [job.engine]: physics, onnxruntime } = versions();
  const contents = {
    resultFormat,
    runtime: { [job.engine]: physics, onnxruntime },
    definition: {
      ...dynamics,
      // Limits judge a result, they do not change it.
      physics: { ...dynamics.physics, watch: null },
      signals: mapValues(dynamics.signals, ({ source }) => source),
      actions: dynamics.actions.map(({ description: _words, ...action }) => action),
      fitness: { ...dynamics.fitness, unit: "" },
      // Evaluation draws parameters as the task says, whatever the training does.
      training: { randomize: training.randomize },
    },
    robot,
    programs: { fitness, termination, derived, human },
    signals: {
      stride: signals.stride,
      signals: signals.signals.map(({ name, source, size, offset }) => {
        return { name, source, size, offset };
      }),
    },
    reward: job.reward,
    settings: job.settings,
    ...(job.settings.symmetry && { mirror }),
    engine: job.engine,
    seed: job.seed,
    parent: job.parent,
  };
  return hashJson(contents).slice(0, 16);
}

/** Environment steps of one iteration. */
export function iterationSteps(job: TrainingJob): number {
  return job.settings.numEnvs * job.settings.numStepsPerEnv;
}

/** What a request for `steps` gives: the smallest whole number of iterations that reaches them. */
export function resultSteps(job: TrainingJob, steps: number): number {
  return Math.max(1, Math.ceil(steps / iterationSteps(job))) * iterationSteps(job);
}

function mapValues<T, R>(record: Readonly<Record<string, T>>, map: (value: T) => R) {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
