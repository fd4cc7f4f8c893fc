/**
 * Episodes of a policy in given worlds, and what the task's measures.ts says of each. The prior, the
 * choice among policies and the exam all stand on this.
 */
import { RewardsmithError } from "../core/errors.js";
import { Rng } from "../core/rng.js";
import type { PolicyParameters } from "../policy/inference.js";
import type { NativeCalls } from "../policy/session.js";
import type { CompiledTask } from "../reward/compiled-task.js";
import { createPolicy } from "../rl/policy.js";
import { createEnvironment } from "../rl/task-environment.js";
import { floatingBase } from "../robot/free-bodies.js";
import type { EngineName, ParameterName } from "../sim/simulator.js";
import type { EpisodeSummary } from "../task/environment.js";
import { withMeasuredSignals } from "../task/signal-table.js";
import type { SuccessRule, TransferDefinition } from "../task/task.js";
import type { TaskEnvironment } from "../task/task-environment.js";
import { simulatorKey, type World, type WorldPush } from "./world.js";

export interface MeasureOptions {
  readonly task: CompiledTask;
  readonly policy: PolicyParameters;
  readonly engine: EngineName;
  readonly profile: "train" | "reference";
  /**
   * One episode each. Its beginning follows the seed and the world's place among those that share
   * its simulator, so lists of equal length in two such sets begin alike.
   */
  readonly worlds: readonly World[];
  readonly seconds: number;
  readonly seed: number;
  /** Which beginnings are drawn; no two streams share any. Default "select". */
  readonly stream?: "select" | "test";
  readonly signal?: AbortSignal;
  /** Called after every control step of a simulator, with the share of all work done. */
  readonly onProgress?: (share: number) => void;
}

/** Measures here, or in threads: the results are the same. */
export type Measure = (options: MeasureOptions) => Promise<EpisodeMeasure[]>;

export interface EpisodeMeasure {
  /** Place in the list of worlds. */
  readonly world: number;
  readonly success: boolean;
  /** By the task's looser rule: still under control. */
  readonly loose: boolean;
  /** A termination flag, "timeOut" where it lasted, or "nonFinite". */
  readonly ending: string;
  /** How long it lasted, s. */
  readonly seconds: number;
  /** The task's fitness over `seconds`. */
  readonly fitness: number;
  readonly measures: Readonly<Record<string, number>>;
}

/** Worlds that are stepped in one simulator. */
export interface MeasureBatch {
  /** Places in the list of worlds. */
  readonly indices: readonly number[];
  /** Of the first among those whose worlds share a simulator: what its beginning follows. */
  readonly first: number;
}

/** Environments stepped together: enough to use the engine, few enough to share the work. */
const batchSize = 100;

/** Throws E_TASK_NO_TRANSFER where the task does not say how it is judged elsewhere. */
export function transferOf({ task, programs }: CompiledTask): TransferDefinition {
  const { transfer, name } = task.definition;
  if (transfer && programs.measures) return transfer;
  throw new RewardsmithError(
    "E_TASK_NO_TRANSFER",
    `${name} does not say how a policy is judged in another world`,
    {
      where: task.folder,
      hint: "add a block `transfer` to task.ts and a measures.ts beside it; envs/go1-walk has both",
    },
  );
}

/** In the order of the worlds. The policy acts without exploration; sensor noise is the task's. */
export const measureEpisodes: Measure = async (options) => {
  const { worlds, onProgress } = options;
  requireMeasurable(options);
  const found: EpisodeMeasure[] = new Array(worlds.length);
  let done = 0;
  for (const batch of batchesOf(worlds)) {
    const size = batch.indices.length;
    const measured = await measureBatch(options, batch, (share) =>
      onProgress?.((done + share * size) / worlds.length),
    );
    for (const measure of measured) found[measure.world] = measure;
    done += size;
  }
  return found;
};

/** Throws E_TASK_NO_TRANSFER or E_POLICY_MISFIT. */
export function requireMeasurable({ task, policy }: MeasureOptions): void {
  transferOf(task);
  requireFit(task, policy);
}

/** The worlds by the simulators that step them. */
export function batchesOf(worlds: readonly World[]): MeasureBatch[] {
  const groups = new Map<string, number[]>();
  for (const [i, world] of worlds.entries()) {
    const key = simulatorKey(world);
    const group = groups.get(key);
    if (group) group.push(i);
    else groups.set(key, [i]);
  }
  return [...groups.values()].flatMap((indices) => {
    const count = Math.ceil(indices.length / batchSize);
    const size = Math.ceil(indices.length / count);
    return Array.from({ length: count }, (_, b) => ({
      first: b * size,
      indices: indices.slice(b * size, (b + 1) * size),
    }));
  });
}

/** Whether the means keep the rule and the ending is none that counts against it. */
export function succeeds(
  { measures: bounds, endings }: SuccessRule,
  ending: string,
  measures: Readonly<Record<string, number>>,
): boolean {
  if (ending !== "timeOut" && !endings.includes(ending)) return false;
  return Object.entries(bounds).every(
    ([name, [low, high]]) => measures[name] >= low && measures[name] <= high,
  );
}

