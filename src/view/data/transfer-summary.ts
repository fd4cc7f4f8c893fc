/** A transfer in one row, and what its page shows: stages, policies, report. */
import { transferFormat, transferLogFile } from "../../events/transfer-event.js";
import {
  costsOf,
  foldTransfers,
  sameTraining,
  type TrainingKey,
  type TransferState,
  trainingName,
} from "../../events/transfer-state.js";
import { readEventLog } from "../../run/event-log.js";
import type { RunFolder, RunInfo } from "../../run/run-folder.js";
import {
  type TransferSettings,
  trainingCount,
  transferSettingsSchema,
} from "../../transfer/settings.js";
import { stageNames } from "../../transfer/transfer-parts.js";
import type { RunStatus, RunSummary, TransferSummary } from "./answers.js";
import { emptySummary } from "./run-summary.js";

export function isTransfer(info: RunInfo): boolean {
  return info.options["transfer"] !== undefined;
}

/** @param live whether a process holds the log's lock */
export function summarizeTransfer(folder: RunFolder, live: boolean): RunSummary {
  const { info } = folder;
  const { events } = readEventLog(folder.path(transferLogFile), transferFormat);
  const state = foldTransfers(events);
  const settings = transferSettingsSchema.safeParse(info.options["transfer"]).data ?? null;
  const planned = settings && trainingCount(settings) + 1;
  const { base, trained, failed, start } = state;
  return {
    ...emptySummary(info),
    task: start?.task ?? info.task,
    ...statusOf(state, live),
    designer: "transfer",
    candidates: {
      all: planned ?? trained.length + failed.length + 1,
      trained: trained.length + (base ? 1 : 0),
      lost: failed.length,
      training: 0,
    },
    steps: costsOf(state).steps,
    wallSeconds: state.wallSeconds,
    lastEventTime: state.lastTime === null ? 0 : Date.parse(state.lastTime),
    transfer: {
      stages: stagesOf(state, settings),
      policies: policiesOf(state),
      report: state.report,
    },
  };
}

function statusOf(state: TransferState, live: boolean): { status: RunStatus; why: string | null } {
  const { status, stopped } = state;
  if (status === "finished" || status === "new") return { status, why: null };
  if (live) return { status: "running", why: null };
  if (!stopped) return { status: "interrupted", why: "its process ended without a word" };
  return {
    status: stopped.code === "E_CANCELLED" ? "stopped" : "failed",
    why: stopped.message,
  };
}

function stagesOf(
  state: TransferState,
  settings: TransferSettings | null,
): TransferSummary["stages"] {
  const { base, prior, configurations, trained, failed, compared, examined, report } = state;
  const policies = settings && trainingCount(settings);
  const exams = settings && settings.rows.length * settings.seeds.length;
  const finished = state.status === "finished";
  const stage = (name: string, done: number, of: number | null) => ({
    name,
    done,
    of: finished ? done : of,
  });
  const step = (name: string, part: unknown) => stage(name, part === null ? 0 : 1, 1);
  return [
    step(stageNames.base, base),
    step(stageNames.prior, prior),
    step(stageNames.configurations, configurations),
    stage(stageNames.trainings, trained.length + failed.length, policies),
    stage(stageNames.choosing, compared.length, policies && policies - failed.length),
    stage(stageNames.exam, examined.length, exams),
    step("report", report),
  ];
}

function policiesOf(state: TransferState): TransferSummary["policies"] {
  const { trained, failed, compared, examined, chosen } = state;
  const best = chosen?.policies[0];
  const about = (key: TrainingKey, problem: string | null) => ({
    name: trainingName(key),
    problem,
    worstTenth: compared.find((one) => sameTraining(one, key))?.worstTenth ?? null,
    passed: examined.find((one) => sameTraining(one, key))?.passed ?? null,
    chosen: best !== undefined && sameTraining(best, key),
  });
  return [
    ...trained.map((key) => about(key, null)),
    ...failed.map((key) => about(key, `${key.code}: ${key.message}`)),
  ];
}
