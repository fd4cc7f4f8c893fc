/**
 * A run as it stands: what `fold.ts` makes of its events. Nothing else holds state, so a run that was
 * killed anywhere continues from this.
 */
import type { EventOf, FinalKind, Origin, Reflection, TrainingResult } from "./event.js";

/** One version of a candidate's source: the first proposal, then repairs. */
export interface Attempt {
  readonly attempt: number;
  /** Path of the source. */
  readonly source: string;
  readonly check: Omit<EventOf<"candidateChecked">, "type" | "id"> | null;
}

export interface Rung {
  readonly rung: number;
  readonly result: TrainingResult;
  readonly reflection: Reflection;
  readonly humanCorrelation: number | null;
}

/** A training of a candidate with another seed. */
export interface Again extends Pick<TrainingResult, "physics" | "engineWatch"> {
  readonly seed: number;
  /** Held-out; null where the training failed. */
  readonly fitness: number | null;
}

export interface Repeat extends Again {
  readonly stepsTo95: number | null;
}

export type CandidateStatus =
  | "proposed"
  | "accepted"
  | "refused"
  | "duplicate"
  | "training"
  | "trained"
  | "failed";

export interface Candidate {
  readonly id: string;
  readonly iteration: number;
  readonly index: number;
  readonly origin: Origin;
  readonly genome: unknown;
  readonly attempts: readonly Attempt[];
  readonly status: CandidateStatus;
  /** Why it was refused or failed. */
  readonly failure: { readonly code: string; readonly message: string } | null;
  /** The candidate whose result it shares. */
  readonly duplicateOf: string | null;
  readonly rungs: readonly Rung[];
  /** The last rung whose training began; null before the first. */
  readonly begun: number | null;
  /** Trained with the whole budget rather than stopped early. */
  readonly complete: boolean;
  /** The same steps with other training seeds, while the search went on. */
  readonly repeats: readonly Repeat[];
  /** As long as a final and with other training seeds, before the finals. */
  readonly confirmations: readonly Again[];
}

/** A reward written by hand that is no candidate yet. */
export interface Fork {
  /** Path of the source. */
  readonly source: string;
  readonly parents: readonly string[];
  readonly reason: string;
}

export interface Iteration {
  readonly iteration: number;
  readonly restart: number;
  readonly ended: boolean;
  readonly best: string | null;
  /** Sentences people gave since the iteration before. */
  readonly notes: readonly string[];
  /** How many votes it takes into account: those that stood when it began. */
  readonly votes: number;
  /** The candidate it was told to improve on. */
  readonly promoted: string | null;
}

export type Vote = Pick<EventOf<"vote">, "a" | "b" | "answer">;

export interface EditedReflection {
  readonly iteration: number;
  readonly id: string;
  readonly text: string;
}

export interface Answer {
  readonly iteration: number;
  readonly candidate: number;
  readonly attempt: number;
  readonly path: string;
}

export interface Final {
  readonly which: FinalKind;
  readonly seed: number;
  readonly result: TrainingResult | null;
  readonly curve: readonly (readonly [number, number | null])[];
  readonly failure: { readonly code: string; readonly message: string } | null;
}

export interface Spending {
  /** Environment steps trained for this run: of candidates, and of finals. */
  readonly searchSteps: number;
  readonly finalSteps: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly costUsd: number;
  /** Answers whose price is not known. */
  readonly unpricedAnswers: number;
  readonly cpuSeconds: number;
  /** While a process worked on the run; pauses between processes are not counted. */
  readonly wallSeconds: number;
}

export interface RunState {
  readonly status: "new" | "running" | "paused" | "finished" | "stopped";
  readonly start: EventOf<"runStarted"> | null;
  readonly iterations: readonly Iteration[];
  /** In the order of first proposal. */
  readonly candidates: readonly Candidate[];
  readonly prompts: readonly EventOf<"promptRendered">[];
  readonly answers: readonly Answer[];
  /** Sentences that no iteration has taken up yet. */
  readonly pendingNotes: readonly string[];
  readonly votes: readonly Vote[];
  /** The candidate that the next iteration is told to improve on; null: the best. */
  readonly promoted: string | null;
  /** Told instead of the measured reflection. */
  readonly editedReflections: readonly EditedReflection[];
  /** In the order they came. */
  readonly pendingForks: readonly Fork[];
  /** Requests that have been taken. */
  readonly requests: readonly string[];
  readonly alarms: readonly {
    readonly id: string;
    readonly kind: string;
    readonly message: string;
  }[];
  readonly budget: EventOf<"budgetReached"> | null;
  readonly target: EventOf<"targetReached"> | null;
  readonly finalsPlan: EventOf<"finalsStarted"> | null;
  readonly finals: readonly Final[];
  readonly stopped: { readonly code: string; readonly message: string } | null;
  readonly report: string | null;
  readonly machine: string;
  readonly spent: Spending;
  /** Of the last event that was work, milliseconds since the epoch. */
  readonly lastEventTime: number;
}

export const newRun: RunState = {
  status: "new",
  start: null,
  iterations: [],
  candidates: [],
  prompts: [],
  answers: [],
  pendingNotes: [],
  votes: [],
  promoted: null,
  editedReflections: [],
  pendingForks: [],
  requests: [],
  alarms: [],
  budget: null,
  target: null,
  finalsPlan: null,
  finals: [],
  stopped: null,
  report: null,
  machine: "",
  spent: {
    searchSteps: 0,
    finalSteps: 0,
    promptTokens: 0,
    completionTokens: 0,
    costUsd: 0,
    unpricedAnswers: 0,
    cpuSeconds: 0,
    wallSeconds: 0,
  },
  lastEventTime: 0,
};
