/**
 * A candidate's fitness comes from one training seed, so the best of many is partly the luckiest.
 * Before the finals the best few are trained again with other seeds, the better half of them with
 * more, and the best mean of those is chosen.
 */
import pLimit from "p-limit";
import { mean } from "../core/statistics.js";
import type { Candidate } from "../events/run-state.js";
import type { Program } from "../reward/program.js";
import { find, scoredCandidates } from "./history.js";
import { type DesignInputs, finalStepsOf } from "./inputs.js";
import { finalName } from "./progress.js";
import { rank, type Scored } from "./ranking.js";
import { confirmationRounds } from "./settings.js";

export async function confirmBest(inputs: DesignInputs): Promise<void> {
  const { journal, settings, executor } = inputs;
  if (journal.state.finalsPlan) return;
  const limit = pLimit(executor.slots);
  let left: (Scored & { readonly candidate: Candidate })[] = scoredCandidates(
    journal.state,
    settings,
  ).filter((scored) => scored.complete);
  const used: number[] = [];
  for (const { candidates, seeds } of confirmationRounds(settings, left.length)) {
    left = rank(left, settings.tieTolerance).slice(0, candidates);
    await Promise.all(
      seeds.flatMap((seed) =>
        left.map(({ candidate }) => limit(() => confirm(inputs, candidate.id, seed))),
      ),
    );
    if (inputs.signal?.aborted) return;
    used.push(...seeds);
    left = left.map((scored) => {
      const candidate = find(journal.state, scored.candidate.id);
      return { ...scored, candidate, fitness: confirmedFitness(candidate, used) };
    });
  }
}

/** Mean over these seeds; null where a training failed. */
function confirmedFitness(candidate: Candidate, seeds: readonly number[]): number | null {
  const known = candidate.confirmations.filter(({ seed }) => seeds.includes(seed));
  const values = known.flatMap(({ fitness }) => (fitness === null ? [] : [fitness]));
  return values.length === seeds.length ? mean(values) : null;
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
      job: {
        task,
        reward,
        settings: inputs.training,
        engine: task.task.definition.engine,
        seed,
        parent: null,
      },
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
