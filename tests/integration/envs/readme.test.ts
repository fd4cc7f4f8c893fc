/** The hundred lines of envs/README.md, written to an outside folder as they stand there. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { compileTask } from "../../../src/reward/node/compile-task.js";
import { createEnvironment } from "../../../src/rl/task-environment.js";
import { loadTask } from "../../../src/task/node/load.js";

const readme = readFileSync(new URL("../../../envs/README.md", import.meta.url), "utf8");

/** Every fenced block, under the file name that the line before it begins with. */
function filesOf(markdown: string): Map<string, string> {
  const blocks = markdown.matchAll(
    /^`([a-z]+\.[a-z]+)`[^\n]*(?:\n[^\n`]+)?\n\n```\w+\n([\s\S]*?)```/gm,
  );
  return new Map(Array.from(blocks, ([, file, text]) => [file, text]));
}

it("the task in envs/README.md takes about a hundred lines, loads from anywhere, compiles and runs", async () => {
  const files = filesOf(readme);
  expect([...files.keys()]).toEqual([
    "robot.xml",
    "task.ts",
    "derived.ts",
    "fitness.ts",
    "termination.ts",
    "reward.ts",
    "task.md",
  ]);
  const lines = [...files.values()].join("").split("\n").length;
  expect(lines).toBeLessThan(105);

  const folder = mkdtempSync(join(tmpdir(), "rewardsmith-readme-"));
  try {
    for (const [file, text] of files) writeFileSync(join(folder, file), text);
    const task = compileTask(await loadTask(folder));
    const { human } = task.programs;
    if (human === undefined) throw new Error("no reward.ts");
    const environment = await createEnvironment({
      task,
      reward: human,
      numEnvs: 4,
      profile: "train",
      seed: 1,
      stream: "train",
      randomize: true,
    });
    environment.reset(false);
    for (let step = 0; step < 200; step++) environment.step(new Float32Array(4));
    const { episodes, endings, reward } = environment.takeStatistics();
    environment.dispose();
    expect(episodes).toBe(4);
    expect(endings["timeOut"]).toBe(1);
    expect(reward).toBeGreaterThan(0);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
