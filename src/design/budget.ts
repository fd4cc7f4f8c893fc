/** Limits on what a search may spend. Final trainings are not part of it. */
import type { RunEvent } from "../events/event.js";
import type { RunState } from "../events/run-state.js";
import type { DesignSettings } from "./settings.js";

export type BudgetReached = Extract<RunEvent, { type: "budgetReached" }>;

/**
 * The first budget that is used up, or null. `steps` are environment steps that were begun and are
 * not in the log yet, with those about to be begun.
 */
export function budgetReached(
  settings: DesignSettings,
  state: RunState,
  nowMs: number,
  steps = 0,
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
  const trained = spent.searchSteps;
  if (maxSteps !== null && trained + steps > maxSteps) {
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
  return state.lastEventTime > 0 ? Math.max(0, nowMs - state.lastEventTime) / 1000 : 0;
}
