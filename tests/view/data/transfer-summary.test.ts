import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  type TransferEvent,
  transferFormat,
  transferLogFile,
} from "../../../src/events/transfer-event.js";
import { openEventLog } from "../../../src/run/event-log.js";
import { createRun } from "../../../src/run/run-folder.js";
import { StoredRuns } from "../../../src/view/data/stored-runs.js";
import { examText, stageText } from "../../../viewer/src/runs/transfer-text.js";

const now = () => new Date(1.7e12);
const settings = {
  rows: ["none", "designed"],
  configurations: 2,
  seeds: [1],
  baseSteps: 1000,
  steps: 500,
  warm: true,
  engine: "rapier",
  choosingWorlds: 2,
  choosingSeconds: 1,
  examEpisodes: 2,
  examCellEpisodes: 2,
  rappRepeats: 2,
  faithful: false,
  slots: null,
  designer: "offline",
  llm: {},
  prompts: "dreureka",
  recording: null,
};
const plain = { row: "none", configuration: "none", seed: 1 } as const;
const first = { row: "designed", configuration: "offline-1", seed: 1 } as const;
const second = { row: "designed", configuration: "offline-2", seed: 1 } as const;
const done = { jobId: "j", steps: 500, newSteps: 500, cpuSeconds: 1 };
const compared = { path: "choosing/0.json", mean: 2, success: 1, smoothness: null };

let root: string;
let log: ReturnType<typeof openEventLog<TransferEvent>>;
const record = (...events: TransferEvent[]) => {
  for (const event of events) log.append(event);
};
const summary = () => new StoredRuns(root).list(() => 0).runs[0];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "rewardsmith-transfer-"));
  const options = { transfer: settings };
  const run = createRun({ runsRoot: root, name: "there", task: "go1-walk", options }, now);
  log = openEventLog(run.path(transferLogFile), transferFormat, now);
  record(
    {
      type: "started",
      name: "there",
      task: "go1-walk",
      rewardLabel: "",
      designer: "",
      machine: "",
      versions: {},
    },
    { type: "baseTrained", jobId: "b", steps: 1000 },
    { type: "priorMeasured", path: "prior.json", seconds: 1 },
    { type: "configurationsMade", path: "configurations.json", rows: [] },
    { type: "trained", ...plain, ...done },
    { type: "trained", ...first, ...done },
  );
});
afterEach(() => {
  log.close();
  rmSync(root, { recursive: true, force: true });
});

test("a transfer at work tells its stage and how many of its trainings are done", () => {
  const { status, transfer, candidates, steps, task } = summary();
  expect({ status, task, steps }).toEqual({ status: "running", task: "go1-walk", steps: 2000 });
  expect(candidates).toEqual({ all: 4, trained: 3, lost: 0, training: 0 });
  expect(stageText(transfer!)).toBe("trainings 2 of 3");
  expect(examText(transfer!)).toBe("–");
});

test("a training that failed says why, and is not waited for", () => {
  record({ type: "trainingFailed", ...second, code: "E_WORKER_HUNG", message: "no step for 30 s" });
  const { transfer } = summary();
  expect(stageText(transfer!)).toBe("choosing 0 of 2");
  expect(transfer?.policies[2]).toMatchObject({
    name: "designed/offline-2, seed 1",
    problem: "E_WORKER_HUNG: no step for 30 s",
  });
});

test("a finished one names the policy that was chosen, its exam and its report", () => {
  record(
    { type: "compared", ...plain, ...compared, worstTenth: 1 },
    { type: "compared", ...first, ...compared, worstTenth: 3 },
    { type: "chosen", policies: [first, plain], why: "its worst tenth is the best" },
    { type: "examined", ...plain, path: "exams/0.json", passed: false },
    { type: "examined", ...first, path: "exams/1.json", passed: true },
    { type: "reported", path: "report.md" },
    { type: "finished" },
  );
  const { status, transfer } = summary();
  expect(status).toBe("finished");
  expect(stageText(transfer!)).toBe("all stages done");
  expect(examText(transfer!)).toBe("exam passed");
  expect(transfer?.report).toBe("report.md");
  expect(transfer?.policies.map(({ chosen, worstTenth }) => [chosen, worstTenth])).toEqual([
    [false, 1],
    [true, 3],
  ]);
});

test("one whose process is gone says so; what a person stopped is not failed", () => {
  log.close();
  expect(summary().status).toBe("interrupted");
  log = openEventLog(join(root, "there", transferLogFile), transferFormat, now);
  record({ type: "stopped", code: "E_CANCELLED", message: "stopped" });
  expect(summary().status).toBe("running");
  log.close();
  expect(summary().status).toBe("stopped");
  log = openEventLog(join(root, "there", transferLogFile), transferFormat, now);
});
