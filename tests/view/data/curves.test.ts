import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openJournal } from "../../../src/design/journal.js";
import { Curves, drawn } from "../../../src/view/data/curves.js";
import { StoredRuns } from "../../../src/view/data/stored-runs.js";
import { temporaryFolder } from "../../temporary-folder.js";
import { makeFolder, makeRun } from "./made-run.js";

const point = (totalSteps: number, fitness: number | null, episodes = 1, a = 0) => ({
  totalSteps,
  fitness,
  episodes,
  terms: { a },
});

test("a stretch is the mean over its episodes, with the least and the greatest iteration", () => {
  const curve = drawn([point(10, 1, 3, 2), point(20, 5, 1, 4), point(30, null, 0, 6)], 1);
  expect(curve).toEqual({
    steps: [30],
    // (3 · 1 + 1 · 5) / 4
    mean: [2],
    low: [1],
    high: [5],
    terms: { a: [4] },
  });
});

test("no peak is lost, and no more stretches are drawn than there are iterations", () => {
  const points = Array.from({ length: 1000 }, (_, i) => point(i + 1, i === 617 ? 9 : 0));
  const curve = drawn(points, 50);
  expect(curve.steps).toHaveLength(50);
  expect(Math.max(...curve.high.map((value) => value ?? 0))).toBe(9);
  expect(drawn(points.slice(0, 3), 50).steps).toEqual([1, 2, 3]);
  expect(drawn([point(1, null, 0)], 5).mean).toEqual([null]);
});

test("a run has a curve for every candidate, final and baseline", async () => {
  const runsRoot = temporaryFolder("curves");
  await makeRun({ runsRoot, name: "one" });
  const run = new StoredRuns(runsRoot).open("one");
  const curves = new Curves(runsRoot).of(run, 100);
  const count = (kind: string) => curves.filter((curve) => curve.kind === kind).length;
  expect([count("candidate"), count("final"), count("baseline")]).toEqual([6, 2, 4]);
  expect(curves.every(({ growing, run: other }) => !growing && other === null)).toBe(true);
});

test("a search without baselines of its own borrows those of another of the same task", async () => {
  const runsRoot = temporaryFolder("curves");
  await makeRun({ runsRoot, name: "one" });
  await makeRun({ runsRoot, name: "two", settings: { finals: false } });
  const runs = new StoredRuns(runsRoot);
  // However long it takes on a busy machine.
  runs.list(() => 0);
  const other = runs.withBaselines(runs.open("two"));
  expect(other?.folder.info.name).toBe("one");
  const borrowed = new Curves(runsRoot).baselinesOf(other!, 100);
  expect(new Set(borrowed.map(({ name }) => name))).toEqual(new Set(["human", "sparse"]));
  expect(borrowed.every(({ run }) => run === "one")).toBe(true);
});

test("a training under way is read from the job store as far as its lines are whole", () => {
  const runsRoot = temporaryFolder("curves");
  const folder = makeFolder({ runsRoot, name: "one" });
  const journal = openJournal(folder, () => new Date());
  const id = "1.1";
  const origin = { kind: "random" as const, parents: [], reason: "" };
  const task = { name: "swingup", hash: "" };
  const designer = { name: "list", description: "" };
  const about = { name: "one", task, designer, settings: {}, versions: {}, machine: "" };
  journal.record({ type: "runStarted", ...about });
  journal.record({ type: "iterationStarted", iteration: 1, restart: 0 });
  const proposal = { id, iteration: 1, index: 1, attempt: 0, source: "r.ts", origin };
  journal.record({ type: "candidateProposed", ...proposal });
  journal.record({ type: "trainingStarted", id, rung: 0, steps: 100, jobId: "abc123" });
  const job = join(runsRoot, ".jobs", "abc123");
  mkdirSync(job, { recursive: true });
  const lines = [point(10, 0.1), point(20, 0.2)].map((row) => JSON.stringify(row));
  writeFileSync(join(job, "metrics.jsonl"), `${lines.join("\n")}\n{"totalSt`);
  const run = new StoredRuns(runsRoot).open("one");
  expect(new Curves(runsRoot).of(run, 100)).toMatchObject([
    { name: id, growing: true, steps: [10, 20], mean: [0.1, 0.2] },
  ]);
  journal.close();
});
