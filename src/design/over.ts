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
