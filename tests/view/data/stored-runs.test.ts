import { appendFileSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { openJournal } from "../../../src/design/journal.js";
import { runListSchema } from "../../../src/view/data/answers.js";
import { RunLog } from "../../../src/view/data/run-log.js";
import { StoredRuns } from "../../../src/view/data/stored-runs.js";
import { temporaryFolder } from "../../temporary-folder.js";
import { makeFolder, makeRun } from "./made-run.js";

const small = { iterations: 1, candidates: 2, finals: false, halving: false } as const;

/** A clock by which nothing takes long, however busy the machine is. */
const still = () => 0;

describe("the list of runs", () => {
  it("says task, state, best with interval and n, and what it took, newest first", async () => {
    const runsRoot = temporaryFolder("runs");
    await makeRun({ runsRoot, name: "old", created: 1.6e12 });
    await makeRun({ runsRoot, name: "new", settings: { finals: false } });
    const { runs, total } = new StoredRuns(runsRoot).list(still);
    expect(runListSchema.parse({ runs, total }).total).toBe(2);
    expect(runs.map(({ name }) => name)).toEqual(["new", "old"]);
    const [fresh, old] = runs;
    expect(old).toMatchObject({
      status: "finished",
      task: "swingup",
      designer: "list",
      iterations: { ended: 2, planned: 2 },
      candidates: { all: 6, lost: 0, training: 0 },
      best: { score: { n: 2, of: "seeds" } },
    });
    expect(old.points).toHaveLength(6);
    expect(old.progress).toHaveLength(2);
    // One training's episodes, of which the fake world has one: no interval.
    expect(fresh.best?.score).toMatchObject({ n: 1, of: "episodes", low: null, high: null });
  });

  it("tells a run that is worked on from one whose process is gone", async () => {
    const runsRoot = temporaryFolder("runs");
    const folder = makeFolder({ runsRoot, name: "one" });
    const runs = new StoredRuns(runsRoot);
    const journal = openJournal(folder, () => new Date());
    journal.record({
      type: "runStarted",
      name: "one",
      task: { name: "swingup", hash: "" },
      designer: { name: "manual", description: "" },
      settings: {},
      versions: {},
      machine: "",
    });
    expect(runs.list().runs[0].status).toBe("running");
    const turn = { iteration: 1, candidate: 1, attempt: 0 };
    journal.record({ type: "promptRendered", ...turn, path: "p.md", files: {} });
    expect(runs.list().runs[0].status).toBe("waiting");
    journal.record({ type: "paused" });
    expect(runs.list().runs[0].status).toBe("paused");
    journal.close();
    expect(runs.list().runs[0].status).toBe("interrupted");
  });

  it("shows a run it cannot read with the reason, beside the others", async () => {
    const runsRoot = temporaryFolder("runs");
    await makeRun({ runsRoot, name: "good", settings: small });
    const { eventsFile } = await makeRun({ runsRoot, name: "newer", settings: small });
    writeFileSync(eventsFile, '{"format":"rewardsmith-events","version":99}\n');
    const { runs } = new StoredRuns(runsRoot).list(still);
    const newer = runs.find(({ name }) => name === "newer");
    expect(newer?.status).toBe("unreadable");
    expect(newer?.why).toContain("format 99");
    expect(runs.find(({ name }) => name === "good")?.status).toBe("finished");
  });

  it("answers in time with what it has, and has all after a few times", async () => {
    const runsRoot = temporaryFolder("runs");
    for (let i = 0; i < 5; i++) makeFolder({ runsRoot, name: `run-${i}` });
    const runs = new StoredRuns(runsRoot);
    let clock = 0;
    const slow = () => {
      clock += 100;
      return clock;
    };
    const first = runs.list(slow);
    expect(first.runs.length).toBeLessThan(5);
    expect(first.total).toBe(5);
    for (let i = 0; i < 5; i++) runs.list(slow);
    expect(runs.list(slow).runs).toHaveLength(5);
  });

  it("calls a run by its folder's name, whatever it was called when it was made", async () => {
    const runsRoot = temporaryFolder("runs");
    const { folder } = await makeRun({ runsRoot, name: "before", settings: small });
    renameSync(folder, `${runsRoot}/after`);
    const runs = new StoredRuns(runsRoot);
    expect(runs.list().runs.map(({ name }) => name)).toEqual(["after"]);
    expect(runs.open("after").state.status).toBe("finished");
  });

  it.each(["", ".", "..", "../one", "/etc", "a/b", ".jobs", "one\0", "missing"])(
    "knows no run %j",
    async (name) => {
      const runsRoot = temporaryFolder("runs");
      makeFolder({ runsRoot, name: "one" });
      expect(() => new StoredRuns(runsRoot).open(name)).toThrow(
        expect.objectContaining({ code: "E_RUN_UNKNOWN" }),
      );
    },
  );
});

describe("a log that is followed", () => {
  it("takes in what is added, line by line, and not the line being written", async () => {
    const runsRoot = temporaryFolder("runs");
    const { eventsFile } = await makeRun({ runsRoot, name: "one", settings: small });
    const whole = readFileSync(eventsFile, "utf8");
    const cut = whole.indexOf('{"seq":9,') + 30;
    writeFileSync(eventsFile, whole.slice(0, cut));
    const log = new RunLog(eventsFile);
    log.refresh();
    expect(log.lastSeq).toBe(8);
    appendFileSync(eventsFile, whole.slice(cut));
    log.refresh();
    expect(log.state.status).toBe("finished");
    expect(log.eventsSince(log.lastSeq - 2).map(({ seq }) => seq)).toEqual([
      log.lastSeq - 1,
      log.lastSeq,
    ]);
    expect(log.eventsSince(log.lastSeq)).toEqual([]);
    expect(log.eventsSince(0)).toHaveLength(log.lastSeq);
  });

  it("is read anew where another file took its place", async () => {
    const runsRoot = temporaryFolder("runs");
    const { eventsFile } = await makeRun({ runsRoot, name: "one", settings: small });
    const log = new RunLog(eventsFile);
    log.refresh();
    const header = readFileSync(eventsFile, "utf8").split("\n", 1)[0];
    writeFileSync(eventsFile, `${header}\n`);
    log.refresh();
    expect(log.lastSeq).toBe(0);
    expect(log.state.status).toBe("new");
  });

  it("says which event it does not know, again and again", async () => {
    const runsRoot = temporaryFolder("runs");
    const { eventsFile } = await makeRun({ runsRoot, name: "one", settings: small });
    const [header, first] = readFileSync(eventsFile, "utf8").split("\n");
    writeFileSync(eventsFile, `${header}\n${first}\n{"seq":2,"type":"madeUp"}\n`);
    const log = new RunLog(eventsFile);
    const broken = expect.objectContaining({ code: "E_LOG_CORRUPT" });
    expect(() => log.refresh()).toThrow(broken);
    expect(() => log.refresh()).toThrow(broken);
  });
});
