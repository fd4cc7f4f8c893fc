import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { compileRobot } from "../../../src/robot/mujoco/compile.js";
import { loadTask } from "../../../src/task/node/load.js";

const builtIn = new URL("../../../envs/cartpole", import.meta.url).pathname;
let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "extends-"));
  cpSync(builtIn, join(folder, "base"), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A task folder beside "base" with this extension. */
function write(name: string, extended: string, files: Record<string, string> = {}): string {
  const own = join(folder, name);
  mkdirSync(own);
  writeFileSync(
    join(own, "task.ts"),
    `import { defineTask } from "rewardsmith";
     import base from "../base/task.js";
     export default defineTask({ ...base, name: "${name}", extends: "${extended}", maxEpisodeSteps: 7 });`,
  );
  for (const [file, text] of Object.entries(files)) writeFileSync(join(own, file), text);
  return own;
}

describe("a task that extends another", () => {
  const compiled: string[] = [];
  const compile = (file: string) => {
    compiled.push(file);
    return compileRobot(file, { cacheFolder: join(folder, "cache") });
  };

  it("takes what its folder lacks from the other: robot, page and programs", async () => {
    const task = await loadTask(write("longer", "../base", { "reward.ts": "// its own" }), {
      compile,
    });
    const base = await loadTask(join(folder, "base"), { compile });
    expect(task.definition).toMatchObject({ name: "longer", maxEpisodeSteps: 7 });
    expect(task.sources).toEqual({ ...base.sources, human: "// its own" });
    expect(task.page).toEqual(base.page);
    expect(compiled[0]).toBe(join(folder, "base", "robot.xml"));
  });

  it("finds files through several folders", async () => {
    write("middle", "../base", { "fitness.ts": "// of the middle" });
    const task = await loadTask(write("last", "../middle"), { compile });
    expect(task.sources.fitness).toBe("// of the middle");
    expect(task.sources.human).toBeDefined();
  });

  it("is refused where the other is no task, or leads back", async () => {
    await expect(loadTask(write("lost", "../nowhere"), { compile })).rejects.toMatchObject({
      code: "E_TASK_INVALID",
      message: expect.stringContaining("no task.ts"),
    });
    write("one", "../two");
    await expect(loadTask(write("two", "../one"), { compile })).rejects.toThrow(
      "comes back to itself",
    );
  });
});
