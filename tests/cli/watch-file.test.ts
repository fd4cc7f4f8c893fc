import { renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { fileContents } from "../../src/cli/watch-file.js";
import { temporaryFolder } from "../temporary-folder.js";

test("a saved file is read once per change, however the editor writes it", async () => {
  const folder = temporaryFolder("watch");
  const file = path.join(folder, "reward.ts");
  writeFileSync(file, "one");
  const stop = new AbortController();
  const seen: string[] = [];
  const done = (async () => {
    for await (const text of fileContents(file, stop.signal)) seen.push(text);
  })();
  await delay(150);
  writeFileSync(file, "two");
  await delay(250);
  writeFileSync(file, "two"); // saved without a change
  writeFileSync(path.join(folder, "other.ts"), "not watched");
  await delay(250);
  writeFileSync(`${file}.new`, "three");
  renameSync(`${file}.new`, file);
  await delay(250);
  stop.abort();
  await done;
  expect(seen).toEqual(["one", "two", "three"]);
});
