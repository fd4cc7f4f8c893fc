/** A run in one row: what it searches, how far it is, and the best it has found. */
import { type Interval, interval95 } from "../../core/statistics.js";
import { fitnessOf, resultOf } from "../../design/history.js";
import { reportedBest } from "../../design/report.js";
import { compareFinals } from "../../design/score.js";
import { designSettingsSchema } from "../../design/settings.js";
import type { Candidate, RunState } from "../../events/run-state.js";
import { trainingFitness } from "../../events/search-fitness.js";
import type { RunInfo } from "../../run/run-folder.js";
import type { RunStatus, RunSummary, Score } from "./answers.js";

/** @param live whether a process holds the run's lock */
export function summarizeRun(info: RunInfo, state: RunState, live: boolean): RunSummary {
  const settings = designSettingsSchema.safeParse(state.start?.settings["design"]).data;
  const best = state.candidates.length > 0 ? reportedBest(state) : null;
  const score = best && scoreOfBest(state, best);
  const { normalized } = compareFinals(state);
  const search = state.iterations.filter((it) => it.iteration > 0);
  const { spent, candidates } = state;
  return {
    name: info.name,
    task: state.start?.task.name ?? info.task,
    created: info.created,
    ...statusOf(state, live),
    designer: state.start?.designer.name ?? designerOf(info),
    iterations: {
      ended: search.filter((it) => it.ended).length,
      planned: settings ? settings.iterations * settings.restarts : 0,
    },
    candidates: {
      all: candidates.length,
      trained: candidates.filter((c) => c.status === "trained").length,
      lost: candidates.filter((c) => c.status === "refused" || c.status === "failed").length,
      training: live ? candidates.filter((c) => c.status === "training").length : 0,
    },
    best: best && score ? { id: best.id, score } : null,
    normalized: normalized && { ...normalized, ...bounds(normalized) },
    progress: bestByIteration(state),
    points: candidates.flatMap((c): [number, number][] => {
      const fitness = c.duplicateOf === null ? fitnessOf(state, c) : null;
      return fitness === null ? [] : [[c.iteration, fitness]];
    }),
    terms: (best?.rungs.at(-1)?.reflection.series ?? [])
      .filter(({ kind }) => kind === "term")
      .map(({ name, values }) => ({ name, values })),
    steps: spent.searchSteps + spent.finalSteps,
    costUsd: spent.costUsd,
    tokens: spent.promptTokens + spent.completionTokens,
    wallSeconds: spent.wallSeconds,
    lastEventTime: state.lastEventTime,
    transfer: null,
  };
}

/** A run whose log cannot be read, with the reason in place of results. */
export function unreadableRun(info: RunInfo, why: string): RunSummary {
  return { ...emptySummary(info), status: "unreadable", why };
}

/** What a run has before its first event. */
export function emptySummary(info: RunInfo): RunSummary {
  return {
    name: info.name,
    task: info.task,
    created: info.created,
    status: "new",
    why: null,
    designer: designerOf(info),
    iterations: { ended: 0, planned: 0 },
    candidates: { all: 0, trained: 0, lost: 0, training: 0 },
    best: null,
    normalized: null,
    progress: [],
    points: [],
    terms: [],
    steps: 0,
    costUsd: 0,
    tokens: 0,
    wallSeconds: 0,
    lastEventTime: 0,
    transfer: null,
  };
}

/** Trainings of the best with other seeds tell most; without any, the episodes of its one training. */
function scoreOfBest(state: RunState, best: Candidate): Score | null {
  const final = compareFinals(state).summaries.find(({ which }) => which === "best");
  if (final && final.fitness.n > 0) return score(final.fitness, "seeds");
  const result = resultOf(state, best);
  if (!result) return null;
  const again = [...best.repeats, ...best.confirmations].flatMap(({ fitness }) =>
    fitness === null ? [] : [fitness],
  );
  if (again.length > 0) return score(interval95([trainingFitness(result), ...again]), "seeds");
  return score(interval95(result.evaluation.fitnessPerEpisode), "episodes");
}

function score(interval: Interval, of: Score["of"]): Score {
  return { fitness: interval.mean, ...bounds(interval), n: interval.n, of };
}

/** JSON has no infinity. */
function bounds({ low, high }: Interval): { low: number | null; high: number | null } {
  return {
    low: Number.isFinite(low) ? low : null,
    high: Number.isFinite(high) ? high : null,
  };
}

function bestByIteration(state: RunState): (number | null)[] {
  let best: number | null = null;
  return state.iterations.map(({ iteration }) => {
    for (const candidate of state.candidates) {
      if (candidate.iteration !== iteration) continue;
      const fitness = fitnessOf(state, candidate);
      if (fitness !== null && (best === null || fitness > best)) best = fitness;
    }
    return best;
  });
}

function statusOf(state: RunState, live: boolean): { status: RunStatus; why: string | null } {
  const { status, stopped } = state;
  if (status === "finished") return { status, why: null };
  if (live) {
    if (status === "paused") return { status, why: null };
    if (status === "running" && waitsForPerson(state)) return { status: "waiting", why: null };
    return { status: status === "new" ? "new" : "running", why: null };
  }
  if (status === "new") return { status, why: null };
  if (!stopped) return { status: "interrupted", why: "its process ended without a word" };
  const wanted = stopped.code === "E_CANCELLED" || stopped.code === "E_BUDGET_REACHED";
  return { status: wanted ? "stopped" : "failed", why: stopped.message };
}

function waitsForPerson(state: RunState): boolean {
  return unanswered(state).length > 0;
}

/** Prompts of the manual designer that nobody has answered yet. */
export function unanswered(state: RunState) {
  if (state.start?.designer.name !== "manual") return [];
  const key = (turn: { iteration: number; candidate: number; attempt: number }) =>
    `${turn.iteration} ${turn.candidate} ${turn.attempt}`;
  const answered = new Set(state.answers.map(key));
  return state.prompts
    .filter((prompt) => !answered.has(key(prompt)))
    .map(({ iteration, candidate, attempt }) => ({ iteration, candidate, attempt }));
}

function designerOf(info: RunInfo): string {
  const design = info.options["design"] as { designer?: unknown } | undefined;
  return typeof design?.designer === "string" ? design.designer : "–";
}
