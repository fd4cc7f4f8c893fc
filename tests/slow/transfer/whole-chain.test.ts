/** `transfer` as people run it, in processes of its own: to its end, and killed in every stage. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, expect, it } from "vitest";
import { outsideFolder, start } from "../../integration/cli/rewardsmith.js";
import { glideTask } from "../../transfer/glide-task.js";

const cwd = outsideFolder();
const runs = (name: string) => path.join(cwd, name);
const settings = Object.entries({
  rows: "none,full-prior,designed",
  configurations: 1,
  seeds: "1,2",
  baseSteps: 8192,
  steps: 4096,
  choosingWorlds: 6,
  choosingSeconds: 1,
  examEpisodes: 4,
  examCellEpisodes: 2,
  rappRepeats: 2,
}).flatMap(([setting, value]) => ["--set", `${setting}=${value}`]);

let task = "";
beforeAll(() => {
  task = glideTask(cwd);
});

const begin = (folder: string) =>
  start(
    [
      "transfer",
      task,
      "--quick",
      "--slots",
      "2",
      "--name",
      "g",
      "--runs",
      runs(folder),
      ...settings,
    ],
    { cwd },
  );
const resume = (folder: string) => start(["resume", "g", "--runs", runs(folder)], { cwd });

/** Files below a folder, by their paths in it; without what a kill left half written. */
function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".tmp"))
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
}

/** Events so far; a last line may be half written. */
function eventsOf(folder: string): { type: string }[] {
  const file = path.join(runs(folder), "g", "transfer.jsonl");
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8")
    .split("\n")
    .slice(1)
    .flatMap((line) => {
      try {
        return [JSON.parse(line)];
      } catch {
        return [];
      }
    });
}
const count = (folder: string, type: string) =>
  eventsOf(folder).filter((event) => event.type === type).length;

/** What everybody reads in the end, without hours, costs and the machine's own words. */
function results(folder: string): Record<string, string> {
  const run = path.join(runs(folder), "g");
  const kept = filesIn(run).filter((file) =>
    /^(choosing|exams)[\\/]|^(prior|configurations|exam)\.json$|policy\.onnx$/.test(file),
  );
  const hash = (file: string) =>
    createHash("sha256")
      .update(readFileSync(path.join(run, file)))
      .digest("hex");
  const report = readFileSync(path.join(run, "report.md"), "utf8")
    .split("\n")
    .filter((line) => !/^Measured in|wall time|CPU time|environment steps/.test(line))
    .join("\n");
  return { ...Object.fromEntries(kept.map((file) => [file, hash(file)])), report };
}

/** Moments in the middle of a stage, each after the one before it. */
const moments: Record<string, (folder: string) => boolean> = {
  base: (folder) =>
    filesIn(path.join(runs(folder), ".jobs")).some((file) => /job\.json/.test(file)),
  prior: (folder) => filesIn(path.join(runs(folder), ".rapp", "lots")).length > 1,
  configurations: (folder) => count(folder, "priorMeasured") === 1,
  trainings: (folder) => count(folder, "trained") >= 3,
  choosing: (folder) => count(folder, "compared") >= 2,
  exam: (folder) => count(folder, "examined") >= 2,
  end: (folder) => count(folder, "exported") === 1,
};

it("goes from a task to a folder for a robot; killed in every stage and resumed it gives the same", async () => {
  const whole = await begin("whole").ended;
  expect(whole.code, whole.stderr).toBe(0);
  const expected = results("whole");
  expect(expected["report"]).toContain("| full prior |");
  expect(Object.keys(expected).filter((file) => file.startsWith("exams"))).toHaveLength(6);
  const robot = path.join(runs("whole"), "g", "robot");
  expect(readdirSync(robot)).toEqual(
    expect.arrayContaining(["policy.onnx", "manifest.json", "deploy.yaml"]),
  );

  let going = begin("killed");
  const stages: string[] = [];
  for (const [stage, reached] of Object.entries(moments)) {
    let over = false;
    void going.ended.then(() => {
      over = true;
    });
    while (!reached("killed") && !over) await sleep(5);
    if (over) break;
    going.process.kill("SIGKILL");
    await going.ended;
    if (count("killed", "finished") > 0) break;
    stages.push(stage);
    going = resume("killed");
  }
  // The last two may be over sooner than anybody can look.
  expect(stages.slice(0, 5)).toEqual(["base", "prior", "configurations", "trainings", "choosing"]);
  const lots = path.join(runs("killed"), ".rapp", "lots");
  const end = await going.ended;
  expect(end.code, end.stderr).toBe(0);
  expect(results("killed")).toEqual(expected);

  // Nothing was finished twice, and no lot of the prior measured again.
  // How often work is told of follows the clock.
  const types = eventsOf("killed").map(({ type }) => type);
  const told = (of: readonly string[]) =>
    of.filter((type) => type !== "resumed" && type !== "worked").sort();
  expect(told(types)).toEqual(told(eventsOf("whole").map(({ type }) => type)));
  expect(types.filter((type) => type === "resumed")).toHaveLength(stages.length);
  expect(filesIn(lots).sort()).toEqual(filesIn(path.join(runs("whole"), ".rapp", "lots")).sort());

  const before = statSync(path.join(runs("killed"), "g", "report.md")).mtimeMs;
  const again = await resume("killed").ended;
  expect(again.code, again.stderr).toBe(0);
  expect(again.stdout).toContain("nothing is left to do");
  expect(statSync(path.join(runs("killed"), "g", "report.md")).mtimeMs).toBe(before);
}, 1_800_000);
