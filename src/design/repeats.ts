/**
 * One training says little: the same reward ends well with one seed and badly with another. So those
 * that were trained to the end are trained with more seeds before anything is learned from them, and
 * the mean is what they are compared by.
 */
import type { LimitFunction } from "p-limit";
import type { Candidate } from "../events/run-state.js";
import { againRecord, trainAgain } from "./again.js";
import { type DesignInputs, searchStepsOf } from "./inputs.js";
import { isTrainingOver } from "./over.js";
import { stepsTo95 } from "./reflection.js";
import { repeatSeeds } from "./settings.js";

export async function repeatTrainings(
  inputs: DesignInputs,
  candidates: readonly Candidate[],
  limit: LimitFunction,
  signal: AbortSignal,
): Promise<void> {
  const { journal, settings } = inputs;
  const steps = searchStepsOf(inputs);
  let begun = 0;
  const repeat = async (candidate: Candidate, seed: number) => {
    if (candidate.repeats.some((known) => known.seed === seed)) return;
    if (isTrainingOver(inputs, { begun, wanted: steps })) return;
    begun += steps;
    const outcome = await trainAgain(inputs, candidate, { seed, steps, signal });
    begun -= steps;
    if (!outcome) {
      isTrainingOver(inputs);
      return;
    }
    journal.record({
      type: "candidateRepeated",
      id: candidate.id,
      seed,
      ...againRecord(outcome, inputs),
      stepsTo95: outcome.status === "finished" ? stepsTo95(outcome.metrics) : null,
    });
  };
  await Promise.all(
    repeatSeeds(settings).flatMap((seed) =>
      candidates.map((candidate) => limit(() => repeat(candidate, seed))),
    ),
  );
}
