import { expect, test } from "vitest";
import { outsideFolder, run } from "./rewardsmith.js";

const records = (stdout: string) =>
  stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

test("a training tells its CPU time, and another starts from its policy", async () => {
  const cwd = outsideFolder();
  const base = ["train", "cartpole", "--episodes", "8", "--set", "numShards=1"];
  const first = await run([...base, "--steps", "12000", "--json"], { cwd });
  expect(first.code).toBe(0);
  const trained = records(first.stdout).find(({ type }) => type === "trained");
  const rows = records(first.stdout).filter(({ type }) => type === "metrics");
  expect(trained.cpuSeconds).toBe(rows.at(-1).cpuSeconds);
  expect(trained.cpuSeconds).toBeGreaterThan(0);

  const from = `${trained.jobId}@${trained.totalSteps}`;
  const second = await run([...base, "--steps", "2048", "--from", from], { cwd });
  expect(second.code).toBe(0);
  expect(second.stdout).toContain(`starting from the policy ${from}`);
  expect(second.stdout).toMatch(/cpu +\d/);

  const unknown = await run([...base, "--from", "0123456789abcdef@2048"], { cwd });
  expect(unknown.stderr).toContain("E_RESULT_UNKNOWN");
  const preset = await run(["train", "cartpole", "--preset", "isac"], { cwd });
  expect(preset.stderr).toContain("there are: isaac");
});
