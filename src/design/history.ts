/** What designers are shown of a run: its candidates with their results, and the memory. */
import { mean } from "../core/statistics.js";
import type { TrainingResult } from "../events/event.js";
import type { Candidate, RunState } from "../events/run-state.js";
import { searchFitness, searchStepsTo95 } from "../events/search-fitness.js";
import type { PastCandidate } from "./designer.js";
import { marksOf } from "./engine-watch.js";
import type { Journal } from "./journal.js";
import { netVotes, promotedFor, voteSentences, votesFor } from "./judgement.js";
import { bestOf, type Scored } from "./ranking.js";
import type { DesignSettings } from "./settings.js";

/** The score that candidates are compared by: held-out fitness, or the original's best of the curve. */
export function scoreOf(state: RunState, candidate: Candidate, faithful: boolean): number | null {
  const result = resultOf(state, candidate);
  if (!result || candidate.status === "failed") return null;
  return faithful ? result.curveMaximum : fitnessOf(state, candidate);
}

/** Held-out fitness in the search; a duplicate has that of the one it equals. */
export function fitnessOf(state: RunState, candidate: Candidate): number | null {
  return searchFitness(trainedAs(state, candidate));
}

/** What decides which candidate is the best; the other settings do not. */
export type BestRule = Pick<DesignSettings, "faithful" | "tieTolerance" | "engineWatch">;

/**
 * The best of a search: what its finals train. Where some were confirmed, the best mean of those
 * that were confirmed with the most seeds.
 */
export function bestCandidate(state: RunState, rule: BestRule): Candidate | null {
  const scored = scoredCandidates(state, rule);
  const confirmed = scored.flatMap(({ candidate, ...score }) => {
    const { confirmations } = candidate;
    const failed = confirmations.length === 0 || confirmations.some((c) => c.fitness === null);
    const fitness = mean(confirmations.map((c) => c.fitness ?? 0));
    return failed ? [] : [{ ...score, candidate, fitness }];
  });
  const most = Math.max(...confirmed.map(({ candidate }) => candidate.confirmations.length));
  const finalists = confirmed.filter(({ candidate }) => candidate.confirmations.length === most);
  // None of the finalists may count while a clean one was left out.
  const count = finalists.some((one) => !one.marked) || scored.every((one) => one.marked);
  return bestBy(finalists.length > 0 && count ? finalists : scored, rule)?.candidate ?? null;
}

/** Candidates with what they are compared by. One that reached the target is as good as complete. */
export function scoredCandidates(state: RunState, rule: BestRule) {
  return state.candidates
    .filter((candidate) => candidate.duplicateOf === null)
    .map((candidate) => ({
      candidate,
      fitness: scoreOf(state, candidate, rule.faithful),
      stepsTo95: searchStepsTo95(candidate),
      complete: candidate.complete || candidate.id === state.target?.id,
      marked: losesRank(trainedAs(state, candidate), rule),
    }));
}

/** Whether a candidate is ranked below all clean ones. The original has no such rule. */
export function losesRank(trained: Parameters<typeof marksOf>[0], rule: BestRule): boolean {
  return rule.engineWatch === "reject" && !rule.faithful && marksOf(trained).length > 0;
}

/** The original takes the highest score, of equal ones the first; otherwise ties go to the quicker. */
function bestBy<T extends Scored>(candidates: readonly T[], rule: BestRule): T | null {
  if (!rule.faithful) return bestOf(candidates, rule.tieTolerance);
  return candidates.reduce<T | null>(
    (best, next) => ((next.fitness ?? -Infinity) > (best?.fitness ?? -Infinity) ? next : best),
    null,
  );
}

/** A candidate's last result; a duplicate has that of the one it equals. */
export function resultOf(state: RunState, candidate: Candidate) {
  return trainedAs(state, candidate).rungs.at(-1)?.result ?? null;
}

/** Environment steps of a result's policy: the one its training passed that was measured best. */
export function policySteps({ evaluation }: TrainingResult): number {
  return evaluation.totalSteps;
}

