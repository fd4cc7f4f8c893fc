/**
 * A run on the terminal: a reader of its events. One line per finished candidate, a live block with
 * what is being trained, plain lines elsewhere, the events themselves with `--json`.
 */
import {
  type BestRule,
  bestCandidate,
  fitnessOf as candidateFitness,
  losesRank,
  resultOf,
} from "../design/history.js";
import { finalName } from "../design/progress.js";
import { bestOf } from "../design/ranking.js";
import { bestRule } from "../design/report.js";
import type { Origin, StampedEvent } from "../events/event.js";
import type { Candidate, RunState } from "../events/run-state.js";
import { searchFitness, searchStepsTo95 } from "../events/search-fitness.js";
import type { MetricsRow } from "../rl/metrics.js";
import { counted, formatFitness } from "./numbers.js";
import { Progress, sparkline } from "./progress.js";
import type { SearchPlan } from "./search-plan.js";
import { cutToWidth, type Terminal } from "./terminal.js";

/** What a training in progress has shown so far. */
interface LiveTraining {
  readonly fitness: number[];
  totalSteps: number;
  terms: Readonly<Record<string, number>>;
}

export class RunView {
  private readonly terminal: Terminal;
  private readonly plan: SearchPlan;
  private readonly progress: Progress;
  private readonly live = new Map<string, LiveTraining>();
  private state: RunState | undefined;

  constructor(terminal: Terminal, plan: SearchPlan) {
    this.terminal = terminal;
    this.plan = plan;
    this.progress = new Progress(terminal, {
      label: "search",
      total: plan.totalSteps,
      unit: "steps",
      details: () => [...this.live].map(([id, training]) => this.trainingLine(id, training)),
    });
  }

  /** What was there before this process took the run up. */
  begin(state: RunState): void {
    this.state = state;
  }

  /** Takes one more event and the state after it. */
  event(event: StampedEvent, state: RunState): void {
    this.state = state;
    this.terminal.record(event);
    const line = this.describe(event, state);
    if ("id" in event && event.id && endsTraining.has(event.type)) this.live.delete(event.id);
    if (event.type === "candidateConfirmed" || event.type === "candidateRepeated") {
      this.live.delete(finalName(`again ${event.id}`, event.seed));
    }
    if (event.type === "finalEvaluated" || event.type === "finalFailed") {
      this.live.delete(finalName(event.which, event.seed));
    }
    if (line !== undefined) {
      const { live, columns } = this.terminal;
      this.terminal.line(live ? cutToWidth(line, columns) : line);
    }
    this.refresh();
  }

  /** Takes one more iteration of a training: a candidate's by its id, a final's by `which, seed`. */
  training(name: string, row: MetricsRow): void {
    const training = this.live.get(name) ?? { fitness: [], totalSteps: 0, terms: {} };
    if (Number.isFinite(row.fitness)) training.fitness.push(row.fitness);
    training.totalSteps = row.totalSteps;
    training.terms = row.terms;
    this.live.set(name, training);
    this.refresh();
  }

  end(): void {
    this.progress.end();
  }

  private refresh(): void {
    const { state } = this;
    if (!state) return;
    let running = 0;
    for (const [name, training] of this.live) {
      running += Math.max(0, training.totalSteps - trainedSteps(state, name));
    }
    const best = bestCandidate(state, bestRule(state));
    const parts = [
      best ? `best ${best.id} at ${formatFitness(fitnessOf(best))}` : "",
      state.spent.costUsd > 0 ? `$${state.spent.costUsd.toFixed(2)}` : "",
    ];
    const { done, total } = this.plan.progress(state, running);
    this.progress.update(done, parts.filter(Boolean).join(", "), total);
  }

  private trainingLine(name: string, training: LiveTraining): string {
    const { color } = this.terminal;
    const last = training.fitness[training.fitness.length - 1] ?? Number.NaN;
    const terms = Object.entries(training.terms)
      .slice(0, 4)
      .map(([term, value]) => `${term} ${Number(value.toPrecision(2))}`)
      .join("  ");
    return `  ${name.padEnd(8)} ${color.cyan(sparkline(training.fitness).padEnd(16))} fitness ${formatFitness(last)}  ${color.dim(terms)}`;
  }

