/**
 * Eureka's loop: propose rewards, check them, train a policy with each, tell what happened, propose
 * better ones; then train the best anew and compare it with a person's reward and the sparse one.
 *
 * There is one way through it. Every step looks into the run's state, which is the fold of its log,
 * and does only what is missing. A run that was killed anywhere continues by starting it again.
 */
import pLimit from "p-limit";
import { type ErrorCode, type Issue, RewardsmithError } from "../core/errors.js";
import { hashJson } from "../core/node/hash.js";
import type { Origin } from "../events/event.js";
import type { Candidate, RunState } from "../events/run-state.js";
import type { CompiledTask } from "../reward/compiled-task.js";
import type { RewardCheck } from "../reward/node/check.js";
import { programHash } from "../reward/node/program-hash.js";
import { artifacts } from "../run/run-folder.js";
import { conversationRecord } from "./conversation.js";
import type { DesignContext, FailedProposal, Proposal } from "./designer.js";
import { raiseEngineAlarm } from "./engine-watch.js";
import { trainFinals } from "./finals.js";
import { find, historyOf, memoryOf, notesFor, ofIteration } from "./history.js";
import type { DesignInputs } from "./inputs.js";
import type { Journal } from "./journal.js";
import { isOver } from "./over.js";
import { beforeIteration, whilePaused } from "./pause.js";
import { hackingAlarm, seriesOf } from "./reflection.js";
import { writeReport } from "./report.js";
import { trainAll } from "./training.js";

/** Runs a search, or the rest of it, to the end. Returns the run as it then stands. */
export async function design(inputs: DesignInputs): Promise<RunState> {
  const { journal, settings } = inputs;
  if (journal.state.status === "finished") return journal.state;
  begin(inputs);
  try {
    if (!journal.state.finalsPlan) await search(inputs);
    const { budget } = journal.state;
    if (budget && settings.onBudget === "stop") {
      writeReport(journal);
      const message = `${budget.kind}: ${budget.spent} of ${budget.limit}`;
      journal.record({ type: "runStopped", code: "E_BUDGET_REACHED", message });
      return journal.state;
    }
    if (settings.finals) await trainFinals(inputs);
    inputs.signal?.throwIfAborted();
    journal.record({ type: "runFinished", report: writeReport(journal) });
  } catch (error) {
    journal.record({ type: "runStopped", ...describe(error, inputs.signal) });
    if (!inputs.signal?.aborted) throw error;
  }
  return journal.state;
}

function begin({ journal, ...inputs }: DesignInputs): void {
  const task = { name: inputs.task.task.definition.name, hash: taskHash(inputs.task) };
  const started = journal.state.start;
  if (!started) {
    const { name, description } = inputs.designer;
    journal.record({
      type: "runStarted",
      name: inputs.name,
      task,
      designer: { name, description },
      settings: plain({ design: inputs.settings, training: inputs.training }),
      versions: { ...inputs.versions },
      machine: inputs.machine,
    });
  } else {
    if (started.task.hash !== task.hash) {
      throw new RewardsmithError("E_RUN_TASK_CHANGED", `the task "${task.name}" was edited`, {
        where: inputs.name,
        hint: "undo the change to resume this run, or start a new one",
      });
    }
    journal.record({ type: "runResumed", machine: inputs.machine });
  }
  const { iterations, pendingNotes } = journal.state;
  const known = [...iterations.flatMap((it) => it.notes), ...pendingNotes];
  for (const text of inputs.notes ?? []) {
    if (!known.includes(text)) journal.record({ type: "note", text });
  }
}

async function search(inputs: DesignInputs): Promise<void> {
  const { settings, journal } = inputs;
  if (inputs.start) await iterate(inputs, 0, 0);
  for (let restart = 0; restart < settings.restarts; restart++) {
    for (let n = 1; n <= settings.iterations; n++) {
      if (isOver(inputs)) return;
      await iterate(inputs, restart * settings.iterations + n, restart);
    }
  }
  // Rewards by hand that came too late for the last iteration have one of their own.
  for (let extra = plannedIterations(inputs) + 1; ; extra++) {
    const begun = journal.state.iterations.some((it) => it.iteration === extra);
    if (!begun && (journal.state.pendingForks.length === 0 || isOver(inputs))) return;
    await iterate(inputs, extra, settings.restarts - 1);
  }
}

function plannedIterations({ settings }: DesignInputs): number {
  return settings.restarts * settings.iterations;
}