/**
 * Everything proposed in a restart, the given reward included, as an iteration's designer is shown it:
 * with what people had said of it by then.
 */
export function historyOf(
  journal: Pick<Journal, "state" | "read">,
  settings: DesignSettings,
  restart: number,
  iteration: number,
): PastCandidate[] {
  const { state } = journal;
  const iterations = new Set(
    state.iterations
      .filter((it) => it.restart === restart || it.iteration === 0)
      .map((it) => it.iteration),
  );
  return state.candidates
    .filter((candidate) => iterations.has(candidate.iteration))
    .map((candidate) => pastCandidate(journal, candidate, settings, iteration));
}

/** The best so far and the best of the last iteration that trained anything. */
export function memoryOf(
  history: readonly PastCandidate[],
  settings: DesignSettings,
  iteration: number,
): { best: PastCandidate | null; last: PastCandidate | null } {
  const earlier = history.filter((c) => c.iteration < iteration && c.fitness !== null);
  const latest = Math.max(...earlier.map((c) => c.iteration));
  const lastIteration = earlier.filter((c) => c.iteration === latest);
  const last = bestBy(
    lastIteration.sort((a, b) => a.index - b.index),
    settings,
  );
  // The original remembers one reward: the best of the last iteration, better or worse.
  if (settings.faithful) return { best: last, last };
  return { best: earlier.find((c) => c.promoted) ?? bestBy(earlier, settings), last };
}

/** Everything people said that an iteration's designer is told, oldest first: their notes, then votes. */
export function notesFor(
  state: RunState,
  iteration: number,
  history: readonly PastCandidate[],
  shown: ReturnType<typeof memoryOf>,
): string[] {
  const begun = state.iterations.some((it) => it.iteration === iteration);
  return [
    ...state.iterations.filter((it) => it.iteration <= iteration).flatMap(({ notes }) => notes),
    ...(begun ? [] : state.pendingNotes),
    ...voteSentences(votesFor(state, iteration), history, shown),
  ];
}

function pastCandidate(
  journal: Pick<Journal, "state" | "read">,
  candidate: Candidate,
  settings: DesignSettings,
  iteration: number,
): PastCandidate {
  const { state } = journal;
  const trained = trainedAs(state, candidate);
  const rung = trained.rungs.at(-1);
  const source = candidate.attempts.at(-1)?.source;
  return {
    id: candidate.id,
    iteration: candidate.iteration,
    index: candidate.index,
    source: source ? journal.read(source) : "",
    genome: candidate.genome,
    origin: candidate.origin,
    fitness: scoreOf(state, candidate, settings.faithful),
    complete: trained.complete,
    steps: rung?.result.steps ?? 0,
    stepsTo95: searchStepsTo95(trained),
    reflection: rung?.reflection ?? null,
    evaluation: rung?.result.evaluation ?? null,
    engineWatch: settings.engineWatch === "off" ? [] : marksOf(trained),
    marked: losesRank(trained, settings),
    votes: netVotes(votesFor(state, iteration), candidate.id),
    promoted: promotedFor(state, iteration) === candidate.id,
    told: toldOf(state, candidate.id, iteration),
    failure: candidate.failure,
  };
}

function toldOf({ editedReflections }: RunState, id: string, iteration: number): string | null {
  const edited = editedReflections.find((one) => one.id === id && one.iteration === iteration);
  return edited?.text ?? null;
}

function trainedAs(state: RunState, candidate: Candidate): Candidate {
  if (candidate.duplicateOf === null) return candidate;
  return state.candidates.find((c) => c.id === candidate.duplicateOf) ?? candidate;
}

/** An iteration's candidates by number. */
export function ofIteration(state: RunState, iteration: number): Candidate[] {
  return state.candidates
    .filter((c) => c.iteration === iteration)
    .sort((a, b) => a.index - b.index);
}

export function find(state: RunState, id: string): Candidate {
  const candidate = state.candidates.find((c) => c.id === id);
  if (!candidate) throw new Error(`candidate ${id} is not in the log`);
  return candidate;
}
