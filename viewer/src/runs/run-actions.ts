/** What the page may do to runs. Every refusal is thrown with what the server said. */
import type { RunRequest } from "../../../src/events/request.js";
import {
  type Check,
  checkSchema,
  doneSchema,
  type StartRequest,
  startedSchema,
} from "../../../src/view/data/answers.js";
import { postJson } from "../state/api.js";

function runPath(run: string, what: string): string {
  return `/api/runs/${encodeURIComponent(run)}/${what}`;
}

/** True once the run's log has it. */
export async function request(run: string, wanted: RunRequest): Promise<boolean> {
  return (await postJson(runPath(run, "requests"), wanted, doneSchema)).taken;
}

export async function startSearch(search: StartRequest): Promise<string> {
  return (await postJson("/api/runs", search, startedSchema)).run;
}

/** Takes up a run that nobody works on. */
export async function resumeRun(run: string): Promise<string> {
  return (await postJson(runPath(run, "resume"), {}, startedSchema)).run;
}

export async function checkReward(run: string, source: string): Promise<Check> {
  return postJson(runPath(run, "check"), { source }, checkSchema);
}

export async function answerPrompt(
  run: string,
  turn: { iteration: number; candidate: number; attempt: number },
  text: string,
): Promise<void> {
  await postJson(runPath(run, "answer"), { ...turn, text }, doneSchema);
}
