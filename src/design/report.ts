/** `report.md`: everything a run found, written from its state and the files that names. */
import type { Candidate, RunState } from "../events/run-state.js";
import { artifacts } from "../run/run-folder.js";
import type { WatchMeasure } from "../sim/watch-statistics.js";
import { describeMark, isMarked } from "./engine-watch.js";
import { figure } from "./figure.js";
import { type BestRule, bestCandidate, find, fitnessOf, resultOf } from "./history.js";
import type { Journal } from "./journal.js";
import { policyChoice } from "./policy-choice.js";
import { short } from "./reflection.js";
import { type Comparison, compareFinals, type FinalSummary } from "./score.js";
import { designSettingsSchema } from "./settings.js";

const figureFile = "report.svg";

/** Writes the report, with the picture beside it, and returns its path in the run. */
export function writeReport(journal: Journal): string {
  journal.write(figureFile, figure(journal.state));
  return journal.write(
    artifacts.report,
    report(journal.state, (path) => journal.read(path)),
  );
}

/** The report as Markdown. `read` gives the files that the state names. */
export function report(state: RunState, read: (path: string) => string): string {
  const { start } = state;
  if (!start) return "# Nothing happened yet\n";
  const best = reportedBest(state);
  const lines = [
    `# ${start.name}: rewards for ${start.task.name}`,
    "",
    `Designer: ${start.designer.name} (${start.designer.description}).`,
    ...(state.budget
      ? ["", `The search ended when its ${budgetNames[state.budget.kind]} was used up.`]
      : []),
    ...(state.target ? ["", `The search ended when ${state.target.id} reached the target.`] : []),
    "",
    "## The best reward",
    "",
    ...(best ? bestReward(state, best, read) : ["Nothing could be trained."]),
    "",
    ...finals(compareFinals(state), choosesPolicies(state)),
    `![Candidates by iteration, and final learning curves](${figureFile})`,
    "",
    ...confirmations(state),
    "## Iterations",
    "",
    ...table(
      ["iteration", "best", "fitness", "trained", "refused or failed"],
      state.iterations.map((it) => iterationRow(state, it.iteration, it.best)),
    ),
    "",
    "## Candidates",
    "",
    `Fitness on held-out episodes after the steps shown${choosesPolicies(state) ? ", of a whole training the mean over the policies that its best is chosen of" : ""}; \`r\` is the correlation of the reward with the human one along the training, which no designer is told.`,
    "",
    ...table(
      ["candidate", "fitness", "steps", "steps to 95 %", "r", "from", "what happened"],
      state.candidates.map((candidate) => candidateRow(state, candidate)),
    ),
    "",
    ...engineWatch(state),
    ...(state.alarms.length > 0
      ? ["## Alarms", "", ...state.alarms.map(({ id, message }) => `- ${id}: ${message}`), ""]
      : []),
    ...(best ? lineage(state, best) : []),
    "## What it took",
    "",
    ...costs(state),
    "",
  ];
  return lines.join("\n");
}

const budgetNames = {
  money: "money",
  tokens: "budget of tokens",
  environmentSteps: "budget of environment steps",
  wallTime: "time",
} as const;

const names = {
  best: "best of the search",
  human: "human reward",
  sparse: "sparse reward",
} as const;

function bestReward(state: RunState, best: Candidate, read: (path: string) => string): string[] {
  const path = best.attempts.at(-1)?.source ?? "";
  const fitness = fitnessOf(state, best);
  return [
    `Candidate ${best.id}, fitness ${short(fitness)} in the search (\`${path}\`).`,
    "",
    "```ts",
    read(path).trimEnd(),
    "```",
  ];
}

/** Whether a training's policy is the best of several; the original's is the last. */
function choosesPolicies({ start }: RunState): boolean {
  const { data } = designSettingsSchema.safeParse(start?.settings["design"]);
  return data !== undefined && policyChoice(data, 1).after.length > 0;
}

