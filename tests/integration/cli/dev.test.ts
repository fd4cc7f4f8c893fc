import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { outsideFolder, run, start } from "./rewardsmith.js";

test("dev trains on save, says what is wrong, warm-starts the next, and ends on Ctrl-C", async () => {
  const cwd = outsideFolder();
  await run(["new", "mine"], { cwd });
  const file = path.join(cwd, "mine", "reward.ts");
  const source = readFileSync(file, "utf8");
  const dev = start(["dev", "./mine", "--steps", "4096", "--episodes", "4"], { cwd });
  await dev.printed(/fitness [\d.]+, /);
  writeFileSync(file, source.replace("s.pole.angle ** 2", "s.pole.angel ** 2"));
  await dev.printed(/E_REWARD_UNKNOWN_FIELD[\s\S]*save again/);
  writeFileSync(file, source.replace("s.pole.angle ** 2", "2 * s.pole.angle ** 2"));
  await dev.printed(/fitness [\d.]+ \([\d.]+ before\)/);
  dev.process.kill("SIGINT");
  const { code, stdout } = await dev.ended;
  expect(code).toBe(0);
  expect(stdout).toContain("Ended.");
});
