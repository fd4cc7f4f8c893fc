/** One training on the terminal: progress with rate, losses and terms, then its outcome. */
import { RewardsmithError } from "../core/errors.js";
import type { MetricsRow } from "../rl/metrics.js";
import type { Executor } from "../run/executor.js";
import { resultSteps, type TrainingOutcome, type TrainingRequest } from "../run/job.js";
import { formatFitness } from "./numbers.js";
import { Progress, sparkline } from "./progress.js";
import type { Terminal } from "./terminal.js";

export type FinishedTraining = Extract<TrainingOutcome, { status: "finished" }>;

/** Trains and shows it. A reward that fails is thrown, with the code the training gave it. */
export async function showTraining(
  terminal: Terminal,
  executor: Executor,
  request: TrainingRequest,
  { label = "training", signal }: { label?: string; signal?: AbortSignal } = {},
): Promise<FinishedTraining> {
  const total = resultSteps(request.job, request.steps);
  const curve: number[] = [];
  let last: MetricsRow | undefined;
  const progress = new Progress(terminal, {
    label,
    total,
    unit: "steps",
    details: () => (last ? detailLines(terminal, last, curve) : []),
  });
  try {
    const outcome = await executor.run(request, {
      ...(signal ? { signal } : {}),
      onProgress: (row) => {
        last = row;
        if (Number.isFinite(row.fitness)) curve.push(row.fitness);
        terminal.record({ type: "metrics", ...row });
        progress.update(row.totalSteps, `fitness ${formatFitness(curve[curve.length - 1])}`);
      },
    });
    if (outcome.status === "finished") return outcome;
    throw new RewardsmithError(outcome.code, outcome.message, {
      where: `job ${outcome.jobId}`,
      ...failureHint(outcome.code),
    });
  } finally {
    progress.end();
  }
}

function failureHint(code: string): { hint?: string } {
  if (code === "E_CANCELLED") return { hint: "the same command goes on from the last checkpoint" };
  if (code.startsWith("E_REWARD_")) {
    return { hint: "rewardsmith check FILE --task TASK tries a reward before it is trained" };
  }
  return {};
}

function detailLines(terminal: Terminal, row: MetricsRow, curve: readonly number[]): string[] {
  const { color } = terminal;
  const { losses } = row;
  const number = (value: number) => String(Number(value.toPrecision(3)));
  const terms = Object.entries(row.terms).map(([name, value]) => `${name} ${number(value)}`);
  return [
    `  fitness  ${color.cyan(sparkline(curve, 32))} ${formatFitness(curve[curve.length - 1])}`,
    color.dim(`  terms    ${terms.join("  ")}`),
    color.dim(
      `  ppo      kl ${number(losses.approxKl)}  clip ${number(losses.clipFraction)}  ` +
        `explained variance ${number(losses.explainedVariance)}  entropy ${number(losses.entropy)}  ` +
        `lr ${number(row.lr)}  std ${number(row.actionStd)}` +
        (losses.adaptation === undefined ? "" : `  adaptation ${number(losses.adaptation)}`),
    ),
  ];
}