function finals(comparison: Comparison, choosesPolicies: boolean): string[] {
  const { summaries, normalized, distinguished } = comparison;
  if (summaries.length === 0) return [];
  const lines = [
    "## Trained anew",
    "",
    `Each reward trained from scratch with seeds the search did not use; fitness on test episodes of the deterministic policy, finer physics.${choosesPolicies ? " A training may lose again what it had learned: its policy is the best, on other episodes, of those that it passed (`checkpoints` in the settings)." : ""}`,
    "",
    ...table(
      [
        "reward",
        "fitness",
        "95 % interval",
        "n",
        "steps",
        "steps to 95 %",
        "max of training curve",
      ],
      summaries.map(summaryRow),
    ),
    "",
  ];
  if (normalized) {
    lines.push(
      `Human-normalized score, (best − sparse) / |human − sparse|: ${short(normalized.mean)} (95 % interval ${short(normalized.low)} to ${short(normalized.high)}, n = ${normalized.n}).`,
      "",
    );
  } else if (distinguished === false) {
    lines.push(
      "Human and sparse reward are not distinguished, so there is no human-normalized score; compare the steps to 95 %.",
      "",
    );
  }
  return lines;
}

function summaryRow(summary: FinalSummary): string[] {
  const { mean, low, high, n } = summary.fitness;
  const interval = n > 1 ? `${short(low)} to ${short(high)}` : "–";
  return [
    names[summary.which],
    short(mean),
    interval,
    `${n}${summary.failed > 0 ? ` (${summary.failed} failed)` : ""}`,
    steps(summary.steps),
    steps(summary.stepsTo95),
    short(summary.curveMaximum),
  ];
}

/** What the watch saw at the end of each training, and where that is no physics. */
function engineWatch(state: RunState): string[] {
  const watched = [
    ...state.candidates.flatMap(({ id, rungs, repeats, confirmations }) => [
      ...rungs.slice(-1).map(({ result }) => ({ name: id, result })),
      ...[...repeats, ...confirmations].map((result) => ({
        name: `${id}, seed ${result.seed}`,
        result,
      })),
    ]),
    ...state.finals.flatMap(({ which, seed, result }) =>
      result ? [{ name: `${names[which]}, seed ${seed}`, result }] : [],
    ),
  ].filter(({ result }) => result.physics);
  const marked = watched.filter(({ result }) => isMarked(result));
  if (watched.length === 0 || bestRule(state).engineWatch === "off") return [];
  return [
    "## Engine watch",
    "",
    `Energy from nothing is a mean, the others are 99 % quantiles, over the last fifth of each training. ${marked.length} of ${watched.length} are beyond a limit.`,
    "",
    ...table(
      [
        "policy",
        "energy, W",
        "joints apart, mm",
        "contacts deep, mm",
        "beyond limits, rad",
        "verdict",
      ],
      watched.map(({ name, result }) => {
        const of = (measure: WatchMeasure) => {
          const seen = result.physics?.measures[measure];
          return (measure === "energyGain" ? seen?.mean : seen?.high) ?? null;
        };
        const millimetres = (value: number | null) => short(value === null ? null : 1000 * value);
        return [
          name,
          short(of("energyGain")),
          millimetres(of("anchorError")),
          millimetres(of("penetration")),
          short(of("limitViolation")),
          isMarked(result) ? (result.engineWatch ?? []).map(describeMark).join(", ") : "clean",
        ];
      }),
    ),
    "",
  ];
}

function iterationRow(state: RunState, iteration: number, best: string | null): string[] {
  const all = state.candidates.filter((c) => c.iteration === iteration);
  const lost = all.filter((c) => c.status === "refused" || c.status === "failed").length;
  const candidate = all.find((c) => c.id === best);
  const fitness = candidate ? fitnessOf(state, candidate) : null;
  return [
    String(iteration),
    best ?? "–",
    short(fitness),
    String(all.filter((c) => c.rungs.length > 0).length),
    String(lost),
  ];
}

function candidateRow(state: RunState, candidate: Candidate): string[] {
  const result = resultOf(state, candidate);
  const { kind, parents, reason } = candidate.origin;
  const seeds = 1 + candidate.repeats.length;
  return [
    candidate.id,
    short(fitnessOf(state, candidate)) + (seeds > 1 ? ` (${seeds} seeds)` : ""),
    steps(result?.steps ?? Number.NaN),
    steps(result?.stepsTo95 ?? Number.NaN),
    short(candidate.rungs.at(-1)?.humanCorrelation ?? null),
    parents.length > 0 ? `${kind} of ${parents.join(" and ")}` : kind,
    cell(fate(candidate) ?? reason),
  ];
}

function fate(candidate: Candidate): string | null {
  if (candidate.failure) return `${candidate.failure.code}: ${candidate.failure.message}`;
  if (candidate.duplicateOf) return `the same reward as ${candidate.duplicateOf}`;
  if (candidate.status !== "trained") return "not finished";
  return candidate.complete ? null : `${candidate.origin.reason} (stopped early)`;
}

