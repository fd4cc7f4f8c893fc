/** A search on this machine, new or taken up again: everything `design` and `resume` share. */
import { availableParallelism, cpus, platform, release } from "node:os";
import { RewardsmithError } from "../core/errors.js";
import { finalStepsOf, searchStepsOf } from "../design/inputs.js";
import { openJournal } from "../design/journal.js";
import { design } from "../design/loop.js";
import type { RunState } from "../events/run-state.js";
import { compileTask } from "../reward/node/compile-task.js";
import { createLocalExecutor } from "../run/local-executor.js";
import type { RunFolder } from "../run/run-folder.js";
import { versions } from "../run/versions.js";
import { loadTask } from "../task/node/load.js";
import { chooseDesigner } from "./choose-designer.js";
import { type CliContext, runsFlag } from "./context.js";
import { exitCode } from "./exit-codes.js";
import { formatCount, formatDuration } from "./progress.js";
import { rewardChecker } from "./read-reward.js";
import { RunView } from "./run-view.js";
import type { SearchOptions } from "./search-options.js";
import { planSearch, type SearchPlan } from "./search-plan.js";
import { printSearchResult } from "./search-result.js";

export async function runSearch(
  cli: CliContext,
  run: RunFolder,
  options: SearchOptions,
): Promise<void> {
  const { terminal, runsFolder, signal } = cli;
  const task = compileTask(await loadTask(run.info.task));
  const { design: settings, training } = options;
  const checker = await rewardChecker(task);
  const designer = await chooseDesigner(cli, task, checker, run, options);
  const baselines = [task.programs.human, task.programs.sparse].filter(Boolean).length;
  const sizes = { task, settings };
  const plan = planSearch(
    settings,
    searchStepsOf(sizes),
    finalStepsOf(sizes),
    baselines,
    checker.stepsPerSecond,
  );
  const slots = options.slots ?? availableParallelism();
  cli.onStop = `Go on with: ${resumeCommand(cli, run)}`;
  announce(cli, run, designer.description, options, plan, slots);

  const view = new RunView(terminal, plan, settings.tieTolerance);
  const executor = createLocalExecutor({ runsRoot: runsFolder, slots });
  const now = () => new Date();
  const journal = openJournal(run, now, {
    event: (event, state) => view.event(event, state),
    training: (name, row) => view.training(name, row),
  });
  let state: RunState;
  try {
    view.begin(journal.state);
    state = await design({
      name: run.info.name,
      task,
      settings,
      training,
      designer,
      executor,
      check: (source) => checker.check(source, signal),
      journal,
      ...(options.start ? { start: options.start } : {}),
      notes: options.notes,
      versions: versions(),
      machine: `${cpus()[0]?.model.trim() ?? "unknown processor"}, ${availableParallelism()} cores, ${platform()} ${release()}, Node ${process.versions.node}`,
      signal,
      nowMs: () => Date.now(),
    });
  } finally {
    view.end();
    journal.close();
    await executor.close();
  }
  if (signal.aborted && state.status !== "finished") {
    throw new RewardsmithError("E_STOPPED", "stopped");
  }
  printSearchResult(cli, run, state);
  if (state.budget) cli.exitCode = exitCode.budget;
  else if (!state.candidates.some((candidate) => candidate.rungs.length > 0)) {
    cli.exitCode = exitCode.failed;
  }
}

export function resumeCommand(cli: CliContext, run: RunFolder): string {
  return `${cli.invocation} resume ${run.info.name}${runsFlag(cli)}`;
}

function announce(
  cli: CliContext,
  run: RunFolder,
  designer: string,
  { design: settings }: SearchOptions,
  plan: SearchPlan,
  slots: number,
): void {
  const { terminal } = cli;
  const restarts = settings.restarts > 1 ? `${settings.restarts} searches of ` : "";
  const halving = settings.halving && !settings.faithful ? ", only the better ones to the end" : "";
  terminal.line(terminal.color.bold(`Designing a reward for ${run.info.task}`));
  terminal.line(`designer   ${designer}`);
  terminal.line(
    `search     ${restarts}${settings.iterations} iterations of ${settings.candidates} candidates, each trained in physics${halving}`,
  );
  if (settings.finals) {
    terminal.line(
      `then       the best anew with ${settings.finalSeeds} new seeds, beside the human and the sparse reward`,
    );
  }
  terminal.line(
    `work       about ${formatCount(plan.totalSteps)} environment steps, ${formatDuration(plan.seconds(slots))} on ${slots} ${slots === 1 ? "core" : "cores"}`,
  );
  terminal.line(`run        ${run.folder} (Ctrl-C stops; ${resumeCommand(cli, run)} goes on)`);
  terminal.line();
}
