/** A world in which a reward's fitness is a known function of its text, and nothing is trained. */
import { hashJson, sha256 } from "../../src/core/node/hash.js";
import type { Designer } from "../../src/design/designer.js";
import type { DesignInputs } from "../../src/design/inputs.js";
import type { Journal } from "../../src/design/journal.js";
import { design } from "../../src/design/loop.js";
import type { DesignObserver } from "../../src/design/progress.js";
import { type DesignSettingsInput, designSettingsSchema } from "../../src/design/settings.js";
import { type RunEvent, runEventSchema, type StampedEvent } from "../../src/events/event.js";
import { fold, foldAll } from "../../src/events/fold.js";
import type { RunState } from "../../src/events/run-state.js";
import type { CompiledTask } from "../../src/reward/compiled-task.js";
import type { RewardCheck } from "../../src/reward/node/check.js";
import type { Program } from "../../src/reward/program.js";
import type { MetricsRow } from "../../src/rl/metrics.js";
import type { Executor } from "../../src/run/executor.js";
import type { TrainingOutcome, TrainingRequest } from "../../src/run/job.js";
import { trainingSettingsSchema } from "../../src/task/settings.js";
import type { SignalTable } from "../../src/task/signals.js";

/** The fake language: a program is its text, refused where it says so. */
export async function fakeCheck(source: string): Promise<RewardCheck> {
  const refused = /REFUSE/.test(source);
  return {
    accepted: !refused,
    issues: refused
      ? [{ code: "E_REWARD_TYPE", severity: "error", message: "it says REFUSE", line: 1 }]
      : [],
    terms: ["term"],
    nsPerCall: 100,
    samples: {},
    program: refused ? null : fakeProgram(source),
  };
}

export function fakeProgram(source: string): Program {
  return { format: 1, kind: "reward", columns: ["total", "term"], source } as unknown as Program;
}

function sourceOf(program: Program): string {
  return (program as unknown as { source: string }).source;
}

export interface FakeWorld {
  /** Final fitness of a reward, by its text and the seed. */
  fitness(source: string, seed: number): number;
  /** Steps of the policy that a training of `steps` has chosen; default: its last. */
  best?(steps: number): number;
  /** Code with which a training fails. */
  fails?(source: string): `E_${string}` | null;
  /** Rows of the curve; default: rises linearly to the fitness. */
  rows?(source: string, fitness: number, steps: number): MetricsRow[];
}

export class FakeExecutor implements Executor {
  readonly slots = 2;
  /** Every request in order, as `text seed steps`. */
  readonly requests: string[] = [];
  private readonly stored = new Map<string, number>();
  private readonly world: FakeWorld;

  constructor(world: FakeWorld) {
    this.world = world;
  }

  async run(
    request: TrainingRequest,
    options: { signal?: AbortSignal } = {},
  ): Promise<TrainingOutcome> {
    const { job, steps } = request;
    const source = sourceOf(job.reward);
    const jobId = hashJson({ reward: job.reward, seed: job.seed }).slice(0, 16);
    this.requests.push(`${source.trim()} ${job.seed} ${steps}`);
    await new Promise((resolve) => setTimeout(resolve, 0));
    const cancelled = options.signal?.aborted;
    const code = cancelled ? "E_CANCELLED" : this.world.fails?.(source);
    if (code) return { status: "failed", jobId, code, message: `failed: ${code}`, totalSteps: 0 };
    const before = this.stored.get(jobId) ?? 0;
    this.stored.set(jobId, Math.max(before, steps));
    const fitness = this.world.fitness(source, job.seed);
    const { set, profile, episodes } = request.evaluations[0];
    return {
      status: "finished",
      jobId,
      totalSteps: steps,
      metrics: (this.world.rows ?? risingRows)(source, fitness, steps),
      evaluations: [
        {
          set,
          profile,
          episodes,
          totalSteps: request.choose && this.world.best ? this.world.best(steps) : steps,
          fitness,
          fitnessPerEpisode: [fitness],
          episodeLength: 500,
          episodeReturn: 50,
          endings: { timeOut: 1 },
        },
      ],
      choices: request.choose ? [fitness] : [],
      policyHash: sha256(jobId),
      checkpoint: `/store/${jobId}`,
      newSteps: Math.max(0, steps - before),
      cpuSeconds: 1,
    };
  }

  async close(): Promise<void> {}
}

export function row(part: Partial<MetricsRow>): MetricsRow {
  return {
    iteration: 0,
    totalSteps: 0,
    wallSeconds: 0,
    cpuSeconds: 0,
    steps: 100,
    reward: 0,
    terms: {},
    episodes: 1,
    episodeReturn: 0,
    episodeLength: 500,
    fitness: 0,
    termSums: {},
    endings: { timeOut: 1 },
    losses: {
      surrogate: 0,
      value: 0,
      entropy: 0,
      bound: 0,
      approxKl: 0,
      clipFraction: 0,
      explainedVariance: 0,
      gradNorm: 0,
    },
    lr: 1e-3,
    actionStd: 1,
    ...part,
  };
}

function risingRows(_source: string, fitness: number, steps: number): MetricsRow[] {
  return Array.from({ length: 20 }, (_, i) => {
    const share = (i + 1) / 20;
    return row({
      iteration: i,
      totalSteps: Math.round(share * steps),
      reward: share,
      humanReward: share,
      terms: { term: share },
      fitness: share * fitness,
    });
  });
}

/** A journal in memory. `limit`: it dies, as a killed process does, after so many events. */
export class MemoryJournal implements Journal {
  state: RunState;
  readonly events: StampedEvent[];
  readonly files: Map<string, string>;
  readonly observer: DesignObserver = {};
  private readonly limit: number;
  private readonly waiting = new Set<() => void>();

