import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { tryLock, WriterLock } from "../../src/run/writer-lock.js";

const now = () => new Date("2026-11-23T12:00:00Z");
let folder = "";
let path = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rewardsmith-lock-"));
  path = join(folder, "lock");
});
afterEach(() => rmSync(folder, { recursive: true }));

const lock = () => tryLock(path, now);
const holder = (change: object) => ({
  ...{ pid: process.pid, host: hostname(), processStart: null, token: "t" },
  ...{ since: "2026-11-23T11:00:00.000Z" },
  ...change,
});
const leave = (change: object) => writeFileSync(path, JSON.stringify(holder(change)));

test("one holds it, the other learns who, and release lets go", () => {
  const first = lock() as WriterLock;
  expect(lock()).toMatchObject({ pid: process.pid, host: hostname(), since: now().toISOString() });
  first.release();
  expect(existsSync(path)).toBe(false);
  const second = lock();
  expect(second).toBeInstanceOf(WriterLock);
  first.release();
  expect(existsSync(path)).toBe(true);
  (second as WriterLock).release();
});

test("the lock of a process that is gone is taken over", () => {
  const { pid } = spawnSync("true");
  leave({ pid });
  const taken = lock() as WriterLock;
  expect(taken).toBeInstanceOf(WriterLock);
  taken.release();
});

test.runIf(process.platform === "linux")(
  "a pid that was given to a new process does not count",
  () => {
    leave({ processStart: "1" });
    const taken = lock() as WriterLock;
    expect(taken).toBeInstanceOf(WriterLock);
    taken.release();
  },
);

test("the lock of a living process stands", () => {
  leave({ pid: process.ppid });
  expect(lock()).toMatchObject({ pid: process.ppid });
});

test("another host's lock stands while it is touched, and is taken two minutes after", () => {
  leave({ host: "elsewhere", pid: 1 });
  expect(lock()).toMatchObject({ host: "elsewhere" });
  const old = new Date(Date.now() - 130_000);
  utimesSync(path, old, old);
  const taken = lock() as WriterLock;
  expect(taken).toBeInstanceOf(WriterLock);
  expect(JSON.parse(readFileSync(path, "utf8")).host).toBe(hostname());
  taken.release();
});

test("an empty lock file is one being made, unless it stays empty", () => {
  writeFileSync(path, "");
  expect(lock()).not.toBeInstanceOf(WriterLock);
  const old = new Date(Date.now() - 6_000);
  utimesSync(path, old, old);
  const taken = lock() as WriterLock;
  expect(taken).toBeInstanceOf(WriterLock);
  taken.release();
});
