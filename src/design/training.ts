/** Trains an iteration's candidates, side by side, by successive halving. */
import pLimit from "p-limit";
import type { Candidate } from "../events/run-state.js";
import type { Program } from "../reward/program.js";
import { jobId, type TrainingOutcome, type TrainingRequest } from "../run/job.js";
import { artifacts } from "../run/run-folder.js";
import { wallTimeLeftMs } from "./budget.js";
import { find, losesRank, ofIteration, scoreOf } from "./history.js";
import { type DesignInputs, searchStepsOf } from "./inputs.js";
import type { Journal } from "./journal.js";
import { isTrainingOver } from "./over.js";
import { whilePaused } from "./pause.js";
import { policyChoice, selectEpisodes } from "./policy-choice.js";
import { rank } from "./ranking.js";
import { humanCorrelation, reflect } from "./reflection.js";
import { repeatTrainings } from "./repeats.js";
import { resultFrom } from "./result.js";
import { repeatSeeds, rungsOf } from "./settings.js";

/**
 * Rung by rung: all train up to it, the better ones go on from their checkpoints. `join` is called
 * after the first rung and may add candidates, which then train up to it, too.
 */
export async function trainAll(
  inputs: DesignInputs,
  iteration: number,
  join: () => Promise<void> = async () => {},
): Promise<void> {
  const { journal, settings, executor } = inputs;
  const rungs = rungsOf(settings);
  const limit = pLimit(executor.slots);
  const deadline = deadlineSignal(inputs);
  const inFlight = { steps: 0 };
  try {
    for (let rung = 0; rung < rungs.length; rung++) {
      const seen = new Set<string>();
      for (;;) {
        const next = ofIteration(journal.state, iteration).filter(
          (c) => reaches(c, rung) && !seen.has(c.id),
        );
        if (next.length === 0) break;
        for (const { id } of next) seen.add(id);
        await Promise.all(
          next.map(({ id }) => limit(() => trainRung(inputs, id, rung, inFlight, deadline.signal))),
        );
        if (rung === 0) await join();
      }
      if (rung === rungs.length - 1 || isTrainingOver(inputs)) break;
      dropWorse(inputs, iteration, rung);
    }
    const complete = ofIteration(journal.state, iteration).filter((c) => c.complete);
    await repeatTrainings(inputs, complete, limit, deadline.signal);
    for (const { id } of complete) recordTarget(inputs, id);
  } finally {
    deadline.cancel();
  }
}

async function trainRung(
  inputs: DesignInputs,
  id: string,
  rung: number,
  inFlight: { steps: number },
  signal: AbortSignal,
): Promise<void> {
  const { journal, settings, executor } = inputs;
  await whilePaused({ journal, signal });
  const candidate = find(journal.state, id);
  const rungs = rungsOf(settings);
  const last = rung === rungs.length - 1;
  // A single seed's luck is no end of a search that trains more of them.
  const repeats = repeatSeeds(settings).length > 0;
  if (candidate.rungs.some((r) => r.rung === rung)) {
    if (last && candidate.status === "training") finish(journal, id, true);
    if (!repeats) recordTarget(inputs, id);
    return;
  }
  const steps = Math.round(rungs[rung] * searchStepsOf(inputs));
  const done = candidate.rungs.at(-1)?.result.steps ?? 0;
  const needed = Math.max(0, steps - done);
  if (isTrainingOver(inputs, { begun: inFlight.steps, wanted: needed }) || signal.aborted) return;

  const begunBefore = candidate.begun === rung;
  const request = requestFor(inputs, candidate, { steps, last });
  if (!begunBefore) {
    journal.record({ type: "trainingStarted", id, rung, steps, jobId: jobId(request.job) });
  }
  inFlight.steps += needed;
  const started = inputs.nowMs();
  const outcome = await executor.run(request, {
    signal,
    onProgress: (row) => journal.observer.training?.(id, row),
  });
  inFlight.steps -= needed;

  if (outcome.status === "failed") {
    if (outcome.code === "E_CANCELLED" || signal.aborted) {
      isTrainingOver(inputs);
      return;
    }
    const { code, message } = outcome;
    const lost = Math.max(0, outcome.totalSteps - done);
    journal.record({ type: "trainingFailed", id, code, message, steps: lost });
    return;
  }
  // What an earlier process trained and kept before it was killed was spent on this run, too.
  const newSteps = begunBefore ? outcome.totalSteps - done : outcome.newSteps;
  recordRung(inputs, id, rung, { ...outcome, newSteps }, (inputs.nowMs() - started) / 1000);
  if (last) finish(journal, id, true);
  if (!repeats) recordTarget(inputs, id);
}

