/**
 * The library's three verbs. They work on task folders and on the store of a runs folder exactly as
 * the command line does, print nothing, and can be stopped through a signal.
 */
import { resolve } from "node:path";
import { z } from "zod";
import { formatIssue, RewardsmithError } from "./core/errors.js";
import type { Designer } from "./design/designer.js";
import { offlineDesigner } from "./design/offline/designer.js";
import { signalFacts } from "./design/offline/signal-facts.js";
import type { DesignObserver } from "./design/progress.js";
import { rewardChecker } from "./design/reward-checker.js";
import { searchIn } from "./design/search.js";
import { type SearchOptions, searchOptionsSchema } from "./design/search-options.js";
import { type DesignSettingsInput, designSettingsSchema } from "./design/settings.js";
import type { RunState } from "./events/run-state.js";
import type { CompiledTask } from "./reward/compiled-task.js";
import { compileTask } from "./reward/node/compile-task.js";
import type { Program } from "./reward/program.js";
import type { Evaluation, MetricsRow } from "./rl/metrics.js";
import type { EvaluationRequest, TrainingOutcome, TrainingRequest } from "./run/job.js";
import { loadResult } from "./run/job-store.js";
import { createLocalExecutor } from "./run/local-executor.js";
import { createRun } from "./run/run-folder.js";
import { type EngineName, engineNames } from "./sim/simulator.js";
import { inEngine } from "./task/loaded-task.js";
import { loadTask } from "./task/node/load.js";
import { type TrainingSettingsInput, trainingSettingsSchema } from "./task/settings.js";

interface Common {
  /** Folder of runs and trained jobs. Default `runs`. */
  readonly runs?: string;
  readonly signal?: AbortSignal;
  /** Physics engine. Default: the task's, and for a trained policy the one of its training. */
  readonly engine?: EngineName;
}

export interface TrainOptions extends Common {
  /** "human", "sparse", or the text of a reward. Default "human". */
  readonly reward?: string;
  /** Environment steps. Default: the task's. */
  readonly steps?: number;
  readonly seed?: number;
  /** Replaces the task's settings part by part. */
  readonly settings?: TrainingSettingsInput;
  /** Test episodes that the policy is measured on. Default 64. */
  readonly episodes?: number;
  readonly onProgress?: (row: MetricsRow) => void;
}

export type TrainedPolicy = Extract<TrainingOutcome, { status: "finished" }>;

/**
 * Trains a policy, or fetches it from the store. Its name for `evaluate` is `${jobId}@${totalSteps}`.
 * @param task a built-in task's name or a folder
 * @throws RewardsmithError E_REWARD_REFUSED where the reward may not be trained, or the code training failed with
 */
export async function train(task: string, options: TrainOptions = {}): Promise<TrainedPolicy> {
  const compiled = compileTask(inEngine(await loadTask(task), engineOf(options)));
  const { definition } = compiled.task;
  const { settings = {}, onProgress } = options;
  const request: TrainingRequest = {
    job: {
      task: compiled,
      reward: await programOf(compiled, options.reward ?? "human", options.signal),
      settings: checked("settings", trainingSettingsSchema, {
        ...definition.training,
        ...settings,
        ppo: { ...definition.training.ppo, ...settings.ppo },
        network: { ...definition.training.network, ...settings.network },
      }),
      engine: definition.engine,
      seed: options.seed ?? 1,
      parent: null,
    },
    steps: checked("steps", count, options.steps ?? definition.steps),
    evaluations: [{ set: "test", profile: "reference", episodes: episodesOf(options) }],
  };
  return runJob(request, options, onProgress);
}

/**
 * Held-out episodes of a policy that `train` or a search left in the store.
 * @param policy `jobId@steps`
 */
export async function evaluate(
  policy: string,
  options: Common & Partial<EvaluationRequest> = {},
): Promise<Evaluation> {
  const { set = "test", profile = "reference" } = options;
  const { job, steps } = loadResult(runsFolder(options), policy);
  const evaluations = [{ set, profile, episodes: episodesOf(options), engine: engineOf(options) }];
  const outcome = await runJob({ job, steps, evaluations }, options);
  return outcome.evaluations[0];
}

