/**
 * Reward-aware physics prior (DrEureka, Ma et al. 2024): which physics a policy still copes with.
 * Each parameter is varied alone over a grid; between the last value that works and the first that
 * does not, the edge is narrowed on the finer physics. Where the original decides by one short
 * roll-out and fills whatever lies between the least and the greatest success (`faithful`), here many
 * episodes decide, and gaps stay gaps.
 */
import pLimit from "p-limit";
import { RewardsmithError } from "../core/errors.js";
import { nameHint } from "../core/nearest-name.js";
import { hashJson } from "../core/node/hash.js";
import { wilson95 } from "../core/statistics.js";
import type { PolicyParameters } from "../policy/inference.js";
import type { CompiledTask } from "../reward/compiled-task.js";
import { versions } from "../run/versions.js";
import type { EngineName } from "../sim/simulator.js";
import { BaseMass } from "../task/base-mass.js";
import { type WorldParameter, worldParameters } from "../task/world-parameters.js";
import { Edges } from "./edges.js";
import { gridOf } from "./grid.js";
import type { Measure } from "./measure.js";
import type { ParameterPrior, PhysicsPrior, PriorMap, Trial } from "./prior.js";
import type { World } from "./world.js";
import { mergeWorlds, worldAt } from "./world-at.js";

export interface RappSettings {
  /** Episodes at each value. */
  readonly repeats: number;
  readonly seconds: number;
  /** Share of them that must succeed. */
  readonly share: number;
  /** How often the way between the last value that works and the first that does not is halved. */
  readonly refinements: number;
  readonly faithful: boolean;
  readonly seed: number;
  /** Parameters by name; omitted: all that the robot has. */
  readonly only?: readonly string[] | undefined;
  /** Pairs that are varied together. */
  readonly maps: readonly (readonly [string, string])[];
}

export const rappDefaults: RappSettings = {
  repeats: 16,
  seconds: 4,
  share: 0.5,
  refinements: 2,
  faithful: false,
  seed: 0,
  maps: [],
};

/** The original's roll-out: 100 control steps of 20 ms, once, no edges. */
export const faithfulSettings = { repeats: 1, seconds: 2, refinements: 0, faithful: true } as const;

/** Keeps what was measured, by the hash of everything that decides it. */
export interface RappMemory {
  read(key: string): readonly number[] | undefined;
  write(key: string, successes: readonly number[]): void;
}

export interface RappProgress {
  readonly stage: "nominal" | "grid" | "edges" | "maps";
  readonly parameters: readonly string[];
  /** Values tried and to be tried in this stage, as far as is known. */
  readonly done: number;
  readonly total: number;
}

export interface RappOptions extends RappSettings {
  readonly task: CompiledTask;
  readonly policy: PolicyParameters;
  readonly engine: EngineName;
  readonly measure: Measure;
  readonly memory?: RappMemory | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (progress: RappProgress) => void;
}

type Profile = Trial["profile"];

/** Environments in one simulator. Small enough to keep what an interrupted measurement has found. */
const environmentsAtOnce = 96;
/** Measured at the same time; the measurer spreads them over its threads. */
const concurrency = 8;

