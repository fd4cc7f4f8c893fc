/**
 * A candidate's fitness comes from one training seed, so the best of many is partly the luckiest.
 * Before the finals the best few are trained again with other seeds, and chosen by the mean of those.
 */
import pLimit from "p-limit";
import type { Program } from "../reward/program.js";
import { scoredCandidates } from "./history.js";
import { type DesignInputs, finalStepsOf } from "./inputs.js";
import { finalName } from "./progress.js";
import { rank } from "./ranking.js";
import { confirmationSeeds } from "./settings.js";

export async function confirmBest(inputs: DesignInputs): Promise<void> {
  const { journal, settings, executor } = inputs;
  if (journal.state.finalsPlan) return;
  const complete = scoredCandidates(journal.state, settings).filter((scored) => scored.complete);
  const best = rank(complete, settings.tieTolerance).slice(0, settings.confirm);
  if (best.length < 2) return;
  const limit = pLimit(executor.slots);
  await Promise.all(
    best.flatMap(({ candidate }) =>
      confirmationSeeds(settings).map((seed) => limit(() => confirm(inputs, candidate.id, seed))),
    ),
  );
}

async function confirm(inputs: DesignInputs, id: string, seed: number): Promise<void> {
  const { journal, settings, executor, signal, task } = inputs;
  const candidate = journal.state.candidates.find((one) => one.id === id);
  const check = candidate?.attempts.at(-1)?.check;
  const known = candidate?.confirmations.some((confirmation) => confirmation.seed === seed);
  if (!check || known || signal?.aborted) return;
  const { program: reward } = JSON.parse(journal.read(check.path)) as { program: Program };
  const outcome = await executor.run(
    {
      job: { task, reward, settings: inputs.training, engine: "rapier", seed, parent: null },
      steps: finalStepsOf(inputs),
      evaluations: [{ set: "select", profile: "reference", episodes: settings.episodes }],
      fresh: settings.fresh,
    },
    {
      ...(signal ? { signal } : {}),
      onProgress: (row) => journal.observer.training?.(finalName(`again ${id}`, seed), row),
    },
  );
  if (outcome.status === "failed" && (outcome.code === "E_CANCELLED" || signal?.aborted)) return;
  const finished = outcome.status === "finished";
  journal.record({
    type: "candidateConfirmed",
    id,
    seed,
    jobId: outcome.jobId,
    steps: outcome.totalSteps,
    fitness: finished ? outcome.evaluations[0].fitness : null,
    newSteps: finished ? outcome.newSteps : 0,
    cpuSeconds: finished ? outcome.cpuSeconds : 0,
  });
}
