import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
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
  expect(host.stderr.text).toContain("sim, learn, reward, train, view, watch, run, search, tasks");
});

test("bench tasks writes its table between the markers of a page and leaves the rest alone", async () => {
  const folder = outsideFolder();
  const out = path.join(folder, "page.md");
  writeFileSync(out, "before\n<!-- bench tasks -->\nold\n<!-- end -->\nafter\n");
  const flags = ["--task", "cartpole", "--seeds", "1", "--episodes", "4", "--out", out];
  const host = new FakeProcess("bench", "tasks", ...flags, "--runs", path.join(folder, "runs"));
  expect(await runCli(host as CliProcess)).toBe(0);
  const lines = readFileSync(out, "utf8").split("\n");
  expect(lines[0]).toBe("before");
  expect(lines.slice(-3)).toEqual(["<!-- end -->", "after", ""]);
  expect(lines.filter((line) => line.startsWith("| cartpole |"))).toHaveLength(2);
  expect(lines).not.toContain("old");
  const head = lines.find((line) => line.startsWith("| task |"));
  for (const column of ["95 % interval", "on train physics", "CPU time", "wall time", "engine"]) {
    expect(head).toContain(`| ${column} |`);
  }

  // Interrupted or not, what is in the store is not trained again.
  const policies = () =>
    readdirSync(path.join(folder, "runs"), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".bin") || file.endsWith("metrics.jsonl"))
      .map((file) => [file, statSync(path.join(folder, "runs", file)).mtimeMs]);
  const trained = policies();
  expect(trained.length).toBeGreaterThanOrEqual(4);
  const again = new FakeProcess("bench", "tasks", ...flags, "--runs", path.join(folder, "runs"));
  expect(await runCli(again as CliProcess)).toBe(0);
  expect(policies()).toEqual(trained);
  expect(readFileSync(out, "utf8").split("\n")).toEqual(lines);
});

test("a page whose marker has no end is refused by name", async () => {
  const folder = outsideFolder();
  const out = path.join(folder, "page.md");
  writeFileSync(out, "<!-- bench reward -->");
  const host = new FakeProcess("bench", "reward", "--out", out);
  expect(await runCli(host as CliProcess)).toBe(1);
  expect(host.stderr.text).toContain("E_BENCH_MARKERS");
});