  constructor(
    events: readonly StampedEvent[] = [],
    files: ReadonlyMap<string, string> = new Map(),
    limit = Number.POSITIVE_INFINITY,
  ) {
    this.events = [...events];
    this.files = new Map(files);
    this.limit = limit;
    this.state = foldAll(events);
  }

  record(event: RunEvent): void {
    if (this.events.length >= this.limit) throw new Killed();
    const seq = this.events.length + 1;
    const body = runEventSchema.parse(JSON.parse(JSON.stringify(event)));
    const stamped = { ...body, seq, time: new Date(1e12 + 1000 * seq).toISOString() };
    this.events.push(stamped);
    this.state = fold(this.state, stamped);
    for (const wake of this.waiting) wake();
    this.waiting.clear();
  }

  changed(signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      this.waiting.add(resolve);
      signal?.addEventListener("abort", () => resolve(), { once: true });
    });
  }

  read(path: string): string {
    const content = this.files.get(path);
    if (content === undefined) throw new Error(`no file ${path}`);
    return content;
  }

  write(path: string, content: string): string {
    if (this.events.length >= this.limit) throw new Killed();
    this.files.set(path, content);
    return path;
  }

  keepTraining(): void {}
  close(): void {}
}

export class Killed extends Error {}

const signal = (
  name: string,
  offset: number,
  unit: string,
  range: readonly [number, number] | undefined,
  source: SignalTable["signals"][number]["source"],
  size = 1,
) => ({
  name,
  source,
  size,
  scalar: size === 1 && source.kind !== "action" && source.kind !== "previousAction",
  offset,
  unit,
  frame: "",
  description: name,
  ...(range ? { range } : {}),
});

/** Signals of the swing-up task, under any names. */
export function swingUpTable(
  names = ["cart.position", "cart.velocity", "pole.angle", "pole.speed", "pole.cos"],
): SignalTable {
  return {
    stride: 7,
    signals: [
      signal(names[0], 0, "m", [-3, 3], { kind: "jointPosition", joint: "cart" }),
      signal(names[1], 1, "m/s", [-6, 6], { kind: "jointVelocity", joint: "cart" }),
      signal(names[2], 2, "rad", [-Math.PI, Math.PI], { kind: "jointPosition", joint: "pole" }),
      signal(names[3], 3, "rad/s", [-10, 10], { kind: "jointVelocity", joint: "pole" }),
      signal("action", 4, "", [-1, 1], { kind: "action" }),
      signal("previousAction", 5, "", [-1, 1], { kind: "previousAction" }),
      signal(names[4], 6, "", [-1, 1], { kind: "derived", size: 0 }),
    ],
  };
}

export function fakeTask(): CompiledTask {
  const program = (kind: string) => fakeProgram(kind);
  return {
    task: {
      definition: {
        name: "swingup",
        steps: 1000,
        searchSteps: 400,
        maxEpisodeSteps: 500,
        engine: "rapier",
        physics: {},
        signals: {},
        actions: [],
        fitness: {},
        training: {},
      },
      robot: {},
      page: { sentence: "Swing up.", success: "Upright.", termination: "Off the rail." },
      sources: { fitness: "", termination: "" },
      signals: swingUpTable(),
      folder: "/nowhere",
    },
    programs: {
      fitness: program("fitness"),
      termination: program("termination"),
      human: program("human"),
      sparse: program("sparse"),
    },
  } as unknown as CompiledTask;
}

/** Proposes `iteration.index` texts from a list, or refuses what is not there. */
export function listDesigner(
  texts: Readonly<Record<string, string>>,
  repairs: Readonly<Record<string, string>> = {},
): Designer {
  const origin = { kind: "model", parents: [], reason: "listed" } as const;
  const at = (list: Readonly<Record<string, string>>, key: string) => ({
    source: list[key] ?? `reward ${key}`,
    origin: { ...origin, parents: [] as string[] },
  });
  return {
    name: "list",
    description: "a list of texts",
    readsPrompts: false,
    async propose(context, indices, deliver) {
      for (const index of indices) {
        deliver({ index, ...at(texts, `${context.iteration}.${index}`) });
      }
    },
    async repair(_context, refused, attempt) {
      return { index: refused.index, ...at(repairs, `${refused.id}#${attempt}`) };
    },
  };
}

export function inputsFor(
  parts: Partial<Omit<DesignInputs, "settings">> & {
    settings?: DesignSettingsInput;
    world?: FakeWorld;
  } = {},
): DesignInputs & { executor: FakeExecutor; journal: MemoryJournal } {
  const { settings, world, ...rest } = parts;
  return {
    name: "run",
    task: fakeTask(),
    settings: designSettingsSchema.parse({
      iterations: 2,
      candidates: 3,
      finalSeeds: 2,
      repeats: 0,
      rungs: [0.5, 1],
      keep: 0.5,
      ...settings,
    }),
    training: trainingSettingsSchema.parse({}),
    designer: listDesigner({}),
    executor: new FakeExecutor(world ?? { fitness: (source) => source.length / 100 }),
    check: fakeCheck,
    journal: new MemoryJournal(),
    versions: { rewardsmith: "0.1.0" },
    machine: "a test",
    nowMs: () => 1e12,
    ...rest,
  } as DesignInputs & { executor: FakeExecutor; journal: MemoryJournal };
}

export async function run(
  parts: Parameters<typeof inputsFor>[0] = {},
): Promise<{ state: RunState; inputs: ReturnType<typeof inputsFor> }> {
  const inputs = inputsFor(parts);
  const state = await design(inputs);
  return { state, inputs };
}
