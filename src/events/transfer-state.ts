/** What a transfer's events add up to. Pure: the same events always give the same state. */
import type { TransferEvent, TransferRow } from "./transfer-event.js";

type Of<T extends TransferEvent["type"]> = Extract<TransferEvent, { type: T }>;

/** Faults of a machine rather than of what was trained: a resumption tries again what ended by one. */
const passingFaults: ReadonlySet<string> = new Set(["E_WORKER_HUNG", "E_WORKER_CRASHED"]);

/** Names one trained policy. */
export interface TrainingKey {
  readonly row: TransferRow;
  readonly configuration: string;
  readonly seed: number;
}

export interface TransferState {
  readonly status: "new" | "running" | "stopped" | "finished";
  readonly start: Of<"started"> | null;
  readonly base: Of<"baseTrained"> | null;
  readonly prior: Of<"priorMeasured"> | null;
  readonly configurations: Of<"configurationsMade"> | null;
  readonly trained: readonly Of<"trained">[];
  /** Those that a passing fault ended are gone once the run is resumed. */
  readonly failed: readonly Of<"trainingFailed">[];
  readonly compared: readonly Of<"compared">[];
  readonly chosen: Of<"chosen"> | null;
  readonly examined: readonly Of<"examined">[];
  readonly exported: string | null;
  readonly report: string | null;
  readonly stopped: Of<"stopped"> | null;
  /** Between a start or a resumption and the last event that followed it, s, summed. */
  readonly wallSeconds: number;
  /** That when the policy without randomization was trained. */
  readonly baseWallSeconds: number;
  /** Spent by all processes that worked on it: environment steps of trainings, and CPU time of everything, s. */
  readonly worked: { readonly steps: number; readonly cpuSeconds: number };
  /** ISO time of the last event while it runs. */
  readonly lastTime: string | null;
}

export const newTransfer: TransferState = {
  status: "new",
  start: null,
  base: null,
  prior: null,
  configurations: null,
  trained: [],
  failed: [],
  compared: [],
  chosen: null,
  examined: [],
  exported: null,
  report: null,
  stopped: null,
  wallSeconds: 0,
  baseWallSeconds: 0,
  worked: { steps: 0, cpuSeconds: 0 },
  lastTime: null,
};

export function foldTransfer(
  before: TransferState,
  event: TransferEvent & { readonly time: string },
): TransferState {
  const begins = event.type === "started" || event.type === "resumed";
  const since =
    begins || before.lastTime === null ? 0 : Date.parse(event.time) - Date.parse(before.lastTime);
  const state: TransferState = {
    ...before,
    lastTime: event.time,
    wallSeconds: before.wallSeconds + Math.max(0, since) / 1000,
  };
  switch (event.type) {
    case "started":
      return { ...state, status: "running", start: event };
    case "resumed": {
      const failed = state.failed.filter((one) => !isPassing(one));
      return { ...state, status: "running", stopped: null, failed };
    }
    case "baseTrained":
      return { ...state, base: event, baseWallSeconds: state.wallSeconds };
    case "worked": {
      const { steps, cpuSeconds } = state.worked;
      const worked = {
        steps: steps + event.steps,
        cpuSeconds: cpuSeconds + event.cpuSeconds,
      };
      return { ...state, worked };
    }
    case "priorMeasured":
      return { ...state, prior: event };
    case "configurationsMade":
      return { ...state, configurations: event };
    case "trained":
      return { ...state, trained: [...state.trained, event] };
    case "trainingFailed":
      return { ...state, failed: [...state.failed, event] };
    case "compared":
      // What was chosen among fewer is chosen anew; exams that were sat stay.
      return { ...state, compared: [...state.compared, event], chosen: null };
    case "chosen":
      return { ...state, chosen: event, exported: null, report: null };
    case "examined":
      return { ...state, examined: [...state.examined, event] };
    case "exported":
      return { ...state, exported: event.folder };
    case "reported":
      return { ...state, report: event.path };
    case "stopped":
      return { ...state, status: "stopped", stopped: event };
    case "finished":
      return { ...state, status: "finished" };
  }
}

export function foldTransfers(
  events: readonly (TransferEvent & { readonly time: string })[],
): TransferState {
  return events.reduce(foldTransfer, newTransfer);
}

/** Environment steps and CPU seconds of a transfer. Older logs tell them of finished trainings alone. */
export function costsOf({ worked, base, trained }: TransferState): TransferState["worked"] {
  const steps = trained.reduce((sum, { newSteps }) => sum + newSteps, base?.steps ?? 0);
  const cpuSeconds = trained.reduce((sum, one) => sum + one.cpuSeconds, 0);
  return {
    steps: Math.max(worked.steps, steps),
    cpuSeconds: Math.max(worked.cpuSeconds, cpuSeconds),
  };
}

/** Finished, and no training failed that a resumption would try again. */
export function isOver({ status, failed }: TransferState): boolean {
  return status === "finished" && !failed.some(isPassing);
}

/** Failed by a fault that may pass: to be tried again. */
export function isPassing({ code }: { readonly code: string }): boolean {
  return passingFaults.has(code);
}

export function sameTraining(a: TrainingKey, b: TrainingKey): boolean {
  return a.row === b.row && a.configuration === b.configuration && a.seed === b.seed;
}

/** `designed/offline-2, seed 1`, for people. */
export function trainingName({ row, configuration, seed }: TrainingKey): string {
  return `${row === configuration ? row : `${row}/${configuration}`}, seed ${seed}`;
}
