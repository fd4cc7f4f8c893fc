/** Limits on what a search may spend. Final trainings are not part of it. */
import type { RunEvent } from "../events/event.js";
import type { RunState } from "../events/run-state.js";
import type { DesignSettings } from "./settings.js";

export type BudgetReached = Extract<RunEvent, { type: "budgetReached" }>;

/** Environment steps that are not in the log yet: of trainings in progress, and of one about to begin. */
export interface Pending {
  readonly begun: number;
  readonly wanted: number;
}

/** The first budget that is used up, or that what is wanted would exceed; null where all hold. */
export function budgetReached(
  settings: DesignSettings,
  state: RunState,
  nowMs: number,
  { begun, wanted }: Pending = { begun: 0, wanted: 0 },
): BudgetReached | null {
  const { spent } = state;
  const reached = (kind: BudgetReached["kind"], limit: number, value: number): BudgetReached => ({
    type: "budgetReached",
    kind,
    limit,
    spent: value,
  });
  const { maxMoneyUsd, maxTokens, maxSteps, maxMinutes } = settings;
  if (maxMoneyUsd !== null && spent.costUsd >= maxMoneyUsd) {
    return reached("money", maxMoneyUsd, spent.costUsd);
  }
  const tokens = spent.promptTokens + spent.completionTokens;
  if (maxTokens !== null && tokens >= maxTokens) return reached("tokens", maxTokens, tokens);
  const trained = spent.searchSteps + begun;
  if (maxSteps !== null && (trained >= maxSteps || trained + wanted > maxSteps)) {
    return reached("environmentSteps", maxSteps, trained);
  }
  const minutes = (spent.wallSeconds + sinceLastEvent(state, nowMs)) / 60;
  if (maxMinutes !== null && minutes >= maxMinutes) {
    return reached("wallTime", maxMinutes, minutes);
  }
  return null;
}

/** Milliseconds until the wall-time budget is used up; null without one. */
export function wallTimeLeftMs(
  settings: DesignSettings,
  state: RunState,
  nowMs: number,
): number | null {
  if (settings.maxMinutes === null) return null;
  const spentSeconds = state.spent.wallSeconds + sinceLastEvent(state, nowMs);
  return Math.max(0, 60_000 * settings.maxMinutes - 1000 * spentSeconds);
}

function sinceLastEvent(state: RunState, nowMs: number): number {
  if (state.status === "paused") return 0;
  return state.lastEventTime > 0 ? Math.max(0, nowMs - state.lastEventTime) / 1000 : 0;
}
