/** Standing still while a person wants it: nothing new begins, what was begun goes on to its end. */
import type { DesignInputs } from "./inputs.js";

/** Returns once the run is not paused. */
export async function whilePaused({
  journal,
  signal,
}: Pick<DesignInputs, "journal" | "signal">): Promise<void> {
  while (journal.state.status === "paused" && !signal?.aborted) await journal.changed(signal);
}

/** Before another iteration: where a person wants to see what will be told, the run pauses itself. */
export async function beforeIteration(inputs: DesignInputs, iteration: number): Promise<void> {
  const { journal, settings, designer } = inputs;
  const review = settings.review && designer.readsPrompts && iteration > 1;
  if (review && journal.state.status === "running") {
    journal.record({ type: "paused", why: "review" });
  }
  await whilePaused(inputs);
}
