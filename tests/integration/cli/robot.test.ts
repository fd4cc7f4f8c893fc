/** `export` and `run`: from a policy to a simulated robot that moves. */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { outsideFolder, run } from "./rewardsmith.js";

const cwd = outsideFolder();

test("a policy is exported and drives a robot in the engine it has never seen", async () => {
  const exported = await run(["export", "cartpole-swingup", "--to", "pole"], { cwd });
  expect(exported.code, exported.stderr).toBe(0);
  expect(exported.stdout).toContain("pole: cartpole-swingup for");
  expect(exported.stdout).toContain("run pole --adapter sim --engine mujoco");

  // This computer may be busy.
  const limits = path.join(cwd, "pole", "deploy.yaml");
  const text = readFileSync(limits, "utf8");
  writeFileSync(limits, text.replace(/stale_after: .*/, "stale_after: 30"));
  const ran = await run(["run", "pole", "--seconds", "1"], { cwd });
  expect(ran.code, ran.stderr).toBe(0);
  expect(ran.stdout).toContain("Changed since it was exported: deploy.yaml.");
  expect(ran.stdout).toMatch(/commands, \d+ lost; .* 0 messages refused/);
});

test("mistakes are one sentence each", async () => {
  for (const [args, error] of [
    [["run", "nowhere"], "E_DEPLOY_UNKNOWN"],
    [["export", "cartpole-swingup", "--exam", "missing.json"], "E_EXPORT_EXAM"],
  ] as const) {
    const { code, stderr } = await run([...args], { cwd });
    expect(code, args.join(" ")).not.toBe(0);
    expect(stderr).toContain(error);
  }
});

test("a reward is printed as Python", async () => {
  const { code, stdout } = await run(["export", "cartpole", "--reward", "python"], { cwd });
  expect(code).toBe(0);
  expect(stdout).toContain("def reward(signals, xp):");
});
