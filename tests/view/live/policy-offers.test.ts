import { cpSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test, vi } from "vitest";
import { trainJob } from "../../../src/run/train-job.js";
import { RunLog } from "../../../src/view/data/run-log.js";
import { StoredOffers } from "../../../src/view/live/policy-offers.js";
import { fakeJob, fakeLearner } from "../../run/fake-training.js";
import { temporaryFolder } from "../../temporary-folder.js";
import { makeRun } from "../data/made-run.js";

const selected = { set: "select", profile: "reference", episodes: 4 } as const;

test("a page cannot have a run of another folder opened, whatever it calls it", async () => {
  const runsRoot = temporaryFolder("offers");
  const settings = { iterations: 1, candidates: 1, finals: false, halving: false } as const;
  await makeRun({ runsRoot: path.join(runsRoot, "mine"), name: "one", settings });
  cpSync(path.join(runsRoot, "mine/one"), path.join(runsRoot, "theirs"), { recursive: true });
  const offers = new StoredOffers(path.join(runsRoot, "mine"), () => null);
  const opened = (run: string) => () => offers.find({ kind: "candidate", run, candidate: "1.1" });
  // A run of a name that is none here is looked for, and said to be missing.
  expect(opened("two")).toThrow(/no run "two"/);
  for (const run of ["../theirs", path.join(runsRoot, "theirs"), "mine/../../theirs", ""]) {
    const open = vi.spyOn(RunLog.prototype, "refresh");
    expect(opened(run)()).toBeUndefined();
    expect(open).not.toHaveBeenCalled();
  }
});

test("what is shown of a finished training is the policy that its result is about", async () => {
  const runsRoot = temporaryFolder("offers");
  const settings = {
    iterations: 1,
    candidates: 1,
    searchSteps: 256,
    finalSteps: 256,
    finalSeeds: 1,
    repeats: 0,
  } as const;
  const { eventsFile } = await makeRun({
    runsRoot,
    name: "one",
    settings,
    world: { fitness: () => 0.5, best: (steps) => steps / 2 },
  });
  const job = fakeJob();
  const choose = { after: [128], by: selected };
  const request = { job, steps: 256, evaluations: [selected], choose };
  const trained = await trainJob(request, { runsRoot, learner: fakeLearner() });
  // As if the run had trained the job that the store has.
  const events = readFileSync(eventsFile, "utf8");
  writeFileSync(eventsFile, events.replace(/"jobId":"\w+"/g, `"jobId":"${trained.jobId}"`));
  const offers = new StoredOffers(runsRoot, () => ({ kind: "run", run: "one" }));
  const steps = (label: string) =>
    offers.list().find(({ about }) => about.label === label)?.about.steps;
  expect(steps("candidate 1.1")).toBe(128);
  expect(steps("best reward, seed 1001")).toBe(128);
  expect(offers.find({ kind: "newest" })?.about).toMatchObject({ candidate: "1.1", steps: 128 });
  const asked = { kind: "candidate", run: "one", candidate: "1.1", steps: 256 } as const;
  expect(offers.find(asked)?.about.steps).toBe(256);
});