/** One iteration: propose, check and repair, train, remember. */
async function iterate(inputs: DesignInputs, iteration: number, restart: number): Promise<void> {
  const { journal, settings } = inputs;
  const known = journal.state.iterations.find((it) => it.iteration === iteration);
  if (known?.ended) return;
  if (!known) {
    await beforeIteration(inputs, iteration);
    inputs.signal?.throwIfAborted();
    journal.record({ type: "iterationStarted", iteration, restart });
  }
  await propose(inputs, iteration, restart);
  shareDuplicates(inputs, iteration);
  await trainAll(inputs, iteration, async () => {
    if (!isOver(inputs)) await takeForks(inputs, iteration, restart);
    shareDuplicates(inputs, iteration);
  });
  inputs.signal?.throwIfAborted();
  // To go on with a larger budget is to go on with this iteration.
  if (journal.state.budget && settings.onBudget === "stop") return;

  raiseAlarms(inputs, iteration);
  const past = historyOf(journal, settings, restart, iteration);
  const { last } = memoryOf(past, settings, iteration + 1);
  const best = last?.iteration === iteration ? last.id : null;
  journal.record({ type: "iterationEnded", iteration, best });
}

/** Asks for the candidates that are missing, and checks and repairs each as it comes. */
async function propose(inputs: DesignInputs, iteration: number, restart: number): Promise<void> {
  const { journal, settings, designer, start } = inputs;
  const settled: Promise<void>[] = [];
  let problem: unknown;
  // Checks have a time limit, so they may not crowd each other out.
  const limit = pLimit(inputs.executor.slots);
  const settle = (id: string) => {
    settled.push(
      limit(() => checkAndRepair(inputs, id, restart)).catch((error) => {
        problem ??= error;
      }),
    );
  };
  const deliver = (proposal: Proposal | FailedProposal) => {
    settle(recordProposal(inputs, iteration, proposal, 0));
  };
  const known = ofIteration(journal.state, iteration);
  for (const { id } of known) settle(id);
  if (iteration === 0 && start) {
    const origin: Origin = { kind: "given", parents: [], reason: start.from };
    if (known.length === 0) deliver({ index: 1, source: start.source, origin });
  } else {
    const taken = new Set(known.map(({ index }) => index));
    const wanted = iteration > plannedIterations(inputs) ? 0 : settings.candidates;
    const missing = Array.from({ length: wanted }, (_, i) => i + 1).filter(
      (index) => !taken.has(index),
    );
    try {
      await whilePaused(inputs);
      if (missing.length > 0 && !isOver(inputs)) {
        await designer.propose(contextOf(inputs, iteration, restart), missing, deliver);
      }
    } finally {
      await Promise.all(settled);
    }
  }
  await Promise.all(settled);
  if (problem !== undefined) throw problem;
  if (iteration > 0) await takeForks(inputs, iteration, restart);
}

/** Rewards that people wrote by hand become candidates after the designer's own. */
async function takeForks(inputs: DesignInputs, iteration: number, restart: number): Promise<void> {
  const { journal, settings } = inputs;
  for (;;) {
    const [fork] = journal.state.pendingForks;
    if (!fork) return;
    const known = ofIteration(journal.state, iteration).map(({ index }) => index);
    const index = 1 + Math.max(settings.candidates, ...known);
    const source = journal.read(fork.source);
    const origin: Origin = { kind: "hand", parents: [...fork.parents], reason: fork.reason };
    const id = recordProposal(inputs, iteration, { index, source, origin }, 0);
    await checkAndRepair(inputs, id, restart);
  }
}

function recordProposal(
  { journal }: DesignInputs,
  iteration: number,
  proposal: Proposal | FailedProposal,
  attempt: number,
): string {
  const id = `${iteration}.${proposal.index}`;
  journal.record({
    type: "candidateProposed",
    id,
    iteration,
    index: proposal.index,
    attempt,
    source: journal.write(artifacts.reward(id, attempt + 1), proposal.source),
    origin: { ...proposal.origin, parents: [...proposal.origin.parents] },
    ...("genome" in proposal ? { genome: plain(proposal.genome) } : {}),
  });
  if ("issue" in proposal) {
    recordCheck(journal, id, attempt, { ...notChecked, issues: [proposal.issue] });
  }
  return id;
}

/** Checks the newest version; while it is refused, asks for another, a bounded number of times. */
async function checkAndRepair(inputs: DesignInputs, id: string, restart: number): Promise<void> {
  const { journal, settings, designer } = inputs;
  const repairs = settings.faithful ? 0 : settings.repairs;
  for (;;) {
    const candidate = find(journal.state, id);
    if (candidate.status !== "proposed") return;
    const version = candidate.attempts[candidate.attempts.length - 1];
    if (!version.check) {
      const check = await inputs.check(journal.read(version.source));
      recordCheck(journal, id, version.attempt, check);
      continue;
    }
    const { code, message } = firstError(version.check.issues);
    const { kind } = candidate.origin;
    const byPerson = kind === "given" || kind === "hand";
    if (byPerson || version.attempt >= repairs || isOver(inputs)) {
      journal.record({ type: "candidateRefused", id, code, message });
      return;
    }
    const attempts = candidate.attempts.map(({ source, check }) => ({
      source: journal.read(source),
      issues: (check?.issues ?? []) as readonly Issue[],
    }));
    await whilePaused(inputs);
    const next = version.attempt + 1;
    const context = contextOf(inputs, candidate.iteration, restart);
    const repaired = await designer.repair(context, { id, index: candidate.index, attempts }, next);
    recordProposal(inputs, candidate.iteration, repaired, next);
  }
}

