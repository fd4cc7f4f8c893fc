/**
 * The best of many is partly the luckiest. Before the finals the best few are trained again, as long
 * as a final and with seeds nothing was chosen by, and the best mean of those is chosen.
 */
import pLimit from "p-limit";
import { againRecord, trainAgain } from "./again.js";
import { raiseEngineAlarm } from "./engine-watch.js";
import { scoredCandidates } from "./history.js";
import { type DesignInputs, finalStepsOf } from "./inputs.js";
import { rank } from "./ranking.js";
import { confirmationSeeds } from "./settings.js";

export async function confirmBest(inputs: DesignInputs): Promise<void> {
  const { journal, settings, executor, signal } = inputs;
  if (journal.state.finalsPlan) return;
  const complete = scoredCandidates(journal.state, settings).filter((scored) => scored.complete);
  const best = rank(complete, settings.tieTolerance).slice(0, settings.confirm);
  // One alone needs no comparing.
  if (best.length < 2) return;
  const limit = pLimit(executor.slots);
  const confirm = async ({ candidate }: (typeof best)[number], seed: number) => {
    if (candidate.confirmations.some((confirmation) => confirmation.seed === seed)) return;
    const outcome = await trainAgain(inputs, candidate, {
      seed,
      steps: finalStepsOf(inputs),
      signal,
    });
    if (!outcome) return;
    const { id } = candidate;
    journal.record({ type: "candidateConfirmed", id, seed, ...againRecord(outcome, inputs) });
  };
  await Promise.all(
    confirmationSeeds(settings).flatMap((seed) =>
      best.map((scored) => limit(() => confirm(scored, seed))),
    ),
  );
  for (const { candidate } of best) raiseEngineAlarm(inputs, candidate.id);
}
