/**
 * How people reach a run's one writer. Each request is a file in the run's `inbox/`, written whole,
 * taken in the order of their names, and deleted once its event is in the log. A run that a process
 * works on is written by that process alone, which looks into its inbox all the time; where nobody
 * works on it, whoever leaves a request takes the lock for a moment and does the same. So a viewer
 * inside the designing process, one beside it and one of a finished run all do one thing. A request
 * that was taken by a process that died before it could delete the file is known by its name, which
 * its event carries.
 */
import { randomUUID } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { RewardsmithError } from "../core/errors.js";
import type { RunEvent } from "../events/event.js";
import { type RunRequest, runRequestSchema } from "../events/request.js";
import type { RunState } from "../events/run-state.js";
import { artifacts, type RunFolder } from "../run/run-folder.js";
import { type Journal, openJournal } from "./journal.js";

/** Time between two looks into the inbox. */
const lookMs = 200;

/** What the process that works on a run has open. */
export interface Inbox {
  /** Takes what came since the last look, and looks no more. */
  close(): void;
}

/** @param onStop called when somebody asked the process to end its work */
export function watchInbox(run: RunFolder, journal: Journal, onStop: () => void): Inbox {
  let takenUpAgain = journal.state.start !== null;
  const look = () => {
    try {
      if (takenUpAgain) dropRequests(run, journal);
      takenUpAgain = false;
      if (takeRequests(run, journal)) onStop();
    } catch {
      // What is asked waits for the next look; a full disk is said by what the search itself writes.
    }
  };
  look();
  const timer = setInterval(look, lookMs);
  return {
    close() {
      clearInterval(timer);
      look();
    },
  };
}

/**
 * Leaves a request and waits until it is taken. False where the process that works on the run has
 * not looked for `patienceMs`: it will, as soon as it can.
 */
export async function deliverRequest(
  run: RunFolder,
  request: RunRequest,
  now: () => Date,
  patienceMs = 5000,
): Promise<boolean> {
  const name = `${now()
    .toISOString()
    .replace(/[^\dT]/g, "")}-${randomUUID()}`;
  const file = run.path(run.write(`${inboxFolder}/${name}.json`, JSON.stringify(request)));
  const until = performance.now() + patienceMs;
  for (;;) {
    takeWhereNobodyWorks(run, now);
    if (!existsSync(file)) return true;
    if (performance.now() > until) return false;
    await sleep(lookMs / 4);
  }
}

const inboxFolder = "inbox";

function takeWhereNobodyWorks(run: RunFolder, now: () => Date): void {
  let journal: Journal;
  try {
    journal = openJournal(run, now);
  } catch (error) {
    if (error instanceof RewardsmithError && error.code === "E_RUN_LOCKED") return;
    throw error;
  }
  try {
    takeRequests(run, journal);
  } finally {
    journal.close();
  }
}

/**
 * What a run that is taken up again finds in its inbox was meant for the process that died: whoever
 * left it there while nobody worked on the run has taken it at once. What was said still counts; what
 * was asked of that process does not.
 */
function dropRequests(run: RunFolder, journal: Journal): void {
  for (const name of requestNames(run)) {
    const file = run.path(`${inboxFolder}/${name}.json`);
    const asked = readRequest(file)?.type;
    if (asked !== "pause" && asked !== "unpause" && asked !== "stop") continue;
    if (!journal.state.requests.includes(name)) {
      journal.record({ type: "requestDropped", asked, request: name });
    }
    rmSync(file, { force: true });
  }
}

/** Makes events of what lies in the inbox; true where a stop was asked for. */
function takeRequests(run: RunFolder, journal: Journal): boolean {
  let stop = false;
  for (const name of requestNames(run)) {
    const file = run.path(`${inboxFolder}/${name}.json`);
    const request = readRequest(file);
    if (request && !journal.state.requests.includes(name)) {
      const event = eventOf(request, journal, name);
      if (event) journal.record({ ...event, request: name });
      stop ||= event?.type === "stopRequested";
    }
    rmSync(file, { force: true });
  }
  return stop;
}

function requestNames(run: RunFolder): string[] {
  const folder = run.path(inboxFolder);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /^[\w-]+\.json$/.test(name))
    .map((name) => name.slice(0, -".json".length))
    .sort();
}

function readRequest(file: string): RunRequest | null {
  try {
    return runRequestSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return null;
  }
}

/** Null for what means nothing as the run now stands. */
function eventOf(request: RunRequest, journal: Journal, name: string): AskedEvent | null {
  const { state } = journal;
  switch (request.type) {
    case "note":
      return { type: "note", text: request.text };
    case "vote": {
      const { a, b, answer } = request;
      return has(state, a) && has(state, b) && a !== b ? { type: "vote", a, b, answer } : null;
    }
    case "pause":
      return state.status === "running" ? { type: "paused", why: "asked" } : null;
    case "unpause":
      return state.status === "paused" ? { type: "unpaused" } : null;
    case "stop":
      return state.status === "running" || state.status === "paused"
        ? { type: "stopRequested" }
        : null;
    case "editReflection": {
      const { iteration, id, text } = request;
      return has(state, id) ? { type: "reflectionEdited", iteration, id, text } : null;
    }
    case "fork": {
      const source = journal.write(artifacts.fork(name), request.source);
      const parents = request.parents.filter((id) => has(state, id));
      return { type: "forked", source, parents, reason: request.reason };
    }
    case "promote":
      return request.id === null || has(state, request.id)
        ? { type: "promoted", id: request.id }
        : null;
  }
}

type AskedEvent = Extract<RunEvent, { request?: string | undefined }>;

function has(state: RunState, id: string): boolean {
  return state.candidates.some((candidate) => candidate.id === id);
}
