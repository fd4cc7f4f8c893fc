import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { type CliProcess, runCli } from "../../../src/cli/program.js";
import { FakeProcess } from "../../cli/fake-process.js";
import { outsideFolder } from "./rewardsmith.js";

test("bench prints a table of ratios and writes it as Markdown", async () => {
  const out = path.join(outsideFolder(), "reward.md");
  const host = new FakeProcess("bench", "reward", "--json", "--out", out);
  expect(await runCli(host as CliProcess)).toBe(0);
  const { benchmark, rows } = JSON.parse(host.stdout.text);
  expect(benchmark).toBe("reward");
  expect(rows[0]).toEqual(["reward", "compiled", "plain JavaScript", "ratio", "wanted"]);
  for (const row of rows.slice(1)) expect(Number(row[3])).toBeGreaterThan(0);
  expect(readFileSync(out, "utf8")).toContain("| cartpole, human |");
});

test("an unknown table names those there are", async () => {
  const host = new FakeProcess("bench", "speed");
  expect(await runCli(host as CliProcess)).toBe(2);
  expect(host.stderr.text).toContain("sim, learn, reward, train, search");
});
