/** A search on this machine, new or taken up again: everything `design` and `resume` share. */
import path from "node:path";
import { RewardsmithError } from "../core/errors.js";
import { finalStepsOf, searchStepsOf } from "../design/inputs.js";
import { policyChoice } from "../design/policy-choice.js";
import { rewardChecker } from "../design/reward-checker.js";
import { searchIn, slotsOf } from "../design/search.js";
import { type SearchOptions, searchOptionsOf } from "../design/search-options.js";
import { confirmationSeeds, type DesignSettings, repeatSeeds } from "../design/settings.js";
import type { RunState } from "../events/run-state.js";
import { compileTask } from "../reward/node/compile-task.js";
import type { RunFolder } from "../run/run-folder.js";
import { inEngine, type LoadedTask } from "../task/loaded-task.js";
import { loadTask } from "../task/node/load.js";
import type { ViewServer } from "../view/server-options.js";
import { type ChosenDesigner, chooseDesigner } from "./choose-designer.js";
import { type CliContext, runsFlag } from "./context.js";
import { exitCode } from "./exit-codes.js";
import { counted } from "./numbers.js";
import { formatCount, formatDuration } from "./progress.js";
import { RunView } from "./run-view.js";
import { planSearch, type SearchPlan } from "./search-plan.js";
import { printSearchResult } from "./search-result.js";
import { trainingSpeed } from "./training-speed.js";
import { serveViewer, type ViewerFlags } from "./viewer.js";

export interface Search {
  /** Name of a built-in task, or a folder. */
  readonly task: string;
  readonly options: SearchOptions;
  /** Makes the run's folder, or opens it. */
  readonly open: () => RunFolder;
  readonly viewer: ViewerFlags;
}

export async function runSearch(cli: CliContext, search: Search): Promise<void> {
  const { options } = search;
  const task = inEngine(await loadTask(search.task), options.engine);
  // What is known to be missing, such as a key, is said before an address that would be gone at once.
  const designer = await chooseDesigner(cli, task, options);
  let run: RunFolder | null = null;
  const viewer = await serveViewer(cli, search.viewer, {
    focus: () => run && { kind: "run", run: path.basename(run.folder) },
    waiting: "The search has begun; the first candidates are on their way.",
  });
  const open = () => {
    run = search.open();
    return run;
  };
  try {
    await searchServed(cli, { ...search, open }, task, designer, viewer);
  } finally {
    await viewer?.stop();
  }
}

async function searchServed(
  cli: CliContext,
  { task: name, options, open }: Search,
  loaded: LoadedTask,
  designer: ChosenDesigner,
  viewer: ViewServer | null,
): Promise<void> {
  const { terminal, runsFolder, signal } = cli;
  const task = compileTask(loaded);
  const { design: settings } = options;
  const checker = await rewardChecker(task);
  const baselines = [task.programs.human, task.programs.sparse].filter(Boolean).length;
  const sizes = { task, settings };
  const plan = planSearch(
    settings,
    searchStepsOf(sizes),
    finalStepsOf(sizes),
    baselines,
    await trainingSpeed(task),
  );
  announce(cli, name, designer, options, plan);
  await designer.confirm();
  const run = open();
  const resume = `${cli.invocation} resume ${run.info.name}${runsFlag(cli)}`;
  const again = `${resume}${changedBudgets(run, settings)}`;
  cli.onStop = `Go on with: ${again}`;
  terminal.line(
    `run        ${path.relative(process.cwd(), run.folder)} (Ctrl-C stops; ${again} goes on)`,
  );
  terminal.line();

  const view = new RunView(terminal, plan);
  let state: RunState;
  try {
    state = await searchIn(run, {
      task,
      checker,
      designer: designer.in(run, checker),
      options,
      runsFolder,
      signal,
      observer: {
        event: (event, after) => {
          view.event(event, after);
          viewer?.broadcast({ type: "event", run: path.basename(run.folder), event });
        },
        training: (training, row) => view.training(training, row),
      },
      begin: (before) => view.begin(before),
    });
  } finally {
    view.end();
  }
  const stopped = signal.aborted || state.stopped?.code === "E_CANCELLED";
  if (stopped && state.status !== "finished") {
    throw new RewardsmithError("E_STOPPED", "stopped");
  }
  printSearchResult(cli, run, state);
  if (state.budget && state.status === "stopped") {
    const { kind, limit } = state.budget;
    terminal.line(`Go on with a larger budget: ${resume} ${budgetFlags[kind]} ${2 * limit}`);
  }
  if (state.budget) cli.exitCode = exitCode.budget;
  else if (!state.candidates.some((candidate) => candidate.rungs.length > 0)) {
    cli.exitCode = exitCode.failed;
  }
}

const budgetFlags = {
  money: "--max-money-usd",
  tokens: "--max-tokens",
  environmentSteps: "--max-steps",
  wallTime: "--max-minutes",
} as const;

/** Flags of budgets other than those the run was made with: the next resume has to be told again. */
function changedBudgets(run: RunFolder, settings: DesignSettings): string {
  const { design: before } = searchOptionsOf(run);
  const budgets = [
    [budgetFlags.money, before.maxMoneyUsd, settings.maxMoneyUsd],
    [budgetFlags.tokens, before.maxTokens, settings.maxTokens],
    [budgetFlags.environmentSteps, before.maxSteps, settings.maxSteps],
    [budgetFlags.wallTime, before.maxMinutes, settings.maxMinutes],
  ] as const;
  return budgets
    .filter(([, made, now]) => now !== null && now !== made)
    .map(([flag, , now]) => ` ${flag} ${now}`)
    .join("");
}

function announce(
  cli: CliContext,
  task: string,
  designer: ChosenDesigner,
  options: SearchOptions,
  plan: SearchPlan,
): void {
  const { design: settings } = options;
  const slots = slotsOf(options);
  const { terminal } = cli;
  const restarts = settings.restarts > 1 ? `${settings.restarts} searches of ` : "";
  const halving = settings.halving && !settings.faithful ? ", only the better ones to the end" : "";
  const seeds = repeatSeeds(settings).length;
  const repeats = seeds > 0 ? ` and with ${counted(seeds, "other seed")}` : "";
  const confirmed = confirmationSeeds(settings).length > 0 ? settings.confirm : 0;
  terminal.line(terminal.color.bold(`Designing a reward for ${task}`));
  terminal.line(`designer   ${designer.description}`);
  terminal.line(
    `search     ${restarts}${counted(settings.iterations, "iteration")} of ${counted(settings.candidates, "candidate")}, each trained in ${options.engine}${halving}${repeats}`,
  );
  const { after } = policyChoice(settings, 100);
  if (after.length > 0) {
    terminal.line(
      `policy     of each whole training the best of those after ${after.join(", ")} and 100 %; a reward counts by their mean`,
    );
  }
  if (settings.finals && confirmed > 1) {
    terminal.line(
      `confirm    the best ${confirmed} with ${counted(confirmationSeeds(settings).length, "further seed")}, to tell the good from the lucky`,
    );
  }
  if (settings.finals) {
    terminal.line(
      `then       the best anew with ${counted(settings.finalSeeds, "new seed")}, beside the human and the sparse reward`,
    );
  }
  terminal.line(
    `work       about ${formatCount(plan.totalSteps)} environment steps, ${formatDuration(plan.seconds(slots))} on ${counted(slots, "core")}`,
  );
  for (const line of designer.costs)
    terminal.line(line.replace(/^(\w+(?: at)?) +/, (_, word) => word.padEnd(11)));
}
