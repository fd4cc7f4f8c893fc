import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { StartedSearches } from "../../../src/view/data/started-searches.js";
import { temporaryFolder } from "../../temporary-folder.js";

/** Stands for the program: takes the lock of the run it is told to make, and works on. */
const search = `
import { mkdirSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
const after = (flag) => process.argv[process.argv.indexOf(flag) + 1];
const run = after("--runs") + "/" + after("--name");
mkdirSync(run);
const holder = { pid: process.pid, host: hostname(), processStart: null, since: "", token: "" };
writeFileSync(run + "/events.jsonl.lock", JSON.stringify(holder));
setInterval(() => {}, 1000);
`;

test("a search that was begun goes on without keeping the viewer's process from ending", async () => {
  const runsFolder = temporaryFolder("started");
  const program = path.join(temporaryFolder("program"), "search.mjs");
  writeFileSync(program, search);
  const searches = new StartedSearches(runsFolder, { file: process.execPath, args: [program] });
  const waited = () =>
    process.getActiveResourcesInfo().filter((kind) => kind === "ProcessWrap").length;
  const before = waited();
  const run = await searches.start({ task: "cartpole", name: "one" });
  expect(run).toBe("one");
  const lock = readFileSync(path.join(runsFolder, "one/events.jsonl.lock"), "utf8");
  const { pid } = JSON.parse(lock) as { pid: number };
  onTestFinished(() => {
    process.kill(pid, "SIGKILL");
  });
  expect(waited()).toBe(before);
  expect(process.kill(pid, 0)).toBe(true);
});
