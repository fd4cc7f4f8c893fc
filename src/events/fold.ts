/**
 * The fold of a run's events. Pure; every event gives a new state that shares what did not change.
 */
import type { EventOf, RunEvent, StampedEvent } from "./event.js";
import {
  type Again,
  type Attempt,
  type Candidate,
  type Final,
  newRun,
  type RunState,
  type Spending,
} from "./run-state.js";

/** The state after one more event. */
export function fold(state: RunState, event: StampedEvent): RunState {
  const time = Date.parse(event.time);
  // What people say may come while no process works on the run, so it is no sign of work.
  const now = saidByPeople.has(event.type) ? state.lastEventTime : time;
  const working = !beginsWork.has(event.type) && state.status !== "paused";
  const elapsed = working ? Math.max(0, now - state.lastEventTime) / 1000 : 0;
  const next = apply(state, event);
  const request = "request" in event ? event.request : undefined;
  return {
    ...next,
    ...(request === undefined ? {} : { requests: [...state.requests, request] }),
    spent: { ...next.spent, wallSeconds: next.spent.wallSeconds + elapsed },
    lastEventTime: now,
  };
}

const beginsWork: ReadonlySet<RunEvent["type"]> = new Set(["runStarted", "runResumed", "unpaused"]);
const saidByPeople: ReadonlySet<RunEvent["type"]> = new Set([
  "note",
  "vote",
  "stopRequested",
  "reflectionEdited",
  "forked",
  "promoted",
]);

export function foldAll(events: Iterable<StampedEvent>): RunState {
  let state = newRun;
  for (const event of events) state = fold(state, event);
  return state;
}

function apply(state: RunState, event: RunEvent): RunState {
  switch (event.type) {
    case "runStarted":
      return { ...state, status: "running", start: event, machine: event.machine };
    case "runResumed": {
      // Budgets are measured anew, for they may have been raised; not once the search is over.
      const budget = state.finalsPlan ? state.budget : null;
      const { machine } = event;
      return { ...state, status: "running", stopped: null, budget, machine };
    }
    case "iterationStarted": {
      const { iteration, restart } = event;
      const { pendingNotes: notes, promoted } = state;
      const votes = state.votes.length;
      const started = { iteration, restart, ended: false, best: null, notes, votes, promoted };
      return { ...state, iterations: [...state.iterations, started], pendingNotes: [] };
    }
    case "iterationEnded":
      return {
        ...state,
        iterations: state.iterations.map((it) =>
          it.iteration === event.iteration ? { ...it, ended: true, best: event.best } : it,
        ),
      };
    case "promptRendered":
      return { ...state, prompts: [...state.prompts, event] };
    case "answerReceived":
      return answered(state, event);
    case "candidateProposed":
      return proposed(state, event);
    case "candidateChecked": {
      const { attempt, accepted, issues, terms, programHash, path } = event;
      const check = { attempt, accepted, issues, terms, programHash, path };
      return changed(state, event.id, (c) => ({
        attempts: c.attempts.map((a) => (a.attempt === event.attempt ? { ...a, check } : a)),
        status: event.accepted ? "accepted" : "proposed",
      }));
    }
    case "candidateRefused":
      return changed(state, event.id, () => ({ status: "refused", failure: failureOf(event) }));
    case "candidateDuplicate":
      return changed(state, event.id, () => ({ status: "duplicate", duplicateOf: event.of }));
    case "trainingStarted":
      return changed(state, event.id, () => ({ status: "training", begun: event.rung }));
    case "rungFinished": {
      const { rung, result, reflection, humanCorrelation } = event;
      const finished = { rung, result, reflection, humanCorrelation };
      const after = changed(state, event.id, (c) => ({ rungs: [...c.rungs, finished] }));
      return spend(after, {
        searchSteps: state.spent.searchSteps + result.newSteps,
        cpuSeconds: state.spent.cpuSeconds + result.cpuSeconds,
      });
    }
    case "trainingFinished":
      return changed(state, event.id, () => ({ status: "trained", complete: event.complete }));
    case "trainingFailed": {
      const after = changed(state, event.id, () => ({
        status: "failed",
        failure: failureOf(event),
      }));
      return spend(after, { searchSteps: state.spent.searchSteps + event.steps });
    }
    case "note":
      return { ...state, pendingNotes: [...state.pendingNotes, event.text] };
    case "vote": {
      const { a, b, answer } = event;
      return { ...state, votes: [...state.votes, { a, b, answer }] };
    }
    case "paused":
      return { ...state, status: "paused" };
    case "unpaused":
      return { ...state, status: state.status === "paused" ? "running" : state.status };
    case "stopRequested":
    case "requestDropped":
      return state;
    case "reflectionEdited": {
      const { iteration, id, text } = event;
      const others = state.editedReflections.filter(
        (edited) => edited.iteration !== iteration || edited.id !== id,
      );
      const edited = text === null ? others : [...others, { iteration, id, text }];
      return { ...state, editedReflections: edited };
    }
    case "forked": {
      const { source, parents, reason } = event;
      return { ...state, pendingForks: [...state.pendingForks, { source, parents, reason }] };
    }
    case "promoted":
      return { ...state, promoted: event.id };
    case "budgetReached":
      return { ...state, budget: event };
    case "targetReached":
      return { ...state, target: event };
    case "alarm": {
      const { id, kind, message } = event;
      return { ...state, alarms: [...state.alarms, { id, kind, message }] };
    }
    case "candidateRepeated": {
      const repeat = { ...againOf(event), stepsTo95: event.stepsTo95 };
      const after = changed(state, event.id, (c) => ({ repeats: [...c.repeats, repeat] }));
      return spend(after, {
        searchSteps: state.spent.searchSteps + event.newSteps,
        cpuSeconds: state.spent.cpuSeconds + event.cpuSeconds,
      });
    }
    case "candidateConfirmed": {
      const after = changed(state, event.id, (c) => ({
        confirmations: [...c.confirmations, againOf(event)],
      }));
      return spend(after, {
        finalSteps: state.spent.finalSteps + event.newSteps,
        cpuSeconds: state.spent.cpuSeconds + event.cpuSeconds,
      });
    }
    case "finalsStarted":
      return { ...state, finalsPlan: event };
    case "finalEvaluated": {
      const { which, seed, result, curve } = event;
      const final: Final = { which, seed, result, curve, failure: null };
      return spend(
        { ...state, finals: [...state.finals, final] },
        {
          finalSteps: state.spent.finalSteps + result.newSteps,
          cpuSeconds: state.spent.cpuSeconds + result.cpuSeconds,
        },
      );
    }
    case "finalFailed": {
      const { which, seed } = event;
      const final: Final = { which, seed, result: null, curve: [], failure: failureOf(event) };
      return { ...state, finals: [...state.finals, final] };
    }
    case "runFinished":
      return { ...state, status: "finished", report: event.report };
    case "runStopped":
      return { ...state, status: "stopped", stopped: failureOf(event) };
  }
}

