/**
 * What is reported: the best reward trained anew with seeds the search did not use, beside the human
 * and the sparse reward with the same seeds. Baselines are jobs of the shared store, so they are
 * trained once for all runs.
 */
import pLimit from "p-limit";
import type { FinalKind } from "../events/event.js";
import type { Program } from "../reward/program.js";
import type { TrainingOutcome } from "../run/job.js";
import { artifacts } from "../run/run-folder.js";
import { confirmBest } from "./confirmation.js";
import { bestCandidate, find } from "./history.js";
import { type DesignInputs, finalStepsOf } from "./inputs.js";
import { whilePaused } from "./pause.js";
import { policyChoice } from "./policy-choice.js";
import { finalName } from "./progress.js";
import { fitnessCurve } from "./reflection.js";
import { resultFrom } from "./result.js";
import { finalSeeds } from "./settings.js";

export async function trainFinals(inputs: DesignInputs): Promise<void> {
  const { journal, settings, executor } = inputs;
  await confirmBest(inputs);
  inputs.signal?.throwIfAborted();
  const programs = { best: bestProgram(inputs), ...baselines(inputs) };
  if (!journal.state.finalsPlan) {
    journal.record({
      type: "finalsStarted",
      best: programs.best?.id ?? null,
      which: (["best", "human", "sparse"] as const).filter((which) => programs[which] !== null),
      seeds: finalSeeds(settings),
      steps: finalStepsOf(inputs),
    });
  }
  const plan = journal.state.finalsPlan;
  if (!plan) return;
  const limit = pLimit(executor.slots);
  await Promise.all(
    plan.seeds.flatMap((seed) =>
      plan.which.map((which) =>
        limit(async () => {
          const known = journal.state.finals.some((f) => f.which === which && f.seed === seed);
          const reward = programs[which]?.program;
          if (!known && reward) await trainFinal(inputs, which, seed, reward, plan.steps);
        }),
      ),
    ),
  );
}

async function trainFinal(
  inputs: DesignInputs,
  which: FinalKind,
  seed: number,
  reward: Program,
  steps: number,
): Promise<void> {
  const { journal, settings, executor, signal } = inputs;
  await whilePaused(inputs);
  if (signal?.aborted) return;
  const started = inputs.nowMs();
  const outcome = await executor.run(
    {
      job: {
        task: inputs.task,
        reward,
        settings: inputs.training,
        engine: inputs.task.task.definition.engine,
        seed,
        parent: null,
      },
      steps,
      evaluations: [{ set: "test", profile: "reference", episodes: settings.finalEpisodes }],
      choose: policyChoice(settings, steps),
      fresh: settings.fresh,
    },
    {
      ...(signal ? { signal } : {}),
      onProgress: (row) => journal.observer.training?.(finalName(which, seed), row),
    },
  );
  if (outcome.status === "failed") {
    if (outcome.code === "E_CANCELLED" || signal?.aborted) return;
    const { code, message } = outcome;
    journal.record({ type: "finalFailed", which, seed, code, message });
    return;
  }
  recordFinal(inputs, which, seed, outcome, (inputs.nowMs() - started) / 1000);
}

function recordFinal(
  { journal, task }: DesignInputs,
  which: FinalKind,
  seed: number,
  outcome: Extract<TrainingOutcome, { status: "finished" }>,
  wallSeconds: number,
): void {
  journal.keepTraining({
    curve: artifacts.finalCurve(which, seed),
    checkpoint: artifacts.finalCheckpoint(which, seed),
    tensorboard: artifacts.finalTensorboard(which, seed),
    rows: outcome.metrics,
    evaluations: outcome.evaluations,
    source: outcome.checkpoint,
  });
  journal.record({
    type: "finalEvaluated",
    which,
    seed,
    result: resultFrom(outcome, "test", wallSeconds, task.task),
    curve: fitnessCurve(outcome.metrics),
  });
}

/** The candidate that the finals train: the one planned, or the best of all restarts. */
function bestProgram({ journal, settings }: DesignInputs): { id: string; program: Program } | null {
  const { state } = journal;
  const planned = state.finalsPlan?.best;
  const best = planned ? find(state, planned) : bestCandidate(state, settings);
  const check = best?.attempts.at(-1)?.check;
  if (!best || !check) return null;
  const { program } = JSON.parse(journal.read(check.path)) as { program: Program };
  return { id: best.id, program };
}

function baselines({ task }: DesignInputs) {
  const { human, sparse } = task.programs;
  return {
    human: human ? { program: human } : null,
    sparse: sparse ? { program: sparse } : null,
  };
}