export async function measurePrior(options: RappOptions): Promise<PhysicsPrior> {
  const { task, engine, repeats, seconds, share, seed, faithful } = options;
  const parameters = chosenParameters(options);
  const pairs = options.maps.map(
    ([a, b]) => [parameterNamed(task, a), parameterNamed(task, b)] as const,
  );
  const trials = new Trials(options);

  const profiles: Profile[] = faithful ? ["train"] : ["train", "reference"];
  const nominal: Omit<Trial, "value">[] = [];
  for (const profile of profiles) {
    const [successes] = await trials.measure("nominal", [{ world: {}, about: [] }], profile);
    nominal.push({ profile, ...counted(successes, repeats) });
    if (successes / repeats < share) throw hopeless(task, profile, successes, repeats);
  }

  const table = parameters.map((parameter) => ({ parameter, found: new Map<string, Trial>() }));
  const tried = (found: Map<string, Trial>, value: number, profile: Profile) =>
    found.get(`${profile} ${value}`);
  async function tryValues(
    stage: RappProgress["stage"],
    wanted: readonly { row: (typeof table)[number]; value: number }[],
    profile: Profile,
  ): Promise<void> {
    const open = wanted.filter(({ row, value }) => !tried(row.found, value, profile));
    const keep = (row: (typeof table)[number], value: number, successes: number) =>
      row.found.set(`${profile} ${value}`, { value, profile, ...counted(successes, repeats) });
    // The nominal world is the same for all, and has been measured; terrain is no level ground.
    const ordinary = nominal.find((one) => one.profile === profile);
    const others = open.filter(({ row, value }) => {
      const { name, nominal } = row.parameter;
      if (value !== nominal || ordinary === undefined) return true;
      if (worldAt(task.task, name, value).terrain) return true;
      keep(row, value, ordinary.successes);
      return false;
    });
    const questions = others.map(({ row, value }) => ({
      world: worldAt(task.task, row.parameter.name, value),
      about: [row.parameter.name],
    }));
    const successes = await trials.measure(stage, questions, profile);
    for (const [i, { row, value }] of others.entries()) keep(row, value, successes[i]);
  }
  const works = (found: Map<string, Trial>, value: number, profile: Profile) => {
    const trial = tried(found, value, profile);
    return trial !== undefined && trial.successes / trial.n >= share;
  };

  // The far ends together: a simulator whose every robot has fallen is done.
  const grid = table
    .flatMap((row) => {
      const values = gridOf(task.task, row.parameter);
      const middle = values.indexOf(row.parameter.nominal);
      return values.map((value, i) => ({ row, value, far: Math.abs(i - middle) }));
    })
    .sort((a, b) => b.far - a.far);
  await tryValues("grid", grid, "train");

  const edges = table.map(
    ({ parameter, found }) =>
      new Edges(
        gridOf(task.task, parameter).map((value) => ({
          value,
          works: works(found, value, "train"),
        })),
        parameter.integer,
        options.refinements,
      ),
  );
  if (!faithful) {
    for (;;) {
      const wanted = table.flatMap((row, i) => edges[i].wanted().map((value) => ({ row, value })));
      if (wanted.length === 0) break;
      await tryValues("edges", wanted, "reference");
      for (const [i, { found }] of table.entries()) {
        edges[i].learn((value) => works(found, value, "reference"));
      }
    }
  }

  const found = table.map(({ parameter, found }, i): ParameterPrior => {
    const { name, unit, sentence, nominal, integer } = parameter;
    const all = edges[i].intervals();
    return {
      name,
      unit,
      sentence,
      nominal,
      integer,
      trials: [...found.values()].sort(
        (a, b) => a.value - b.value || (a.profile === "train" ? -1 : 1),
      ),
      feasible: faithful && all.length > 0 ? [[all[0][0], all[all.length - 1][1]]] : all,
    };
  });
  return {
    format: 1,
    task: task.task.definition.name,
    engine,
    policy: policyName(options.policy),
    faithful,
    repeats,
    seconds,
    share,
    seed,
    nominal,
    parameters: found,
    maps: await measureMaps(trials, task, pairs, repeats),
  };
}

/** Name of a policy: the hash of what it acts with. */
export function policyName({ network, theta, observationStatistics }: PolicyParameters): string {
  const { mean = [], variance = [] } = observationStatistics ?? {};
  return hashJson([network, ...[theta, mean, variance].map((numbers) => Array.from(numbers))]);
}

interface Question {
  readonly world: World;
  /** Parameters it is about, for progress. */
  readonly about: readonly string[];
}

/** Asks for episodes in lots that are kept one by one. */
class Trials {
  private readonly options: RappOptions;
  private readonly base: string;
  private readonly limit = pLimit(concurrency);

  constructor(options: RappOptions) {
    this.options = options;
    const { task, policy, engine, repeats, seconds, seed } = options;
    const { definition, robot, signals } = task.task;
    this.base = hashJson({
      engine: [engine, versions()[engine]],
      task: [definition, robot, signals, task.programs],
      policy: policyName(policy),
      settings: [repeats, seconds, seed],
    });
  }

