import * as fs from "node:fs";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { z } from "zod";
import { openEventLog, readEventLog } from "../../src/run/event-log.js";

vi.mock("node:fs", async (original) => {
  const actual = await original<typeof fs>();
  return { ...actual, writeSync: vi.fn(actual.writeSync) };
});

const format = {
  version: 3,
  schema: z.discriminatedUnion("type", [
    z.strictObject({ type: z.literal("note"), text: z.string() }),
    z.strictObject({ type: z.literal("score"), value: z.number().nullable() }),
  ]),
};
const note = (text: string) => ({ type: "note", text }) as const;
const now = () => new Date("2026-11-23T12:00:00Z");
const time = "2026-11-23T12:00:00.000Z";

let folder = "";
let file = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rewardsmith-log-"));
  file = join(folder, "events.jsonl");
});
afterEach(() => rmSync(folder, { recursive: true }));

const open = () => openEventLog(file, format, now);

function write(...texts: string[]): void {
  const log = open();
  for (const text of texts) log.append(note(text));
  log.close();
}

const texts = () => readEventLog(file, format).events.map((e) => e.type === "note" && e.text);

test("events come back stamped, numbered and in order", () => {
  const log = open();
  const appended = [log.append(note("a")), log.append({ type: "score", value: null })];
  log.close();
  expect(appended).toEqual([
    { type: "note", text: "a", seq: 1, time },
    { type: "score", value: null, seq: 2, time },
  ]);
  expect(readEventLog(file, format)).toMatchObject({ events: appended, badTail: null });
  const again = open();
  expect(again.contents.events).toEqual(appended);
  expect(again.append(note("b")).seq).toBe(3);
  again.close();
});

test("any text survives, line breaks and all", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "binary" }), { maxLength: 6 }), (written) => {
      rmSync(file, { force: true });
      write(...written);
      expect(texts()).toEqual(written);
    }),
    { numRuns: 5 },
  );
});

test("an event that could not be read again is refused before it is written", () => {
  const log = open();
  const wrong = { type: "score", value: "high" } as never;
  expect(() => log.append(wrong)).toThrow(expect.objectContaining({ code: "E_LOG_EVENT" }));
  log.close();
  expect(texts()).toEqual([]);
});

test("a log cut anywhere in its last line opens, keeps the rest and sets the piece aside", () => {
  write("first", "second");
  const whole = readFileSync(file);
  const lastLine = whole.lastIndexOf("\n", whole.length - 2) + 1;
  for (let cut = lastLine + 1; cut < whole.length - 1; cut += 7) {
    writeFileSync(file, whole.subarray(0, cut));
    rmSync(`${file}.bad`, { force: true });
    const read = readEventLog(file, format);
    expect(read.events).toHaveLength(1);
    expect(read.badTail).toMatchObject({ line: 3 });
    const log = open();
    expect(log.contents.badTail?.text).toBe(whole.subarray(lastLine, cut).toString());
    log.append(note("third"));
    log.close();
    expect(texts()).toEqual(["first", "third"]);
    expect(readFileSync(`${file}.bad`, "utf8")).toBe(`${log.contents.badTail?.text}\n`);
  }
});

test("a last line that lost only its line break is kept", () => {
  write("first", "second");
  writeFileSync(file, readFileSync(file).subarray(0, -1));
  write("third");
  expect(texts()).toEqual(["first", "second", "third"]);
});

test("a last line of zero bytes, as after a power cut, is set aside", () => {
  write("first");
  fs.appendFileSync(file, Buffer.alloc(40));
  const log = open();
  expect(log.contents.badTail).toMatchObject({ line: 3 });
  log.close();
  expect(texts()).toEqual(["first"]);
});

test.each([
  ["half a line", (line: string) => line.slice(0, 20)],
  ["an unknown event", (line: string) => line.replace("note", "nose")],
  ["a number out of turn", (line: string) => line.replace('"seq":2', '"seq":4')],
])("%s in the middle is an error with its line, and the file is left alone", (_what, damage) => {
  write("first", "second", "third");
  const lines = readFileSync(file, "utf8").split("\n");
  lines[2] = damage(lines[2]);
  writeFileSync(file, lines.join("\n"));
  expect(open).toThrow(expect.objectContaining({ code: "E_LOG_CORRUPT", where: `${file}:3` }));
  expect(readFileSync(file, "utf8")).toBe(lines.join("\n"));
});

test("a log of another version says which program reads it", () => {
  write("first");
  const newer = { ...format, version: 4 };
  expect(() => openEventLog(file, newer, now)).toThrow(
    expect.objectContaining({ code: "E_RUN_VERSION", hint: expect.stringContaining("run.json") }),
  );
  const older = { ...format, version: 2 };
  expect(() => readEventLog(file, older)).toThrow(
    expect.objectContaining({ code: "E_RUN_VERSION", hint: expect.stringContaining("update") }),
  );
  write("second");
});

test("a second writer is refused with the name of the first, and let in after it", () => {
  const first = open();
  const message = expect.stringContaining(`process ${process.pid} on`);
  expect(open).toThrow(expect.objectContaining({ code: "E_RUN_LOCKED", message }));
  first.append(note("a"));
  expect(texts()).toEqual(["a"]);
  first.close();
  write("b");
  expect(texts()).toEqual(["a", "b"]);
});

test("a full disk loses nothing that was written before, and writing can go on", () => {
  const log = open();
  log.append(note("first"));
  const actual = vi.mocked(fs.writeSync).getMockImplementation() as typeof fs.writeSync;
  let halfWritten = false;
  vi.mocked(fs.writeSync).mockImplementation(((
    fd: number,
    b: Uint8Array,
    o: number,
    n: number,
    p: number,
  ) => {
    if (halfWritten) throw Object.assign(new Error("no space"), { code: "ENOSPC" });
    halfWritten = true;
    return actual(fd, b, o, n >> 1, p);
  }) as typeof fs.writeSync);
  expect(() => log.append(note("second"))).toThrow(
    expect.objectContaining({ code: "E_DISK_FULL", where: file }),
  );
  vi.mocked(fs.writeSync).mockImplementation(actual);
  expect(texts()).toEqual(["first"]);
  expect(log.append(note("third")).seq).toBe(2);
  log.close();
  expect(texts()).toEqual(["first", "third"]);
});

test("a run whose writer has not begun has no events", () => {
  expect(readEventLog(file, format)).toMatchObject({ events: [], badTail: null });
});

test("a closed log takes nothing, for its descriptor may be another file's", () => {
  const log = open();
  log.close();
  const other = fs.openSync(join(folder, "other"), "w");
  expect(() => log.append(note("late"))).toThrow("closed");
  fs.closeSync(other);
  expect(readFileSync(join(folder, "other"), "utf8")).toBe("");
});