function againOf({
  seed,
  fitness,
  physics,
  engineWatch,
}: EventOf<"candidateRepeated" | "candidateConfirmed">): Again {
  return { seed, fitness, ...(physics && { physics }), ...(engineWatch && { engineWatch }) };
}

function answered(state: RunState, event: EventOf<"answerReceived">): RunState {
  const { iteration, candidate, attempt, path } = event;
  const { spent } = state;
  return spend(
    { ...state, answers: [...state.answers, { iteration, candidate, attempt, path }] },
    {
      promptTokens: spent.promptTokens + event.promptTokens,
      completionTokens: spent.completionTokens + event.completionTokens,
      costUsd: spent.costUsd + (event.costUsd ?? 0),
      unpricedAnswers: spent.unpricedAnswers + (event.costUsd === null ? 1 : 0),
    },
  );
}

function proposed(state: RunState, event: EventOf<"candidateProposed">): RunState {
  const attempt: Attempt = { attempt: event.attempt, source: event.source, check: null };
  const genome = event.genome ?? null;
  if (state.candidates.some((c) => c.id === event.id)) {
    return changed(state, event.id, (c) => ({ attempts: [...c.attempts, attempt], genome }));
  }
  const candidate: Candidate = {
    id: event.id,
    iteration: event.iteration,
    index: event.index,
    origin: event.origin,
    genome,
    attempts: [attempt],
    status: "proposed",
    failure: null,
    duplicateOf: null,
    rungs: [],
    complete: false,
    begun: null,
    repeats: [],
    confirmations: [],
  };
  const pendingForks =
    event.origin.kind === "hand" ? state.pendingForks.slice(1) : state.pendingForks;
  return { ...state, pendingForks, candidates: [...state.candidates, candidate] };
}

function changed(
  state: RunState,
  id: string,
  change: (candidate: Candidate) => Partial<Candidate>,
): RunState {
  return {
    ...state,
    candidates: state.candidates.map((c) => (c.id === id ? { ...c, ...change(c) } : c)),
  };
}

function spend(state: RunState, change: Partial<Spending>): RunState {
  return { ...state, spent: { ...state.spent, ...change } };
}

function failureOf({ code, message }: { code: string; message: string }) {
  return { code, message };
}
