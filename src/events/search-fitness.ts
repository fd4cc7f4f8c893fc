/**
 * What a candidate is compared by in a search: means over the seeds that it was trained with and, of
 * each training, over the policies that its best was chosen of, so that what learns late or forgets
 * ranks below what learned early and kept it.
 */
import type { TrainingResult } from "./event.js";
import type { Candidate } from "./run-state.js";

/**
 * Fitness on held-out episodes, mean over the seeds a candidate was trained with in the search; null
 * before the first result, or where a training failed.
 */
export function searchFitness({ rungs, repeats }: Candidate): number | null {
  const result = rungs[rungs.length - 1]?.result;
  if (!result) return null;
  let sum = trainingFitness(result);
  for (const { fitness } of repeats) {
    if (fitness === null) return null;
    sum += fitness;
  }
  return sum / (1 + repeats.length);
}

/** Environment steps to 95 % of the rise, mean over these seeds; null where one never rose. */
export function searchStepsTo95({ rungs, repeats }: Candidate): number | null {
  let sum = 0;
  for (const one of [rungs[rungs.length - 1]?.result, ...repeats]) {
    if (typeof one?.stepsTo95 !== "number") return null;
    sum += one.stepsTo95;
  }
  return sum / (1 + repeats.length);
}

/** What one training counts by: its measured policies' mean. */
export function trainingFitness({ meanFitness, evaluation }: TrainingResult): number {
  return meanFitness ?? evaluation.fitness;
}
