/** How many environment steps a search will take, and how far it has come. */

import {
  confirmationSeeds,
  type DesignSettings,
  repeatSeeds,
  rungsOf,
} from "../design/settings.js";
import type { RunState } from "../events/run-state.js";

export interface SearchPlan {
  readonly searchSteps: number;
  readonly finalSteps: number;
  readonly totalSteps: number;
  /** Wall time with that many trainings at once. */
  seconds(slots: number): number;
  /** `running`: steps of trainings in progress. Both grow and shrink with what really happened. */
  progress(state: RunState, running: number): { done: number; total: number };
}

/**
 * @param candidateSteps of a whole training in the search
 * @param finalTrainingSteps of one final training
 * @param baselines how many of human and sparse the task has
 * @param stepsPerSecond environment steps that one training makes
 */
export function planSearch(
  settings: DesignSettings,
  candidateSteps: number,
  finalTrainingSteps: number,
  baselines: number,
  stepsPerSecond: number,
): SearchPlan {
  const perIteration = iterationSteps(settings, candidateSteps);
  const iterations = settings.iterations * settings.restarts;
  const searchSteps = iterations * perIteration;
  const confirmations = settings.confirm * confirmationSeeds(settings).length;
  const finalTrainings = settings.finals
    ? confirmations + settings.finalSeeds * (1 + baselines)
    : 0;
  const finalSteps = finalTrainings * finalTrainingSteps;
  return {
    searchSteps,
    finalSteps,
    totalSteps: searchSteps + finalSteps,
    seconds: (slots) => (searchSteps + finalSteps) / (stepsPerSecond * slots),
    progress: (state, running) => {
      const ended = state.iterations.filter((it) => it.ended && it.iteration > 0).length;
      const open = new Set(state.iterations.filter((it) => !it.ended).map((it) => it.iteration));
      let endedSteps = 0;
      let openSteps = 0;
      for (const candidate of state.candidates) {
        const own = candidate.rungs[candidate.rungs.length - 1]?.result.steps ?? 0;
        const steps = own * (1 + candidate.repeats.length);
        if (open.has(candidate.iteration)) openSteps += steps;
        else endedSteps += steps;
      }
      const searching = !state.finalsPlan;
      const leftIterations = searching ? Math.max(0, iterations - ended) : 0;
      const confirmed = state.candidates.reduce((sum, c) => sum + c.confirmations.length, 0);
      const finalsDone = (confirmed + state.finals.length) * finalTrainingSteps;
      return {
        done: endedSteps + openSteps + finalsDone + running,
        total: Math.max(
          endedSteps + openSteps + finalsDone + running,
          endedSteps + leftIterations * perIteration + finalSteps,
        ),
      };
    },
  };
}

/** One iteration's candidates, of which halving trains only a share to the end. */
function iterationSteps(settings: DesignSettings, candidateSteps: number): number {
  let steps = 0;
  let alive = settings.candidates;
  let before = 0;
  for (const rung of rungsOf(settings)) {
    if (before > 0) alive = Math.max(1, Math.ceil(alive * settings.keep));
    steps += alive * (rung - before) * candidateSteps;
    before = rung;
  }
  return steps + alive * repeatSeeds(settings).length * candidateSteps;
}
