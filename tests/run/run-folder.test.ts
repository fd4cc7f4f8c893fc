import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { artifacts, createRun, listRuns, openRun } from "../../src/run/run-folder.js";

let runsRoot = "";
beforeEach(() => {
  runsRoot = mkdtempSync(join(tmpdir(), "rewardsmith-runs-"));
});
afterEach(() => rmSync(runsRoot, { recursive: true }));

let minute = 0;
const now = () => new Date(2026, 10, 23, 12, minute++);
const create = (name?: string) =>
  createRun(
    { runsRoot, task: "/tasks/cartpole", options: { seed: 1 }, ...(name && { name }) },
    now,
  );

test("runs are named by task, day and number", () => {
  expect([create(), create()].map((run) => run.info.name)).toEqual([
    "cartpole-2026-11-23-1",
    "cartpole-2026-11-23-2",
  ]);
});

test("a run opens by name and by path with what it was started with", () => {
  const { info, folder } = create("mine");
  expect(info).toMatchObject({ name: "mine", task: "/tasks/cartpole", options: { seed: 1 } });
  expect(openRun(runsRoot, "mine").info).toEqual(info);
  expect(openRun("/nowhere", folder).info).toEqual(info);
});

test("runs are listed newest first; other folders and broken runs are not", () => {
  create("a");
  const broken = create("b");
  create("c");
  writeFileSync(broken.path("run.json"), "{");
  writeFileSync(join(runsRoot, "file.txt"), "");
  expect(listRuns(runsRoot).map((info) => info.name)).toEqual(["c", "a"]);
  expect(listRuns(join(runsRoot, "none"))).toEqual([]);
});

test("files are written whole with their folders and read back", () => {
  const run = create();
  const file = run.write(artifacts.prompt("2.5", 1), "the prompt");
  expect(file).toBe("iteration-2/candidate-5/prompt-1.md");
  expect(run.has(file)).toBe(true);
  expect(run.read(file)).toBe("the prompt");
  const copy = run.copyIn(artifacts.checkpoint("2.5"), run.path(file));
  expect(readFileSync(run.path(copy), "utf8")).toBe("the prompt");
});

test("no path leaves the run", () => {
  const run = create();
  for (const path of ["../other", "/etc/passwd", "a/../../b"]) {
    expect(() => run.path(path)).toThrow(expect.objectContaining({ code: "E_RUN_PATH" }));
  }
});

test("a name that is taken, misspelt or no name says what to do", () => {
  create("hopper");
  expect(() => create("hopper")).toThrow(
    expect.objectContaining({ code: "E_RUN_EXISTS", hint: expect.stringContaining("resume") }),
  );
  expect(() => openRun(runsRoot, "hoper")).toThrow(
    expect.objectContaining({ code: "E_RUN_UNKNOWN", hint: expect.stringContaining('"hopper"') }),
  );
  expect(() => create("../x")).toThrow(expect.objectContaining({ code: "E_RUN_NAME" }));
});

test.each([
  [99, "E_RUN_VERSION", "update"],
  [0, "E_RUN_VERSION", "start a new run"],
  ["one", "E_RUN_BROKEN", "start a new run"],
])("a run folder of format %s is refused with %s", (format, code, hint) => {
  const run = create();
  const file = run.path("run.json");
  writeFileSync(file, JSON.stringify({ ...run.info, format }));
  expect(() => openRun(runsRoot, run.info.name)).toThrow(
    expect.objectContaining({ code, where: file, hint: expect.stringContaining(hint) }),
  );
});