/** One simulator's worth of `measureEpisodes`. `onStep` is told the share of its steps. */
export async function measureBatch(
  options: MeasureOptions,
  { indices, first: firstEnv }: MeasureBatch,
  onStep: (share: number) => void,
  nativeCalls?: NativeCalls,
): Promise<EpisodeMeasure[]> {
  const { task: whole, engine, profile, seed, stream = "select", signal } = options;
  const transfer = transferOf(whole);
  const worlds = indices.map((index) => options.worlds[index]);
  const [{ substeps, contactSeconds, terrain }] = worlds;
  const { controlDtSeconds } = whole.task.definition;
  const steps = Math.max(1, Math.round(options.seconds / controlDtSeconds));
  const task = shortened(whole, steps, terrain);
  const measures = task.programs.measures as NonNullable<typeof task.programs.measures>;
  const numEnvs = worlds.length;
  const summaries: EpisodeSummary[] = new Array(numEnvs);
  let finished = 0;
  const environment = await createEnvironment({
    task,
    // Nothing is learned here: the measures stand where the reward would.
    reward: measures,
    numEnvs,
    engine,
    profile,
    physics: {
      ...(substeps !== undefined && { substeps, mujocoSubsteps: substeps }),
      ...(contactSeconds !== undefined && { contactSeconds }),
    },
    seed,
    stream,
    firstEnv,
    randomize: false,
    watchEvery: 0,
    maxDelaySteps: Math.max(...worlds.map(({ actionDelaySteps = 0 }) => actionDelaySteps)),
    onEpisode(episode) {
      if (episode.index > 0) return;
      summaries[episode.env] = episode;
      finished++;
    },
  });
  const policy = await createPolicy(options.policy, numEnvs, nativeCalls && { nativeCalls });
  const tally = new Tally(environment, transfer, controlDtSeconds);
  const late = new LateObservations(environment, worlds);
  const pushers = worlds.map(
    (world, env) => new Pusher(environment, env, world, seed, indices[env], controlDtSeconds),
  );
  try {
    worlds.forEach((world, env) => {
      hold(environment, env, world);
    });
    environment.reset(false);
    for (let step = 0; step < steps && finished < numEnvs; step++) {
      signal?.throwIfAborted();
      for (const pusher of pushers) pusher.beforeStep(step);
      environment.step(await policy.act(late.take()));
      tally.add();
      onStep((step + 1) / steps);
    }
  } finally {
    await policy.dispose();
    environment.dispose();
  }
  return summaries.map((summary, env) => {
    const values = tally.of(env, summary.length);
    const { ending, length, fitness } = summary;
    return {
      world: indices[env],
      success: succeeds(transfer.success, ending, values),
      loose: succeeds(transfer.loose, ending, values),
      ending,
      seconds: length * controlDtSeconds,
      fitness,
      measures: values,
    };
  });
}

/** The task with episodes of that length, nothing drawn, and perhaps other ground. */
function shortened(
  task: CompiledTask,
  maxEpisodeSteps: number,
  terrain: World["terrain"],
): CompiledTask {
  const measured = withMeasuredSignals(task.task);
  const { definition } = measured;
  return {
    ...task,
    task: {
      ...measured,
      definition: { ...definition, maxEpisodeSteps, ...(terrain && { terrain }) },
    },
  };
}

function hold(environment: TaskEnvironment, env: number, world: World): void {
  const { overrides } = environment;
  for (const [name, value] of Object.entries(world.parameters ?? {})) {
    if (value !== undefined) overrides.parameter(env, name as ParameterName, value);
  }
  if (world.actionDelaySteps !== undefined) overrides.actionDelay(env, world.actionDelaySteps);
  if (world.noiseFactor !== undefined) overrides.noiseFactors[env] = world.noiseFactor;
}

/** The measures of every environment's first episode, step by step. */
class Tally {
  private readonly environment: TaskEnvironment;
  private readonly transfer: TransferDefinition;
  private readonly dtSeconds: number;
  private readonly names: readonly string[];
  /** [env][measure] sum, or what the aggregate keeps. */
  private readonly kept: Float64Array;
  /** [env] steps so far; the episode after the first counts no more. */
  private readonly steps: Int32Array;
  private readonly over: Uint8Array;

  constructor(environment: TaskEnvironment, transfer: TransferDefinition, dtSeconds: number) {
    this.environment = environment;
    this.transfer = transfer;
    this.dtSeconds = dtSeconds;
    this.names = environment.rewardTerms.columns.slice(1);
    this.kept = new Float64Array(environment.numEnvs * this.names.length);
    this.steps = new Int32Array(environment.numEnvs);
    this.over = new Uint8Array(environment.numEnvs);
  }

