/** `design --quick`: a small search that fits into a coffee break on two cores. */
import type { TaskDefinition } from "../task/task.js";
import type { DesignSettingsInput } from "./settings.js";

/**
 * Settings that a flag still overrides: two rounds of eight candidates, of which the better half is
 * trained on, and the best anew with three seeds. The task says how long, or half of its usual
 * training must do for a candidate and a whole one for the best.
 */
export function quickSearch({
  steps,
  quickSearch: own = {},
}: Pick<TaskDefinition, "steps" | "quickSearch">): DesignSettingsInput {
  return {
    iterations: own.iterations ?? 2,
    candidates: own.candidates ?? 8,
    searchSteps: own.searchSteps ?? Math.ceil(steps / 2),
    finalSteps: own.finalSteps ?? steps,
    halving: true,
    rungs: [0.5, 1],
    keep: 0.5,
    repeats: 0,
    confirm: 2,
    confirmSeeds: 1,
    finalSeeds: 3,
  };
}