/** The same program is not trained twice: the later candidate shares the earlier one's result. */
function shareDuplicates({ journal }: DesignInputs, iteration: number): void {
  for (const { id, status, attempts } of ofIteration(journal.state, iteration)) {
    if (status !== "accepted") continue;
    const hash = attempts.at(-1)?.check?.programHash;
    const earlier = journal.state.candidates.find(
      (other) =>
        other.id !== id &&
        other.duplicateOf === null &&
        other.attempts.at(-1)?.check?.programHash === hash &&
        isBefore(other, id, journal.state),
    );
    if (earlier) journal.record({ type: "candidateDuplicate", id, of: earlier.id });
  }
}

/**
 * Reward hacking, measured against the largest fitness seen: noise near zero is none. And motion that
 * only the solver allows.
 */
function raiseAlarms(inputs: DesignInputs, iteration: number): void {
  const { journal } = inputs;
  const { state } = journal;
  const known = (id: string) =>
    state.alarms.some((alarm) => alarm.id === id && alarm.kind === "rewardHacking");
  const peaks = state.candidates.map((c) => seriesOf(c.rungs.at(-1)?.reflection, "fitness")?.max);
  const scale = Math.max(...peaks.map((peak) => Math.abs(peak ?? 0)));
  for (const { id, rungs } of ofIteration(state, iteration)) {
    const reflection = rungs.at(-1)?.reflection;
    const message = reflection ? hackingAlarm(reflection, scale) : null;
    if (message !== null && !known(id)) {
      journal.record({ type: "alarm", kind: "rewardHacking", id, message });
    }
    raiseEngineAlarm(inputs, id);
  }
}

function contextOf(inputs: DesignInputs, iteration: number, restart: number): DesignContext {
  const { journal, settings } = inputs;
  const history = historyOf(journal, settings, restart, iteration);
  const memory = memoryOf(history, settings, iteration);
  return {
    run: inputs.name,
    iteration,
    restart,
    candidates: settings.candidates,
    history,
    ...memory,
    notes: notesFor(journal.state, iteration, history, memory),
    conversation: conversationRecord(inputs, () => isOver(inputs)),
    signal: inputs.signal ?? new AbortController().signal,
  };
}

function recordCheck(journal: Journal, id: string, attempt: number, check: RewardCheck): void {
  const path = artifacts.check(id, attempt + 1);
  journal.record({
    type: "candidateChecked",
    id,
    attempt,
    accepted: check.accepted,
    issues: check.issues.map((issue) => ({ ...issue })),
    terms: [...check.terms],
    programHash: check.accepted && check.program ? programHash(check.program) : null,
    path: journal.write(path, `${JSON.stringify(check, null, 1)}\n`),
  });
}

/** Identity of a task: everything that decides numbers, not its words or where it lies. */
function taskHash({ task, programs }: CompiledTask): string {
  const { definition, robot, signals } = task;
  // How a policy is judged in other worlds decides nothing here.
  const { transfer: _judged, ...rest } = definition;
  const { measures: _measures, ...own } = programs;
  return hashJson({ definition: rest, robot, signals, programs: own });
}

function isBefore(a: Candidate, id: string, state: RunState): boolean {
  const b = find(state, id);
  return a.iteration < b.iteration || (a.iteration === b.iteration && a.index < b.index);
}

const notChecked: Omit<RewardCheck, "issues"> = {
  accepted: false,
  terms: [],
  nsPerCall: null,
  samples: {},
  program: null,
};

function firstError(issues: readonly { code: string; severity: string; message: string }[]) {
  const issue = issues.find(({ severity }) => severity === "error") ?? issues[0];
  return { code: issue?.code ?? "E_REWARD_REFUSED", message: issue?.message ?? "refused" };
}

function describe(error: unknown, signal: AbortSignal | undefined) {
  if (signal?.aborted) return { code: "E_CANCELLED" as ErrorCode, message: "stopped by the user" };
  if (error instanceof RewardsmithError) return { code: error.code, message: error.message };
  const message = error instanceof Error ? error.message : String(error);
  return { code: "E_INTERNAL" as ErrorCode, message };
}

/** The value as the log will hold it. */
function plain<T>(value: unknown): T {
  return JSON.parse(JSON.stringify(value));
}