/** From the best reward back to where it began. */
function lineage(state: RunState, best: Candidate): string[] {
  const lines = ["## Where the best reward came from", ""];
  const seen = new Set<string>();
  const visit = (id: string, depth: number) => {
    const candidate = state.candidates.find((c) => c.id === id);
    if (!candidate || seen.has(id)) return;
    seen.add(id);
    const fitness = short(fitnessOf(state, candidate));
    lines.push(`${"  ".repeat(depth)}- ${id} (fitness ${fitness}): ${candidate.origin.reason}`);
    for (const parent of candidate.origin.parents) visit(parent, depth + 1);
  };
  visit(best.id, 0);
  return [...lines, ""];
}

function costs({ spent, machine, start, prompts }: RunState): string[] {
  const tokens = spent.promptTokens + spent.completionTokens;
  const unpriced =
    spent.unpricedAnswers > 0 ? ` (${spent.unpricedAnswers} answers of unknown price)` : "";
  const files = new Map(prompts.flatMap((prompt) => Object.entries(prompt.files)));
  return [
    ...table(
      ["", ""],
      [
        ["environment steps of the search", steps(spent.searchSteps)],
        ["environment steps of the final trainings", steps(spent.finalSteps)],
        ["wall time", duration(spent.wallSeconds)],
        ["CPU time of trainings", duration(spent.cpuSeconds)],
        [
          "tokens",
          tokens === 0
            ? "none"
            : `${tokens} (${spent.promptTokens} in, ${spent.completionTokens} out)`,
        ],
        ["money", tokens === 0 ? "none" : `$${spent.costUsd.toFixed(4)}${unpriced}`],
        ["machine", machine],
        [
          "versions",
          Object.entries(start?.versions ?? {})
            .map((pair) => pair.join(" "))
            .join(", "),
        ],
        ...[...files].map(([name, hash]) => [`prompt file ${name}`, hash.slice(0, 12)]),
      ],
    ),
    "",
    "Steps trained for other runs and taken from the job store are not counted here.",
  ];
}

/** The best few, trained again before one of them was chosen. */
function confirmations(state: RunState): string[] {
  const confirmed = state.candidates.filter((candidate) => candidate.confirmations.length > 0);
  if (confirmed.length === 0) return [];
  const all = confirmed.flatMap((candidate) => candidate.confirmations.map(({ seed }) => seed));
  const seeds = [...new Set(all)].sort((a, b) => a - b);
  return [
    "## Confirmed before the finals",
    "",
    "The best candidates trained again, as long as a final and with other seeds; the best mean was chosen, because a lucky training is no evidence.",
    "",
    ...table(
      ["candidate", "fitness in the search", ...seeds.map((seed) => `seed ${seed}`)],
      confirmed.map((candidate) => [
        candidate.id,
        short(fitnessOf(state, candidate)),
        ...seeds.map((seed) => {
          const fitness = candidate.confirmations.find((c) => c.seed === seed)?.fitness;
          if (fitness === undefined) return "–";
          return fitness === null ? "failed" : short(fitness);
        }),
      ]),
    ),
    "",
  ];
}

/** What the run was started to rank by. */
export function bestRule({ start }: RunState): BestRule {
  const settings = designSettingsSchema.safeParse(start?.settings["design"]);
  return settings.data ?? designSettingsSchema.parse({});
}

/** The candidate the finals trained, or the one they would train now. */
export function reportedBest(state: RunState): Candidate | null {
  const id = state.finalsPlan?.best;
  if (id) return find(state, id);
  return bestCandidate(state, bestRule(state));
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)];
}

function cell(text: string): string {
  return text.replace(/\|/g, "\\|").replace(/\s+/g, " ");
}

/** `46 s`, `3.4 min`. */
function duration(seconds: number): string {
  return seconds < 60 ? `${short(seconds)} s` : `${short(seconds / 60)} min`;
}

/** `0.4 M`, `12 k`. */
function steps(value: number): string {
  if (!Number.isFinite(value)) return "–";
  if (value >= 1e6) return `${Number((value / 1e6).toPrecision(3))} M`;
  if (value >= 1e3) return `${Number((value / 1e3).toPrecision(3))} k`;
  return String(Math.round(value));
}