  /** Successes of `repeats` episodes for each question. */
  async measure(
    stage: RappProgress["stage"],
    questions: readonly Question[],
    profile: Profile,
  ): Promise<number[]> {
    const { options, limit } = this;
    const { repeats, onProgress } = options;
    const lot = Math.max(1, Math.floor(environmentsAtOnce / repeats));
    const lots = Array.from({ length: Math.ceil(questions.length / lot) }, (_, i) =>
      questions.slice(i * lot, (i + 1) * lot),
    );
    const shares = lots.map(() => 0);
    const report = (i: number, share: number) => {
      shares[i] = share;
      const done = lots.reduce((sum, { length }, j) => sum + shares[j] * length, 0);
      const parameters = [...new Set(lots[i].flatMap(({ about }) => about))];
      onProgress?.({ stage, parameters, done, total: questions.length });
    };
    const asked = lots.map((lot, i) =>
      limit(() => this.measureLot(lot, profile, (share) => report(i, share))),
    );
    try {
      return (await Promise.all(asked)).flat();
    } catch (error) {
      // What is under way ends before anybody hears of it: its threads are somebody else's.
      limit.clearQueue();
      await Promise.allSettled(asked.slice(0, limit.activeCount));
      throw error;
    }
  }

  private async measureLot(
    lot: readonly Question[],
    profile: Profile,
    onShare: (share: number) => void,
  ): Promise<readonly number[]> {
    const { task, policy, engine, repeats, seconds, seed, measure, memory, signal } = this.options;
    signal?.throwIfAborted();
    const key = hashJson({ base: this.base, profile, worlds: lot.map(({ world }) => world) });
    const known = memory?.read(key);
    if (known?.length === lot.length) {
      onShare(1);
      return known;
    }
    const episodes = await measure({
      task,
      policy,
      engine,
      profile,
      worlds: lot.flatMap(({ world }) => new Array<World>(repeats).fill(world)),
      seconds,
      seed,
      onProgress: onShare,
      ...(signal && { signal }),
    });
    const successes = lot.map(
      (_, i) => episodes.slice(i * repeats, (i + 1) * repeats).filter(({ loose }) => loose).length,
    );
    memory?.write(key, successes);
    onShare(1);
    return successes;
  }
}

async function measureMaps(
  trials: Trials,
  task: CompiledTask,
  pairs: readonly (readonly [WorldParameter, WorldParameter])[],
  repeats: number,
): Promise<PriorMap[]> {
  const maps: PriorMap[] = [];
  for (const [a, b] of pairs) {
    const values: [number[], number[]] = [gridOf(task.task, a), gridOf(task.task, b)];
    const questions = values[0].flatMap((x) =>
      values[1].map((y) => ({
        world: mergeWorlds(worldAt(task.task, a.name, x), worldAt(task.task, b.name, y)),
        about: [a.name, b.name],
      })),
    );
    // What cannot be, though either value could alone, counts as what fails.
    const possible = questions.filter(({ world }) => canBe(task, world));
    const measured = await trials.measure("maps", possible, "train");
    const flat = questions.map((question) => {
      const at = possible.indexOf(question);
      return at < 0 ? 0 : measured[at];
    });
    const width = values[1].length;
    const successes = values[0].map((_, i) => flat.slice(i * width, (i + 1) * width));
    maps.push({ parameters: [a.name, b.name], values, profile: "train", n: repeats, successes });
  }
  return maps;
}

function canBe({ task }: CompiledTask, { parameters = {} }: World): boolean {
  const { massFactor = 1, payloadKg = 0 } = parameters;
  return new BaseMass(task.robot, {}).possible(massFactor, payloadKg);
}

function chosenParameters({ task, only }: RappOptions): WorldParameter[] {
  if (only === undefined) return worldParameters(task.task);
  return only.map((name) => parameterNamed(task, name));
}

function parameterNamed({ task }: CompiledTask, name: string): WorldParameter {
  const all = worldParameters(task);
  const found = all.find((one) => one.name === name);
  if (found) return found;
  throw new RewardsmithError("E_PARAMETER_UNKNOWN", `${task.definition.name} has no "${name}"`, {
    hint: nameHint(
      name,
      all.map((one) => one.name),
    ),
  });
}

function counted(successes: number, n: number): Pick<Trial, "successes" | "n" | "interval"> {
  const { low, high } = wilson95(successes, n);
  return { successes, n, interval: [low, high] };
}

function hopeless(task: CompiledTask, profile: Profile, successes: number, n: number) {
  return new RewardsmithError(
    "E_RAPP_NOMINAL",
    `the policy fails where nothing is changed: ${successes} of ${n} episodes on the ${profile} physics keep ${task.task.definition.name}'s loose rule`,
    { hint: "train it longer, choose another, or loosen transfer.loose in task.ts" },
  );
}
