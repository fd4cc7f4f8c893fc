/** A candidate trained again, with another seed: in the search, or before the finals. */
import { mean } from "../core/statistics.js";
import type { Candidate } from "../events/run-state.js";
import type { Program } from "../reward/program.js";
import type { TrainingOutcome } from "../run/job.js";
import { watched } from "./engine-watch.js";
import type { DesignInputs } from "./inputs.js";
import { whilePaused } from "./pause.js";
import { policyChoice, selectEpisodes } from "./policy-choice.js";
import { finalName } from "./progress.js";

/** Null where it was cancelled, or where nothing of the candidate could be trained. */
export async function trainAgain(
  { journal, settings, executor, task, training }: DesignInputs,
  candidate: Candidate,
  { seed, steps, signal }: { seed: number; steps: number; signal: AbortSignal | undefined },
): Promise<TrainingOutcome | null> {
  await whilePaused({ journal, ...(signal ? { signal } : {}) });
  const check = candidate.attempts.at(-1)?.check;
  if (!check || signal?.aborted) return null;
  const { program: reward } = JSON.parse(journal.read(check.path)) as { program: Program };
  const { engine } = task.task.definition;
  const outcome = await executor.run(
    {
      job: { task, reward, settings: training, engine, seed, parent: null },
      steps,
      evaluations: [selectEpisodes(settings)],
      choose: policyChoice(settings, steps),
      fresh: settings.fresh,
    },
    {
      ...(signal ? { signal } : {}),
      onProgress: (row) =>
        journal.observer.training?.(finalName(`again ${candidate.id}`, seed), row),
    },
  );
  const cancelled = outcome.status === "failed" && outcome.code === "E_CANCELLED";
  return cancelled || signal?.aborted ? null : outcome;
}

/** What the log keeps of it. */
export function againRecord(outcome: TrainingOutcome, { task }: Pick<DesignInputs, "task">) {
  const finished = outcome.status === "finished";
  return {
    jobId: outcome.jobId,
    steps: outcome.totalSteps,
    fitness: finished ? mean(outcome.choices) : null,
    ...(finished ? watched(outcome, "select", task.task) : {}),
    newSteps: finished ? outcome.newSteps : 0,
    cpuSeconds: finished ? outcome.cpuSeconds : 0,
  };
}
