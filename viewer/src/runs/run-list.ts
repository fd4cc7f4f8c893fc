/** All runs of the server's folder, asked for again while somebody looks. */
import { signal } from "@preact/signals";
import { type RunSummary, runListSchema } from "../../../src/view/data/answers.js";
import { getJson } from "../state/api.js";

const everyMs = 2000;
/** While some were not read yet. */
const soonMs = 60;

export const runs = signal<readonly RunSummary[] | null>(null);
/** In the folder; those beyond `runs` are still being read. */
export const totalRuns = signal(0);
/** Why the list is not fresh; null while it is. */
export const listProblem = signal<string | null>(null);

let watchers = 0;

/** Keeps the list fresh until the returned function is called. */
export function watchRuns(): () => void {
  watchers++;
  if (watchers === 1) void poll();
  return () => {
    watchers--;
  };
}

async function poll(): Promise<void> {
  while (watchers > 0) {
    if (document.visibilityState === "visible") {
      try {
        const answer = await getJson("/api/runs", runListSchema);
        runs.value = answer.runs;
        totalRuns.value = answer.total;
        listProblem.value = null;
      } catch (error) {
        listProblem.value = error instanceof Error ? error.message : String(error);
      }
    }
    const missing = totalRuns.peek() > (runs.peek()?.length ?? 0);
    await new Promise((resolve) => setTimeout(resolve, missing ? soonMs : everyMs));
  }
}
