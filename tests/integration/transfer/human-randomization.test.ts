/** What people randomize, asked of a policy that was trained without any of it. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { commandEntries } from "../../../src/cli/commands.js";
import { runCli } from "../../../src/cli/program.js";
import { compileTask } from "../../../src/reward/node/compile-task.js";
import { loadTask } from "../../../src/task/node/load.js";
import { noConfiguration } from "../../../src/transfer/plain-configurations.js";
import { randomizedJob, trainRandomized } from "../../../src/transfer/randomized-training.js";
import { FakeProcess } from "../../cli/fake-process.js";
import { temporaryFolder } from "../../temporary-folder.js";
import { fakeTransfer } from "../../transfer/fake-transfer.js";
import { glideTask } from "../../transfer/glide-task.js";

it("is the task's, whatever the policy's own job had in its place", async () => {
  const folder = temporaryFolder("human");
  const task = compileTask(await loadTask(glideTask(folder)));
  const { parts } = fakeTransfer(task, {});
  const { human: reward } = task.programs;
  if (!reward) throw new Error("the task has no human reward");
  const configuration = noConfiguration();
  const job = randomizedJob({
    task,
    reward,
    engine: "rapier",
    configuration,
    seed: 1,
    parent: null,
  });
  expect(job.task.task.definition.randomization).toEqual({});
  const outcome = await trainRandomized(parts, job, 512, () => {});
  const host = new FakeProcess(
    ...["randomize", `${outcome.jobId}@${outcome.totalSteps}`, "--designer", "human"],
    ...["--runs", parts.runsRoot, "--out", folder],
  );
  expect(await runCli(host, commandEntries), host.stderr.lines.join("\n")).toBe(0);
  const [made] = JSON.parse(readFileSync(path.join(folder, "configurations.json"), "utf8"));
  expect(made.ranges.massFactor.distribution).toEqual({ uniform: [0.8, 1.2] });
});