export interface DesignOptions extends Common {
  /** Settings of the search, as `design --help` lists them. */
  readonly settings?: DesignSettingsInput;
  /** Replaces the offline designer that `settings.designer` names. */
  readonly designer?: Designer;
  /** Name of the run. Default: task, date and a number. */
  readonly name?: string;
  /** A reward to start from. */
  readonly start?: { readonly source: string; readonly from: string };
  /** Sentences for a designer that reads prompts. */
  readonly notes?: readonly string[];
  /** Told of every event and of every iteration of a training. */
  readonly observer?: DesignObserver;
}

/** Searches for a reward in a new run folder; what it found is in the state, the folder and its report. */
export async function design(task: string, options: DesignOptions = {}): Promise<RunState> {
  const compiled = compileTask(inEngine(await loadTask(task), engineOf(options)));
  const settings = checked("settings", designSettingsSchema, options.settings ?? {});
  const search: SearchOptions = searchOptionsSchema.parse({
    design: settings,
    training: compiled.task.definition.training,
    llm: {},
    prompts: null,
    confirmOver: 0,
    prices: null,
    recording: null,
    start: options.start ?? null,
    notes: [...(options.notes ?? [])],
    slots: null,
    engine: compiled.task.definition.engine,
  });
  const checker = await rewardChecker(compiled);
  const designer = options.designer ?? builtInDesigner(compiled, checker.states, search);
  const root = runsFolder(options);
  const run = createRun(
    {
      runsRoot: root,
      task,
      options: JSON.parse(JSON.stringify(search)),
      ...(options.name === undefined ? {} : { name: options.name }),
    },
    () => new Date(),
  );
  return searchIn(run, {
    task: compiled,
    checker,
    designer,
    options: search,
    runsFolder: root,
    signal: options.signal ?? new AbortController().signal,
    observer: options.observer ?? {},
  });
}

function builtInDesigner(
  { task }: CompiledTask,
  states: Float32Array,
  { design: settings }: SearchOptions,
): Designer {
  const { designer: mode, seed, tieTolerance } = settings;
  if (mode === "offline" || mode === "random" || mode === "shuffled") {
    const { maxEpisodeSteps } = task.definition;
    const facts = signalFacts(task.signals, states);
    return offlineDesigner({ mode, facts, maxEpisodeSteps, seed, tieTolerance });
  }
  throw new RewardsmithError("E_DESIGNER_MISSING", `a designer "${mode}" needs a client`, {
    where: "design",
    hint: "pass it as `designer`, or use the command line",
  });
}

async function runJob(
  request: TrainingRequest,
  options: Common,
  onProgress?: (row: MetricsRow) => void,
): Promise<TrainedPolicy> {
  const executor = createLocalExecutor({ runsRoot: runsFolder(options), slots: 1 });
  try {
    const outcome = await executor.run(request, {
      ...(options.signal ? { signal: options.signal } : {}),
      ...(onProgress ? { onProgress } : {}),
    });
    if (outcome.status === "finished") return outcome;
    throw new RewardsmithError(outcome.code, outcome.message, { where: `job ${outcome.jobId}` });
  } finally {
    await executor.close();
  }
}

async function programOf(
  task: CompiledTask,
  reward: string,
  signal: AbortSignal | undefined,
): Promise<Program> {
  if (reward === "human" || reward === "sparse") {
    const program = task.programs[reward];
    if (program) return program;
    throw new RewardsmithError("E_REWARD_MISSING", `the task has no ${reward} reward`, {
      where: task.task.folder,
      hint: `add ${reward === "human" ? "reward.ts" : "sparse.ts"} to its folder`,
    });
  }
  const { accepted, program, issues } = await (await rewardChecker(task)).check(reward, signal);
  if (accepted && program) return program;
  const lines = ["the reward may not be trained", ...issues.map((issue) => formatIssue(issue))];
  throw new RewardsmithError("E_REWARD_REFUSED", lines.join("\n"));
}

const count = z.int().positive();

function episodesOf({ episodes = 64 }: { readonly episodes?: number | undefined }): number {
  return checked("episodes", count, episodes);
}

function engineOf({ engine }: Common): EngineName | undefined {
  return checked("engine", z.enum(engineNames).optional(), engine);
}

/** An option as its schema has it; E_SETTINGS_VALUE where it is none. */
function checked<S extends z.ZodType>(where: string, schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new RewardsmithError("E_SETTINGS_VALUE", z.prettifyError(parsed.error), {
    where,
    hint: "the command's --help lists what can be set, with its limits",
    cause: parsed.error,
  });
}

function runsFolder({ runs = "runs" }: Common): string {
  return resolve(runs);
}
