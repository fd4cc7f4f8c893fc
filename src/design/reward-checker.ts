import type { CompiledTask } from "../reward/compiled-task.js";
import { checkReward, type RewardCheck } from "../reward/node/check.js";
import { recordStates } from "../rl/record-states.js";

/** Tries rewards over states that were recorded once. */
export interface RewardChecker {
  /** `[row][stride]` signals of untrained robots. */
  readonly states: Float32Array;
  check(source: string, signal?: AbortSignal): Promise<RewardCheck>;
}

export async function rewardChecker(task: CompiledTask): Promise<RewardChecker> {
  const states = await recordStates(task);
  return {
    states,
    check: (source, signal) => checkReward(source, task, states, signal ? { signal } : {}),
  };
}