function recordRung(
  { journal, task }: DesignInputs,
  id: string,
  rung: number,
  outcome: Extract<TrainingOutcome, { status: "finished" }>,
  wallSeconds: number,
): void {
  const { metrics: rows, evaluations } = outcome;
  journal.keepTraining({
    curve: artifacts.curve(id),
    checkpoint: artifacts.checkpoint(id),
    tensorboard: artifacts.tensorboard(id),
    rows,
    evaluations,
    source: outcome.checkpoint,
  });
  journal.record({
    type: "rungFinished",
    id,
    rung,
    result: resultFrom(outcome, "select", wallSeconds, task.task),
    reflection: reflect(rows),
    humanCorrelation: humanCorrelation(rows),
  });
}

/** After a rung the better share goes on; the others keep what they have. */
function dropWorse({ journal, settings }: DesignInputs, iteration: number, rung: number): void {
  const finished = ofIteration(journal.state, iteration).flatMap((candidate) => {
    const at = candidate.rungs.find((r) => r.rung === rung);
    if (!at || candidate.status === "failed") return [];
    const { stepsTo95, evaluation } = at.result;
    const marked = losesRank({ rungs: [at], repeats: [], confirmations: [] }, settings);
    return [{ candidate, fitness: evaluation.fitness, stepsTo95, complete: true, marked }];
  });
  const keep = Math.max(1, Math.ceil(finished.length * settings.keep));
  const dropped = rank(finished, settings.tieTolerance).slice(keep);
  for (const { candidate } of dropped) {
    if (candidate.status === "training") finish(journal, candidate.id, false);
  }
}

function finish(journal: Journal, id: string, complete: boolean): void {
  journal.record({ type: "trainingFinished", id, complete });
}

function recordTarget({ journal, settings }: DesignInputs, id: string): void {
  const { state } = journal;
  const fitness = scoreOf(state, find(state, id), settings.faithful);
  if (settings.target === null || fitness === null || fitness < settings.target) return;
  if (losesRank(find(state, id), settings)) return;
  if (!state.target) journal.record({ type: "targetReached", id, fitness });
}

/** Node fires a timer set for longer at once. */
const longestTimerMs = 2 ** 31 - 1;

/** Aborts with the caller's signal, or when the wall-time budget is used up. */
function deadlineSignal(inputs: DesignInputs): { signal: AbortSignal; cancel: () => void } {
  const { journal, settings, nowMs } = inputs;
  const deadline = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let over = false;
  // Pauses are not counted, so there may be time left when it rings.
  const arm = () => {
    const left = wallTimeLeftMs(settings, journal.state, nowMs());
    if (left === null || over) return;
    const paused = journal.state.status === "paused";
    if (left === 0 && !paused) deadline.abort();
    else timer = setTimeout(arm, Math.min(paused ? Math.max(left, 1000) : left, longestTimerMs));
  };
  arm();
  const signals = [deadline.signal, ...(inputs.signal ? [inputs.signal] : [])];
  return {
    signal: AbortSignal.any(signals),
    cancel: () => {
      over = true;
      clearTimeout(timer);
    },
  };
}

function requestFor(
  { task, training, settings, journal }: DesignInputs,
  candidate: Candidate,
  { steps, last }: { steps: number; last: boolean },
): TrainingRequest {
  const path = candidate.attempts.at(-1)?.check?.path ?? "";
  const { program } = JSON.parse(journal.read(path)) as { program: Program };
  return {
    job: {
      task,
      reward: program,
      settings: training,
      engine: task.task.definition.engine,
      seed: settings.seed,
      parent: null,
    },
    steps,
    evaluations: [selectEpisodes(settings)],
    ...(last && { choose: policyChoice(settings, steps) }),
    fresh: settings.fresh && candidate.rungs.length === 0,
  };
}

/** Whether a candidate still trains at a rung: it was not stopped or lost before. */
function reaches(candidate: Candidate, rung: number): boolean {
  if (candidate.status === "accepted" || candidate.status === "training") return true;
  return candidate.status === "trained" && candidate.rungs.some((r) => r.rung === rung);
}