  add(): void {
    const { names, kept, steps, over } = this;
    const { terminated, timeOuts, rewardTerms } = this.environment;
    const width = names.length;
    for (let env = 0; env < steps.length; env++) {
      if (over[env] === 1) continue;
      for (let i = 0; i < width; i++) {
        const value = rewardTerms.values[env * (width + 1) + i + 1];
        const at = env * width + i;
        const first = steps[env] === 0;
        switch (this.transfer.measures[names[i]].aggregate) {
          case "mean":
          case "integral":
            kept[at] += value;
            break;
          case "last":
            kept[at] = value;
            break;
          case "min":
            kept[at] = first ? value : Math.min(kept[at], value);
            break;
          case "max":
            kept[at] = first ? value : Math.max(kept[at], value);
        }
      }
      steps[env]++;
      if (terminated[env] === 1 || timeOuts[env] === 1) over[env] = 1;
    }
  }

  of(env: number, steps: number): Record<string, number> {
    return Object.fromEntries(
      this.names.map((name, i) => {
        const kept = this.kept[env * this.names.length + i];
        const { aggregate } = this.transfer.measures[name];
        if (aggregate === "mean") return [name, kept / steps];
        return [name, aggregate === "integral" ? kept * this.dtSeconds : kept];
      }),
    );
  }
}

/** Observations as they arrive: those of some steps ago. */
class LateObservations {
  private readonly environment: TaskEnvironment;
  /** [env] control steps. */
  private readonly delays: Int32Array;
  private readonly slots: number;
  /** [slot][env][dim] */
  private readonly ring: readonly Float32Array[];
  private readonly arrived: Float32Array;
  private count = 0;

  constructor(environment: TaskEnvironment, worlds: readonly World[]) {
    this.environment = environment;
    this.delays = Int32Array.from(worlds, ({ observationDelaySteps = 0 }) => observationDelaySteps);
    this.slots = Math.max(0, ...this.delays) + 1;
    const size = environment.observations.length;
    this.ring = Array.from(
      { length: this.slots > 1 ? this.slots : 0 },
      () => new Float32Array(size),
    );
    this.arrived = new Float32Array(this.slots > 1 ? size : 0);
  }

  take(): Float32Array {
    const { environment, ring, slots, delays, arrived } = this;
    if (slots === 1) return environment.observations;
    ring[this.count % slots].set(environment.observations);
    const dim = environment.observationDim;
    for (let env = 0; env < delays.length; env++) {
      // What was seen at the beginning is all there is until later sights arrive.
      const from = Math.max(0, this.count - delays[env]) % slots;
      arrived.set(ring[from].subarray(env * dim, (env + 1) * dim), env * dim);
    }
    this.count++;
    return arrived;
  }
}

/** Pushes one environment in random level directions, the first after half the time between two. */
class Pusher {
  private readonly pushes: readonly (WorldPush & {
    readonly index: number;
    readonly steps: number;
  })[];
  private readonly rng: Rng;
  private readonly environment: TaskEnvironment;
  private readonly env: number;
  private readonly velocity: [number, number, number] = [0, 0, 0];

  constructor(
    environment: TaskEnvironment,
    env: number,
    { pushes = [] }: World,
    seed: number,
    world: number,
    dtSeconds: number,
  ) {
    this.environment = environment;
    this.env = env;
    const { robot } = environment.simulator;
    const base = floatingBase(robot)?.name ?? robot.bodies[0].name;
    this.pushes = pushes.map((push) => ({
      ...push,
      index: robot.bodies.findIndex(({ name }) => name === (push.body ?? base)),
      steps: Math.max(1, Math.round(push.everySeconds / dtSeconds)),
    }));
    this.rng = Rng.stream(seed, "world push", world);
  }

  beforeStep(step: number): void {
    for (const { index, steps, metersPerSecond } of this.pushes) {
      if (step % steps !== Math.floor(steps / 2)) continue;
      const angle = this.rng.uniform(0, 2 * Math.PI);
      this.velocity[0] = metersPerSecond * Math.cos(angle);
      this.velocity[1] = metersPerSecond * Math.sin(angle);
      this.environment.simulator.push(this.env, index, this.velocity);
    }
  }
}

/** Throws E_POLICY_MISFIT for a policy of another robot or another observation. */
function requireFit({ task }: CompiledTask, { network }: PolicyParameters): void {
  const { definition, signals } = task;
  const observed = definition.observation.reduce((sum, { signal }) => {
    return sum + (signals.signals.find(({ name }) => name === signal)?.size ?? 0);
  }, 0);
  const wanted = [observed * definition.observationHistory, definition.actions.length];
  if (network.observationDim === wanted[0] && network.actionDim === wanted[1]) return;
  throw new RewardsmithError(
    "E_POLICY_MISFIT",
    `the policy takes ${network.observationDim} numbers and gives ${network.actionDim}; ${definition.name} has ${wanted[0]} and ${wanted[1]}`,
    { hint: "name a policy that was trained for this task" },
  );
}
