/** `check` in this process: what it prints, its JSON and its exit code for every kind of bad reward. */
import { writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { type CliProcess, runCli } from "../../../src/cli/program.js";
import { FakeProcess } from "../../cli/fake-process.js";
import { temporaryFolder } from "../../temporary-folder.js";

const folder = temporaryFolder("check");

async function check(source: string, ...flags: string[]) {
  const file = path.join(folder, "reward.ts");
  writeFileSync(file, source);
  const host = new FakeProcess("check", file, "--task", "cartpole", ...flags);
  const code = await runCli(host as CliProcess);
  return { code, file, out: host.stdout.text, err: host.stderr.text };
}

const good = `export function reward(s: State): Terms {
  return { upright: Math.cos(s.pole.angle), effort: -0.01 * norm(s.action) };
}`;

describe("a reward that may be trained", () => {
  test("exits 0, shows its terms and how to train it", async () => {
    const { code, out, err, file } = await check(good);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/may be trained: \d+ ns a call/);
    expect(out).toMatch(/upright +-?[\d.e-]+ +-?[\d.e-]+ +-?[\d.e-]+/);
    expect(out).toContain(`npx rewardsmith train cartpole --reward ${file}`);
  });

  test("as JSON is accepted, issues, terms, nsPerCall and samples and nothing else", async () => {
    const { code, out } = await check(good, "--json");
    const printed = JSON.parse(out);
    expect(code).toBe(0);
    expect(Object.keys(printed)).toEqual(["accepted", "issues", "terms", "nsPerCall", "samples"]);
    expect(printed).toMatchObject({ accepted: true, issues: [], terms: ["upright", "effort"] });
    expect(printed.nsPerCall).toBeGreaterThan(0);
    expect(Object.keys(printed.samples)).toEqual(["total", "upright", "effort"]);
  });

  test("is accepted with a warning where a term never changes", async () => {
    const { code, err } = await check(
      "export function reward(s: State): Terms { return { a: s.pole.angle, b: 1 }; }",
    );
    expect(code).toBe(0);
    expect(err).toContain("warning E_REWARD_CONSTANT_TERM: the term b");
  });
});

describe("a reward that may not be trained exits 1 and says where and what to do:", () => {
  const body = (text: string) => `export function reward(s: State): Terms {\n  ${text}\n}`;
  test.each([
    ["a syntax error", body("return { a: ;"), "E_REWARD_SYNTAX", 2],
    ["a type error", body('return { a: "high" };'), "E_REWARD_TYPE", 2],
    ["an unknown field", body("return { a: s.pole.angel };"), "E_REWARD_UNKNOWN_FIELD", 2],
    ["a forbidden construct", body('return { a: eval("1") };'), "E_REWARD_FORBIDDEN", 2],
    [
      "an endless loop",
      body("let i = 0; while (s.episode.time > -1) { i++; } return { i };"),
      "E_REWARD_FUEL",
      undefined,
    ],
    ["NaN", body("return { a: Math.sqrt(s.pole.angle - 100) };"), "E_REWARD_NOT_FINITE", undefined],
    ["infinity", body("return { a: 1 / (s.pole.angle * 0) };"), "E_REWARD_NOT_FINITE", undefined],
    ["no signal at all", body("return { a: 1 };"), "E_REWARD_NO_SIGNAL", undefined],
    ["an empty file", "", "E_REWARD", undefined],
  ])("%s", async (_, source, expected, line) => {
    const { code, out } = await check(source, "--json");
    const { accepted, issues } = JSON.parse(out);
    expect([code, accepted]).toEqual([1, false]);
    const issue = issues.find((one: { code: string }) => one.code.startsWith(expected));
    expect(issue, JSON.stringify(issues)).toBeDefined();
    if (line !== undefined) expect(issue.line).toBe(line);
    expect(issue.hint).toMatch(/\w/);
  });

  test("on the terminal it is file:line:column, code, message, hint", async () => {
    const { err, file } = await check(body("return { a: s.pole.angel };"));
    expect(err).toMatch(new RegExp(`^${file}:2:\\d+ error E_REWARD_UNKNOWN_FIELD: .*\n +→ `));
    expect(err).toContain(`${file} may not be trained`);
  });
});

describe("what is given instead of a reward", () => {
  async function refused(...args: string[]) {
    const host = new FakeProcess(...args);
    return { code: await runCli(host as CliProcess), err: host.stderr.text };
  }

  test("a file that is not there is named", async () => {
    const { code, err } = await refused("check", "nowhere.ts", "--task", "cartpole");
    expect(code).toBe(1);
    expect(err).toContain("E_REWARD_FILE: nowhere.ts: there is no such file");
  });

  test("an unknown task names the nearest and exits 2", async () => {
    const { code, err } = await refused("train", "cartpol");
    expect(code).toBe(2);
    expect(err).toContain(
      'E_TASK_UNKNOWN: no task is named "cartpol"\n  → did you mean "cartpole"?',
    );
  });

  test("a missing --task is a usage error", async () => {
    const { code, err } = await refused("check", "x.ts");
    expect(code).toBe(2);
    expect(err).toContain("--task");
  });

  test.each([
    [["train", "cartpole", "--set", "ppo.lr=fast"], "E_SETTINGS_VALUE: ppo.lr: expected number"],
    [["train", "cartpole", "--set", "ppo.schedule=x"], "ppo.schedule=adaptive|fixed"],
    [["train", "cartpole", "--steps", "0"], "whole number of at least 1"],
    [
      ["design", "cartpole", "--candidates", "many"],
      "E_SETTINGS_VALUE: candidates: expected number",
    ],
    [["design", "cartpole", "--designer", "gpt"], '"offline"|"random"'],
    [["design", "cartpole", "--halve"], "did you mean --halving"],
  ])("%j says which value is wrong and exits 2", async (args, text) => {
    const { code, err } = await refused(...args);
    expect(code).toBe(2);
    expect(err).toContain(text);
  });

  test.each([
    [["--designer", "openai"], "E_LLM_NO_KEY", "--designer offline"],
    [["--designer", "recorded"], "E_CLI_RECORDING", "--recording"],
    [["--prompts", "terse"], "E_CLI_PROMPTS", "--designer openai"],
    [["--model", "gpt-5.4-mini"], "E_CLI_PROMPTS: --model gpt-5.4-mini", "--designer openai"],
    [["--note", "be calm"], "E_CLI_PROMPTS: --note be calm", "leave --note out"],
    [["--designer", "manual", "--prompts", "nowhere"], "E_PROMPT_PACK_UNKNOWN", "terse"],
    [["--start", "nowhere.ts"], "E_REWARD_FILE", "TypeScript"],
  ])("design %j stops before a run is made", async (flags, code, hint) => {
    const runs = path.join(folder, "none");
    const { err } = await refused("design", "cartpole", "--runs", runs, ...flags);
    expect(err).toContain(code);
    expect(err).toContain(hint);
    const listed = new FakeProcess("list", "--json", "--runs", runs);
    await runCli(listed as CliProcess);
    expect(JSON.parse(listed.stdout.text).runs).toEqual([]);
  });
});
