/** `randomize --designer cem`: randomizations found by training with them. */
import { availableParallelism } from "node:os";
import { createLocalExecutor } from "../run/local-executor.js";
import { type CemSettings, designByTraining } from "../transfer/cem-trainings.js";
import type { FeasibleIntervals } from "../transfer/check-configuration.js";
import type { RandomizationConfiguration } from "../transfer/configuration.js";
import { short } from "../transfer/figures.js";
import { createMeasurer } from "../transfer/measurer.js";
import type { CliContext } from "./context.js";
import type { KnownPolicy } from "./known-policy.js";
import { Progress } from "./progress.js";

/** Usual size: 32 trainings. */
export const cemDefaults = { generations: 4, population: 8, worlds: 48 } as const;

/** The best ones first, at most `count`. Trained from the policy where the store has it. */
export async function configurationsByCem(
  cli: CliContext,
  { task, scene, about }: KnownPolicy,
  prior: FeasibleIntervals,
  count: number,
  settings: CemSettings,
): Promise<RandomizationConfiguration[]> {
  const { terminal, runsFolder, signal } = cli;
  const { reference } = about;
  const parent =
    reference.kind === "job" && reference.steps !== undefined
      ? `${reference.jobId}@${reference.steps}`
      : null;
  const { generations, population, steps } = settings;
  terminal.line(
    `Cross-entropy method: ${generations} × ${population} trainings of ${steps} steps, ${parent ? `from ${parent}` : "from scratch"}`,
  );
  cli.onStop = "What was trained is kept: the same command goes on there.";
  const executor = createLocalExecutor({ runsRoot: runsFolder, slots: availableParallelism() });
  const measurer = createMeasurer();
  const progress = new Progress(terminal, { label: "cem", total: 100, unit: "%" });
  try {
    const tried = await designByTraining({
      ...settings,
      task,
      reward: scene.reward,
      engine: scene.engine,
      parent,
      prior,
      runsRoot: runsFolder,
      executor,
      measure: measurer.measure,
      signal,
      onProgress: (share, generation) =>
        progress.update(Math.floor(100 * share), `generation ${generation + 1}`),
    });
    progress.end();
    const best = tried.slice(0, count);
    for (const { configuration, score } of best) {
      terminal.line(`${configuration.name}  worst tenth ${short(score)}`);
    }
    terminal.line();
    return best.map(({ configuration }) => configuration);
  } finally {
    progress.end();
    await measurer.close();
    await executor.close();
  }
}
