/**
 * Does the search find better rewards than chance? Searches with five seeds by the evolutionary
 * search and by its two controls, with the same settings and therefore steps. Every search is a run
 * and every training a job of the store, so an interrupted benchmark goes on where it was.
 */
import { existsSync } from "node:fs";
import path from "node:path";
import { interval95, mean } from "../../core/statistics.js";
import { bestRule } from "../../design/report.js";
import { rewardChecker } from "../../design/reward-checker.js";
import { compareFinals } from "../../design/score.js";
import { searchIn } from "../../design/search.js";
import { type SearchOptions, searchOptionsSchema } from "../../design/search-options.js";
import { designSettingsSchema } from "../../design/settings.js";
import type { RunState } from "../../events/run-state.js";
import { compileTask } from "../../reward/node/compile-task.js";
import { createRun, openRun } from "../../run/run-folder.js";
import { loadTask } from "../../task/node/load.js";
import { chooseDesigner } from "../choose-designer.js";
import type { CliContext } from "../context.js";
import { formatFitness, formatInterval } from "../numbers.js";
import { formatCount } from "../progress.js";
import { bestSoFar, fitnessOf } from "../run-view.js";
import type { Benchmark } from "./benchmark.js";

const designers = ["offline", "random", "shuffled"] as const;
/** Held out: nothing in the designer or the tasks was chosen by looking at searches with these. */
const seeds = [61, 62, 63, 64, 65];
type DesignerName = (typeof designers)[number];

/** What one search found. */
interface Found {
  readonly designer: DesignerName;
  readonly seed: number;
  /** Best of the first and of the last iteration, in the search: means over seeds where there were more. */
  readonly first: number;
  readonly last: number;
  /** Whether the last iteration's is the better of the two, as the search ranks: ties go to the quicker. */
  readonly improved: boolean;
  /** Best of all iterations, in the search. */
  readonly best: number;
  /** Mean of all rewards proposed after the first iteration, once results were known. */
  readonly later: number;
  /** Test fitness of its best reward and of the human one, means over final seeds; NaN for a control. */
  readonly test: number;
  readonly human: number;
  readonly steps: number;
}

export function benchSearch(cli: CliContext, taskName: string): Benchmark {
  return async (progress, signal) => {
    const found: Found[] = [];
    const baselines = new Map<string, string>();
    for (const designer of designers) {
      for (const seed of seeds) {
        const label = `${designer}, seed ${seed} (search ${found.length + 1} of ${seeds.length * designers.length})`;
        progress(label);
        const state = await search(
          cli,
          taskName,
          designer,
          seed,
          (text) => progress(`${label}: ${text}`),
          signal,
        );
        signal.throwIfAborted();
        found.push(summarize(state, designer, seed));
        for (const { which, fitness } of compareFinals(state).summaries) {
          const interval = `95 % interval ${formatInterval(fitness)}, n = ${fitness.n}`;
          baselines.set(
            which,
            `${which}: test fitness ${formatFitness(fitness.mean)}, ${interval}`,
          );
        }
      }
    }
    return {
      title: `Search: ${taskName}, offline beside its controls at equal steps`,
      rows: [
        [
          "designer",
          "seed",
          "best of first iteration",
          "of last",
          "of all",
          "mean after the first",
          "test fitness",
          "÷ human",
          "search steps",
        ],
        ...found.map((one) => [
          one.designer,
          String(one.seed),
          formatFitness(one.first),
          formatFitness(one.last),
          formatFitness(one.best),
          formatFitness(one.later),
          formatFitness(one.test),
          Number.isFinite(one.test) ? (one.test / one.human).toFixed(2) : "–",
          formatCount(one.steps),
        ]),
      ],
      notes: [
        ...["human", "sparse"].flatMap((which) => baselines.get(which) ?? []),
        ...conclusions(found),
      ],
    };
  };
}

