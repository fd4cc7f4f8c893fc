/** A disk that really is full: a small file system in memory, mounted for one process and what it starts. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../../temporary-folder.js";

const main = fileURLToPath(new URL("../../../src/cli/main.ts", import.meta.url));
const rewardsmith = `"${process.execPath}" --import "${import.meta.resolve("tsx")}" "${main}"`;
const mayMount = inOwnMounts("mount -t tmpfs tmpfs /tmp").code === 0;
const search =
  "design cartpole --name full --iterations 1 --candidates 2 --search-steps 8000 --no-finals --episodes 4 --slots 1";

/** Runs a script in a mount namespace of its own, as its root. */
function inOwnMounts(script: string): { code: number | null; output: string } {
  const args = ["--user", "--map-root-user", "--mount", "sh", "-c", script];
  const { status, stdout, stderr } = spawnSync("unshare", args, { encoding: "utf8" });
  return { code: status, output: `${stdout}${stderr}` };
}

/** A search on a disk of this size, then what `afterwards` does with it. */
function searchOn(size: string, afterwards: string): ReturnType<typeof inOwnMounts> {
  const disk = temporaryFolder("disk");
  return inOwnMounts(`
    mount -t tmpfs -o size=${size} tmpfs "${disk}" && cd "${disk}" || exit 99
    ${rewardsmith} ${search} --runs runs
    echo "search ended with $?"
    mount -o remount,size=64m "${disk}"
    ${afterwards}`);
}

describe.runIf(mayMount)("a full disk", () => {
  test("stops a search with what and where; with room again, resume goes on where it was", () => {
    const { code, output } = searchOn(
      "100k",
      `grep -c . runs/full/events.jsonl && cp runs/full/events.jsonl before
       ${rewardsmith} resume full --runs runs; echo "resume ended with $?"
       cmp -n "$(wc -c < before)" before runs/full/events.jsonl && echo "what was logged is kept"`,
    );
    expect(code, output).toBe(0);
    expect(output).toMatch(/E_DISK_FULL: .*runs\/\S+: no space left on the disk; nothing was lost/);
    expect(output).toContain("`rewardsmith resume`");
    expect(output).toContain("search ended with 1");
    expect(output).toContain("resume ended with 0");
    expect(output).toMatch(/ {2}1\.1 {2}fitness/);
    expect(output).toMatch(/ {2}1\.2 {2}fitness/);
    expect(output).toContain("what was logged is kept");
  });

  test("that has no room for a run at all is the same error, not a stack", () => {
    const { output } = searchOn("4k", "true");
    expect(output).toContain("E_DISK_FULL");
    expect(output).not.toContain("    at ");
    expect(output).toContain("search ended with 1");
  });
});
