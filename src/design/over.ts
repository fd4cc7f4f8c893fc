/** When a search begins no new work. */
import { budgetReached, type Pending } from "./budget.js";
import type { DesignInputs } from "./inputs.js";

/** True once no new work may begin; records the budget that was reached. */
export function isOver(inputs: DesignInputs, pending?: Pending): boolean {
  const { journal, settings } = inputs;
  inputs.signal?.throwIfAborted();
  if (journal.state.budget || journal.state.target) return true;
  const reached = budgetReached(settings, journal.state, inputs.nowMs(), pending);
  if (reached) journal.record(reached);
  return reached !== null;
}

/**
 * True once no new training may begin. A budget of money or tokens ends the asking only: what was
 * paid for is trained, unless the run is to go on later with a larger budget.
 */
export function isTrainingOver(inputs: DesignInputs, pending?: Pending): boolean {
  const { journal, settings } = inputs;
  const { budget, target } = journal.state;
  const asking = budget?.kind === "money" || budget?.kind === "tokens";
  if (!asking || target || settings.onBudget === "stop") return isOver(inputs, pending);
  inputs.signal?.throwIfAborted();
  const rest = { ...settings, maxMoneyUsd: null, maxTokens: null };
  const reached = budgetReached(rest, journal.state, inputs.nowMs(), pending);
  if (reached) journal.record(reached);
  return reached !== null;
}
