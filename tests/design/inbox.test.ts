import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { expect, test, vi } from "vitest";
import { deliverRequest, watchInbox } from "../../src/design/inbox.js";
import { openJournal } from "../../src/design/journal.js";
import { eventFormat } from "../../src/events/event.js";
import { readEventLog } from "../../src/run/event-log.js";
import { createRun, type RunFolder } from "../../src/run/run-folder.js";
import { temporaryFolder } from "../temporary-folder.js";

const now = () => new Date();

/** A run with two candidates. */
function someRun(): RunFolder {
  const runsRoot = temporaryFolder("inbox");
  const run = createRun({ runsRoot, task: "swingup", options: {}, name: "one" }, now);
  const journal = openJournal(run, now);
  const task = { name: "swingup", hash: "" };
  const designer = { name: "list", description: "" };
  const about = { name: "one", task, designer, settings: {}, versions: {}, machine: "" };
  journal.record({ type: "runStarted", ...about });
  journal.record({ type: "iterationStarted", iteration: 1, restart: 0 });
  for (const index of [1, 2]) {
    const origin = { kind: "random" as const, parents: [], reason: "" };
    const place = { id: `1.${index}`, iteration: 1, index, attempt: 0, source: "r.ts" };
    journal.record({ type: "candidateProposed", ...place, origin });
  }
  journal.close();
  return run;
}

const typesOf = (run: RunFolder) =>
  readEventLog(run.eventsFile, eventFormat)
    .events.slice(4)
    .map(({ type }) => type);
const inboxOf = (run: RunFolder) => readdirSync(run.path("inbox"));

test("where nobody works on a run, whoever asks writes the event", async () => {
  const run = someRun();
  const vote = { type: "vote", a: "1.1", b: "1.2", answer: "b" } as const;
  expect(await deliverRequest(run, vote, now)).toBe(true);
  expect(await deliverRequest(run, { type: "note", text: "it hops" }, now)).toBe(true);
  expect(typesOf(run)).toEqual(["vote", "note"]);
  expect(inboxOf(run)).toEqual([]);
});

test("where a process works on it, that process writes the event", async () => {
  const run = someRun();
  const journal = openJournal(run, now);
  const stopped = vi.fn();
  const inbox = watchInbox(run, journal, stopped);
  expect(await deliverRequest(run, { type: "pause" }, now)).toBe(true);
  expect(journal.state.status).toBe("paused");
  expect(await deliverRequest(run, { type: "unpause" }, now)).toBe(true);
  const source = "export function reward() {}";
  const fork = { type: "fork" as const, source, parents: ["1.1", "9.9"], reason: "by hand" };
  await deliverRequest(run, fork, now);
  expect(journal.state.pendingForks).toMatchObject([{ parents: ["1.1"], reason: "by hand" }]);
  expect(run.read(journal.state.pendingForks[0].source)).toBe(source);
  await deliverRequest(run, { type: "stop" }, now);
  expect(stopped).toHaveBeenCalledOnce();
  inbox.close();
  journal.close();
  expect(typesOf(run)).toEqual(["paused", "unpaused", "forked", "stopRequested"]);
});

test("a process that does not look is waited for, and finds the request later", async () => {
  const run = someRun();
  const journal = openJournal(run, now);
  expect(await deliverRequest(run, { type: "note", text: "later" }, now, 50)).toBe(false);
  watchInbox(run, journal, () => {}).close();
  expect(journal.state.pendingNotes).toEqual(["later"]);
  journal.close();
});

test("what was asked of a process that died is not obeyed by the one that goes on; what was said counts", async () => {
  const run = someRun();
  const dying = openJournal(run, now);
  for (const request of [
    { type: "stop" },
    { type: "pause" },
    { type: "note", text: "hops" },
  ] as const) {
    expect(await deliverRequest(run, request, now, 0)).toBe(false);
  }
  dying.close();
  const journal = openJournal(run, now);
  const stopped = vi.fn();
  const inbox = watchInbox(run, journal, stopped);
  expect(stopped).not.toHaveBeenCalled();
  expect(journal.state.status).toBe("running");
  expect(await deliverRequest(run, { type: "pause" }, now)).toBe(true);
  expect(journal.state.status).toBe("paused");
  inbox.close();
  journal.close();
  expect(typesOf(run)).toEqual(["requestDropped", "requestDropped", "note", "paused"]);
  expect(inboxOf(run)).toEqual([]);
});

test("a request whose taker died before it could delete it is not taken twice", async () => {
  const run = someRun();
  await deliverRequest(run, { type: "note", text: "once" }, now);
  const [event] = readEventLog(run.eventsFile, eventFormat).events.slice(4);
  const name = "request" in event ? event.request : "";
  writeFileSync(run.path(`inbox/${name}.json`), JSON.stringify({ type: "note", text: "once" }));
  const journal = openJournal(run, now);
  watchInbox(run, journal, () => {}).close();
  journal.close();
  expect(typesOf(run)).toEqual(["note"]);
  expect(inboxOf(run)).toEqual([]);
});

test("a request that cannot be written does no harm to the search, and is taken once it can", async () => {
  const run = someRun();
  const journal = openJournal(run, now);
  const record = vi.spyOn(journal, "record").mockImplementation(() => {
    throw new Error("no space left");
  });
  const inbox = watchInbox(run, journal, () => {});
  const taken = deliverRequest(run, { type: "note", text: "it hops" }, now, 60_000);
  await expect.poll(() => record.mock.calls.length, { timeout: 20_000 }).toBeGreaterThan(1);
  record.mockRestore();
  expect(await taken).toBe(true);
  expect(journal.state.pendingNotes).toEqual(["it hops"]);
  inbox.close();
  journal.close();
});

test("what is no request, or means nothing now, leaves no event", async () => {
  const run = someRun();
  mkdirSync(run.path("inbox"), { recursive: true });
  writeFileSync(run.path("inbox/1.json"), "{ half");
  writeFileSync(run.path("inbox/2.json"), '{"type":"runFinished","report":""}');
  writeFileSync(run.path("inbox/notes.txt"), "not for us");
  for (const request of [
    { type: "vote", a: "1.1", b: "7.7", answer: "a" },
    { type: "promote", id: "7.7" },
    { type: "unpause" },
  ] as const) {
    await deliverRequest(run, request, now);
  }
  expect(typesOf(run)).toEqual([]);
  expect(inboxOf(run)).toEqual(["notes.txt"]);
});
