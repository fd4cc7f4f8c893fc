import { cpSync } from "node:fs";
import path from "node:path";
import { expect, test, vi } from "vitest";
import { RunLog } from "../../../src/view/data/run-log.js";
import { StoredOffers } from "../../../src/view/live/policy-offers.js";
import { temporaryFolder } from "../../temporary-folder.js";
import { makeRun } from "../data/made-run.js";

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
