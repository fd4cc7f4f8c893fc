/** A finished training as the log keeps it. */
import { RewardsmithError } from "../core/errors.js";
import { mean } from "../core/statistics.js";
import type { TrainingResult } from "../events/event.js";
import type { TrainingOutcome } from "../run/job.js";
import type { LoadedTask } from "../task/loaded-task.js";
import { watched } from "./engine-watch.js";
import { curveMaximum, stepsTo95 } from "./reflection.js";

export function resultFrom(
  outcome: Extract<TrainingOutcome, { status: "finished" }>,
  set: "select" | "test",
  wallSeconds: number,
  task: LoadedTask,
): TrainingResult {
  const evaluation = outcome.evaluations.filter((e) => e.set === set).at(-1);
  if (!evaluation) {
    throw new RewardsmithError(
      "E_JOB_NO_EVALUATION",
      `job ${outcome.jobId} has no ${set} episodes`,
    );
  }
  return {
    jobId: outcome.jobId,
    steps: outcome.totalSteps,
    evaluation: {
      ...evaluation,
      fitnessPerEpisode: [...evaluation.fitnessPerEpisode],
      endings: { ...evaluation.endings },
    },
    ...(outcome.choices.length > 0 && { meanFitness: mean(outcome.choices) }),
    ...watched(outcome, set, task),
    stepsTo95: stepsTo95(outcome.metrics),
    curveMaximum: curveMaximum(outcome.metrics),
    policyHash: outcome.policyHash,
    checkpoint: outcome.checkpoint,
    newSteps: outcome.newSteps,
    cpuSeconds: outcome.cpuSeconds,
    wallSeconds,
  };
}
