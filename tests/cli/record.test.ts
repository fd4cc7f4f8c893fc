/** What `record` refuses, before it has played or drawn anything. */
import { mkdirSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { runCli } from "../../src/cli/program.js";
import { temporaryFolder } from "../temporary-folder.js";
import { FakeProcess } from "./fake-process.js";

const folder = temporaryFolder("record");
mkdirSync(path.join(folder, "folder.gif"));

test.each([
  [
    "an unknown name",
    ["record", "cartpol"],
    2,
    /E_RECORD_UNKNOWN.*"cartpol"[\s\S]*did you mean "cartpole"/,
  ],
  ["an unknown result", ["record", "0123456789abcdef@1"], 2, /E_RESULT_UNKNOWN/],
  ["a missing file", ["record", "nothing.bin"], 2, /E_CHECKPOINT_UNKNOWN.*no such file/],
  ["another file", ["record", "package.json"], 2, /E_CHECKPOINT_UNKNOWN.*no checkpoint of a run/],
  [
    "another kind of file",
    ["record", "cartpole", "--out", "a.mp4"],
    2,
    /E_CLI_USAGE.*\.gif.*\.png/,
  ],
  [
    "a huge picture",
    ["record", "cartpole", "--size", "99999x2"],
    2,
    /E_CLI_USAGE.*64x64 to 1920x1080/,
  ],
  ["no size", ["record", "cartpole", "--size", "big"], 2, /E_CLI_USAGE.*480x360/],
  ["an endless film", ["record", "cartpole", "--seconds", "1e9"], 2, /E_CLI_USAGE.*0\.1 to 60/],
  [
    "an episode that is none",
    ["record", "cartpole", "--env", "16"],
    2,
    /E_CLI_EPISODE.*16[\s\S]*0 to 15/,
  ],
  [
    "a missing folder",
    ["record", "cartpole", "--out", path.join(folder, "no/where.gif")],
    1,
    /E_RECORD_OUTPUT.*no\/where\.gif.*does not exist/,
  ],
  [
    "a folder as a file",
    ["record", "cartpole", "--out", path.join(folder, "folder.gif")],
    1,
    /E_RECORD_OUTPUT.*it is a folder/,
  ],
])("%s is refused before any work", async (_, args, code, message) => {
  const host = new FakeProcess(...args, "--runs", folder);
  expect(await runCli(host)).toBe(code);
  expect(host.stderr.text).toMatch(message);
});