  private describe(event: StampedEvent, state: RunState): string | undefined {
    const { color } = this.terminal;
    switch (event.type) {
      case "iterationStarted":
        return event.iteration === 0
          ? undefined
          : color.bold(`iteration ${event.iteration}`) +
              color.dim(event.restart > 0 ? ` (restart ${event.restart})` : "");
      case "candidateChecked": {
        const errors = event.issues.filter((issue) => issue.severity === "error");
        return event.accepted
          ? undefined
          : color.dim(
              `  ${event.id}    refused at try ${event.attempt + 1}: ${errors[0]?.message ?? ""}`,
            );
      }
      case "candidateRefused":
      case "trainingFailed":
        return `  ${event.id}  ${color.red("failed")}   ${event.code}: ${firstLine(event.message)}`;
      case "candidateDuplicate":
        return `  ${event.id}  ${color.dim(`the same reward as ${event.of}`)}`;
      case "trainingFinished":
        return this.finishedLine(event.id, event.complete, state);
      case "alarm":
        return color.yellow(`  ${event.id}  alarm: ${event.message}`);
      case "iterationEnded": {
        const best = state.candidates.find((candidate) => candidate.id === event.best);
        return best
          ? `  best of iteration ${event.iteration}: ${best.id} at ${formatFitness(candidateFitness(state, best))}${originalScore(state, best)}`
          : `  nothing could be trained in iteration ${event.iteration}`;
      }
      case "requestDropped":
        return color.dim(`"${event.asked}" was asked of the process before this one: not obeyed`);
      case "budgetReached":
        return color.yellow(
          `budget reached: ${event.kind} ${round(event.spent)} of ${event.limit}`,
        );
      case "targetReached":
        return `${event.id} reached the target with fitness ${formatFitness(event.fitness)}`;
      case "candidateRepeated":
      case "candidateConfirmed":
        return `  ${event.id}  again with seed ${event.seed}  fitness ${event.fitness === null ? color.red("failed") : formatFitness(event.fitness)}`;
      case "finalsStarted":
        return color.bold(
          `final trainings: ${event.which.join(", ")}, ${counted(event.seeds.length, "new seed")} each`,
        );
      case "finalEvaluated":
        return `  ${event.which.padEnd(6)}  seed ${event.seed}  fitness ${formatFitness(event.result.evaluation.fitness)}`;
      case "finalFailed":
        return `  ${event.which.padEnd(6)}  seed ${event.seed}  ${color.red("failed")} ${event.code}: ${firstLine(event.message)}`;
      default:
        return undefined;
    }
  }

  private finishedLine(id: string, complete: boolean, state: RunState): string {
    const { color } = this.terminal;
    const candidate = state.candidates.find((one) => one.id === id);
    if (!candidate) return `  ${id}`;
    const score = formatFitness(fitnessOf(candidate));
    const isBest = bestCandidate(state, bestRule(state))?.id === id;
    const shown = isBest ? color.green(score) : score;
    const fate = complete ? (isBest ? "  best so far" : "") : "  stopped early";
    return `  ${id}  fitness ${shown}${originalScore(state, candidate)}${fate}  ${color.dim(describeOrigin(candidate.origin))}`;
  }
}

const endsTraining: ReadonlySet<string> = new Set([
  "rungFinished",
  "trainingFinished",
  "trainingFailed",
]);

/** `mutation of 1.3: upright weighs more`. */
export function describeOrigin(origin: Origin): string {
  const parents = origin.parents.length > 0 ? ` of ${origin.parents.join(" and ")}` : "";
  return `${origin.kind}${parents}${origin.reason ? `: ${firstLine(origin.reason)}` : ""}`;
}

/** What a faithful search ranks by, where that is not the fitness. */
function originalScore(state: RunState, candidate: Candidate): string {
  if (!bestRule(state).faithful) return "";
  return ` (highest in training ${formatFitness(resultOf(state, candidate)?.curveMaximum ?? null)})`;
}

/** Measured on held-out episodes after the last rung; NaN before the first. */
export function fitnessOf(candidate: Candidate): number {
  return searchFitness(candidate) ?? Number.NaN;
}

/** As the search itself ranks them: clean ones first, then those trained to the end, ties by speed. */
export function bestSoFar(
  candidates: readonly Candidate[],
  tieTolerance: number,
  rule: BestRule | null = null,
): Candidate | undefined {
  const scored = candidates
    .filter((candidate) => candidate.status !== "failed" && searchFitness(candidate) !== null)
    .map((candidate) => ({
      candidate,
      fitness: fitnessOf(candidate),
      stepsTo95: searchStepsTo95(candidate),
      complete: candidate.complete,
      marked: rule !== null && losesRank(candidate, rule),
    }));
  return bestOf(scored, tieTolerance)?.candidate;
}

/** Steps that finished rungs of a candidate have counted. */
function trainedSteps(state: RunState, id: string): number {
  const rungs = state.candidates.find((candidate) => candidate.id === id)?.rungs ?? [];
  return rungs[rungs.length - 1]?.result.steps ?? 0;
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0];
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
