import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readArtifact } from "../../../src/view/data/artifacts.js";
import { temporaryFolder } from "../../temporary-folder.js";
import { makeFolder } from "./made-run.js";

function runBesideSecret() {
  const runsRoot = temporaryFolder("artifacts");
  const run = makeFolder({ runsRoot, name: "one" });
  mkdirSync(run.path("iteration-1"), { recursive: true });
  writeFileSync(run.path("iteration-1/reward.ts"), "reward");
  writeFileSync(join(runsRoot, "secret.txt"), "secret");
  symlinkSync(join(runsRoot, "secret.txt"), run.path("link.txt"));
  symlinkSync(runsRoot, run.path("up"));
  return { runsRoot, run };
}

test("a file inside the run is given with its type", () => {
  const { run } = runBesideSecret();
  const { bytes, type } = readArtifact(run, "iteration-1/reward.ts");
  expect(new TextDecoder().decode(bytes)).toBe("reward");
  expect(type).toBe("text/plain; charset=utf-8");
});

test.each([
  "",
  ".",
  "..",
  "iteration-1",
  "../secret.txt",
  "iteration-1/../../secret.txt",
  "/etc/passwd",
  "link.txt",
  "up/secret.txt",
  "iteration-1/reward.ts\0.png",
  "..\\secret.txt",
  "%2e%2e/secret.txt",
  "a".repeat(5000),
])("nothing is given for the path %j", (path) => {
  const { run } = runBesideSecret();
  expect(() => readArtifact(run, path)).toThrow();
});

test("no refusal tells the folder's own path", () => {
  const { run, runsRoot } = runBesideSecret();
  try {
    readArtifact(run, "link.txt");
    expect.unreachable();
  } catch (error) {
    expect(JSON.stringify(error)).not.toContain(runsRoot);
    expect(String(error)).not.toContain(runsRoot);
  }
});