async function search(
  cli: CliContext,
  taskName: string,
  designer: DesignerName,
  seed: number,
  progress: (text: string) => void,
  signal: AbortSignal,
): Promise<RunState> {
  const task = compileTask(await loadTask(taskName));
  const options: SearchOptions = searchOptionsSchema.parse({
    // What a control found is not trained anew: the comparison is of the searches.
    design: designSettingsSchema.parse({ designer, seed, finals: designer === "offline" }),
    training: task.task.definition.training,
    llm: {},
    prompts: null,
    confirmOver: 0,
    prices: null,
    recording: null,
    start: null,
    notes: [],
    slots: null,
  });
  const name = `bench-${path.basename(taskName)}-${designer}-${seed}`;
  const { runsFolder } = cli;
  const run = existsSync(path.join(runsFolder, name, "run.json"))
    ? openRun(runsFolder, name)
    : createRun(
        {
          runsRoot: runsFolder,
          task: taskName,
          name,
          options: JSON.parse(JSON.stringify(options)),
        },
        () => new Date(),
      );
  const checker = await rewardChecker(task);
  const chosen = await chooseDesigner(cli, task.task, options);
  return searchIn(run, {
    task,
    checker,
    designer: chosen.in(run, checker),
    options,
    runsFolder,
    signal,
    observer: {
      event: (_, state) => {
        const trained = state.candidates.filter((candidate) => candidate.rungs.length > 0).length;
        progress(`${trained} candidates and ${state.finals.length} finals trained`);
      },
    },
  });
}

function summarize(state: RunState, designer: DesignerName, seed: number): Found {
  const { summaries } = compareFinals(state);
  const of = (which: string) =>
    summaries.find((summary) => summary.which === which)?.fitness.mean ?? Number.NaN;
  const bestOf = (...iterations: number[]) =>
    bestSoFar(
      state.candidates.filter((candidate) => iterations.includes(candidate.iteration)),
      designSettingsSchema.parse({}).tieTolerance,
      bestRule(state),
    );
  const fitnessOfBest = (...iterations: number[]) => {
    const best = bestOf(...iterations);
    return best ? fitnessOf(best) : Number.NaN;
  };
  const later = state.candidates
    .filter((candidate) => candidate.iteration > 1 && candidate.rungs.length > 0)
    .map(fitnessOf);
  const last = Math.max(...state.iterations.map(({ iteration }) => iteration));
  // Steps asked for; the store may have had some already.
  const steps = state.candidates.reduce(
    (sum, { rungs, repeats }) =>
      sum + (1 + repeats.length) * (rungs[rungs.length - 1]?.result.steps ?? 0),
    0,
  );
  return {
    designer,
    seed,
    first: fitnessOfBest(1),
    last: fitnessOfBest(last),
    improved: bestOf(1, last)?.iteration === last,
    best: fitnessOfBest(...state.iterations.map(({ iteration }) => iteration)),
    later: mean(later),
    test: of("best"),
    human: of("human"),
    steps,
  };
}

/** One search is the unit: n is the number of seeds. */
function conclusions(found: readonly Found[]): string[] {
  const of = (designer: DesignerName) => found.filter((one) => one.designer === designer);
  const offline = of("offline");
  const improved = offline.filter((one) => one.improved).length;
  const notes = [
    `offline: the best of the last iteration beats the best of the first in ${improved} of ${offline.length} searches (wanted: 4 of 5; of equal ones the quicker to learn)`,
    `offline: test fitness ÷ human reward's, mean ${mean(offline.map((one) => one.test / one.human)).toFixed(2)}; at least 0.9 in ${offline.filter((one) => one.test >= 0.9 * one.human).length} of ${offline.length} (wanted: 4 of 5)`,
  ];
  const measures = {
    later: "mean of the rewards after the first iteration",
    best: "best fitness of the search",
  } as const;
  for (const control of ["random", "shuffled"] as const) {
    for (const measure of ["later", "best"] as const) {
      const differences = of(control).flatMap((other) => {
        const same = offline.find((one) => one.seed === other.seed);
        return same ? [same[measure] - other[measure]] : [];
      });
      const interval = interval95(differences);
      const wins = differences.filter((difference) => difference > 0).length;
      notes.push(
        `offline − ${control}, ${measures[measure]}, by seed: ${formatFitness(interval.mean)}, 95 % interval ${formatInterval(interval)}, n = ${interval.n}; better in ${wins} (wanted: 4 of 5)`,
      );
    }
  }
  return notes;
}
