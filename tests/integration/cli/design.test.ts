/** Searches as a person runs them, in processes: results, Ctrl-C, resume, budgets, bad run folders. */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { type CliProcess, runCli } from "../../../src/cli/program.js";
import { sharedAboutSchema } from "../../../src/view/share/about.js";
import { FakeProcess } from "../../cli/fake-process.js";
import { type Ended, outsideFolder, run, start } from "./rewardsmith.js";

const cwd = outsideFolder();
const small = [
  "--iterations",
  "2",
  "--candidates",
  "2",
  "--search-steps",
  "8000",
  "--final-steps",
  "8000",
  "--final-seeds",
  "2",
  "--final-episodes",
  "8",
  "--episodes",
  "8",
];

function events(name: string): { type: string; [key: string]: unknown }[] {
  const text = readFileSync(path.join(cwd, "runs", name, "events.jsonl"), "utf8");
  return text
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => JSON.parse(line));
}

describe("a whole search", () => {
  let ended: Ended;

  beforeAll(async () => {
    ended = await run(["design", "cartpole", "--name", "whole", ...small], { cwd });
  });

  test("says first what will happen, without a language model", () => {
    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.stdout).toContain("evolutionary search, no language model");
    expect(ended.stdout).toMatch(
      /search .*only the better ones to the end and with \d+ other seed/,
    );
    expect(ended.stdout).toMatch(/policy +.* after 55, 70, 85 and 100 %/);
    expect(ended.stdout).toMatch(/confirm +the best \d+ with \d+ further seeds/);
    expect(ended.stdout).toMatch(/work +about .* environment steps, .* on \d+ core/);
  });

  test("says of each candidate what it scored and where it came from", () => {
    for (const id of ["1.1", "1.2", "2.1", "2.2"]) {
      expect(ended.stdout).toMatch(new RegExp(`  ${id}  .*(random|mutation|crossover|same)`));
    }
  });

  test("ends with the code, the table and three commands that work as printed", async () => {
    expect(ended.stdout).toContain("export function reward(s: State)");
    expect(ended.stdout).toMatch(/offline best +[\d.]+/);
    expect(ended.stdout).toMatch(/human +[\d.]+/);
    expect(ended.stdout).toMatch(/sparse +[\d.]+/);
    const commands = [...ended.stdout.matchAll(/^ {4}node \S+main\.ts (.*)$/gm)].map(([, args]) =>
      args.split(" "),
    );
    expect(commands.map(([name]) => name)).toEqual(["evaluate", "train", "new"]);
    const short = commands.map((args) =>
      args[0] === "train" ? [...args, "--steps", "2048", "--episodes", "4"] : args,
    );
    for (const args of short) {
      const { code, stderr } = await run(args, { cwd });
      expect(code, `${args.join(" ")}: ${stderr}`).toBe(0);
    }
  });

  test("is listed and reported", async () => {
    const list = await run(["list", "--json"], { cwd });
    expect(JSON.parse(list.stdout).runs).toContainEqual(
      expect.objectContaining({
        name: "whole",
        task: "cartpole",
        state: "finished",
        iterations: 2,
      }),
    );
    const report = await run(["report", "whole"], { cwd });
    expect(report.stdout).toContain("# whole: rewards for cartpole");
    expect(report.stdout.trim()).toBe(
      readFileSync(path.join(cwd, "runs", "whole", "report.md"), "utf8").trim(),
    );
  });

  test("is shared as one file, with its curves and any candidate", async () => {
    const short = ["--seconds", "1", "--envs", "2", "--out", "whole.html"];
    const shared = await run(["share", "whole", "--candidate", "1.1", ...short], { cwd });
    expect(shared.code, shared.stderr).toBe(0);
    const html = readFileSync(path.join(cwd, "whole.html"), "utf8");
    const [, text] = /id="shared-about">([^<]*)</.exec(html) ?? [];
    const about = sharedAboutSchema.parse(JSON.parse(text));
    expect(about).toMatchObject({ candidate: "1.1", run: { name: "whole", task: "cartpole" } });
    expect(about.curves.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["1.1", "human", "sparse"]),
    );
    const none = await run(["share", "whole", "--candidate", "9.9"], { cwd });
    expect(none.code).not.toBe(0);
    expect(none.stderr).toContain("E_CANDIDATE_UNKNOWN");
  });

  test("shows the prompt that a model would be sent next, and refuses one that cannot be", async () => {
    const show = async (...flags: string[]) => {
      const runs = path.join(cwd, "runs");
      const host = new FakeProcess("prompts", "show", "terse", ...flags, "--runs", runs);
      const code = await runCli(host as CliProcess);
      return { code, out: host.stdout.text, err: host.stderr.text };
    };
    const next = await show("--from", "whole", "--task", "cartpole");
    expect(next.code, next.err).toBe(0);
    expect(next.out).toContain("episodes ended by:");
    expect((await show("--from", "whole", "--iteration", "3")).out).toBe(next.out);
    expect((await show("--from", "whole", "--iteration", "1")).out).not.toContain("ended by:");
    for (const [flags, text] of [
      [["--from", "whole", "--iteration", "4"], "whole: there is no iteration 4 yet"],
      [["--from", "whole", "--task", "ant"], "whole: the run is about cartpole, not ant"],
      [["--task", "cartpole", "--iteration", "2"], "--iteration is given without --from"],
    ] as const) {
      const { code, err } = await show(...flags);
      expect(code).toBe(2);
      expect(err).toContain(`E_CLI_USAGE: ${text}\n  → `);
    }
  });

  test("trains nothing when the same search is run again", async () => {
    const again = await run(["design", "cartpole", "--name", "again", "--json", ...small], { cwd });
    expect(again.code).toBe(0);
    const lines = again.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const rungs = lines.filter((line) => line.type === "rungFinished");
    expect(rungs.length).toBeGreaterThan(0);
    expect(rungs.every((rung) => rung.result.newSteps === 0)).toBe(true);
    expect(lines.at(-1)).toMatchObject({ type: "result", run: "again", status: "finished" });
  });

  test("cannot be given a name twice", async () => {
    const { code, stderr } = await run(["design", "cartpole", "--name", "whole", ...small], {
      cwd,
    });
    expect(code).toBe(1);
    expect(stderr).toContain("E_RUN_EXISTS");
  });
});

test("Ctrl-C stops with exit code 3 and resume finishes, redoing nothing", async () => {
  const flags = ["--name", "stopped", "--seed", "7", ...small];
  const search = start(["design", "cartpole", ...flags], { cwd });
  await search.printed(/fitness/);
  search.process.kill("SIGINT");
  const { code, stderr } = await search.ended;
  expect(code).toBe(3);
  expect(stderr).toContain("Stopped. Go on with:");
  expect(stderr).toContain("resume stopped");
  await goesOn("stopped");
});

test("kill -9 leaves a run that resume finishes, redoing nothing", {
  timeout: 300_000,
}, async () => {
  const steps = ["--search-steps", "4096", "--final-steps", "2048", "--final-seeds", "1"];
  const flags = [...small, ...steps, "--iterations", "1", "--confirm", "0", "--no-viewer"];
  const search = start(["design", "cartpole", "--name", "killed", "--seed", "6", ...flags], {
    cwd,
  });
  await search.printed(/fitness/);
  search.process.kill("SIGKILL");
  expect((await search.ended).code).toBeNull();
  await goesOn("killed");
});

/** What was logged stays, nothing that was finished is done again. */
async function goesOn(name: string): Promise<void> {
  const before = events(name);
  const resumed = await run(["resume"], { cwd });
  expect(resumed.code, resumed.stderr).toBe(0);
  expect(resumed.stdout).toContain("Try next:");
  const after = events(name);
  expect(after.slice(0, before.length)).toEqual(before);
  for (const type of ["candidateProposed", "rungFinished", "candidateRepeated", "finalEvaluated"]) {
    const done = after
      .filter((event) => event.type === type)
      .map(({ id, attempt, rung, which, seed }) => [id, attempt, rung, which, seed].join(" "));
    expect(new Set(done).size, type).toBe(done.length);
  }
}

test("a budget of environment steps ends the search with exit code 4, finals included", async () => {
  const flags = ["--name", "budget", "--max-steps", "9000", "--seed", "8", ...small];
  const { code, stdout } = await run(["design", "cartpole", ...flags], { cwd });
  expect(code).toBe(4);
  expect(stdout).toContain("budget reached: environmentSteps");
  expect(events("budget").some((event) => event.type === "finalEvaluated")).toBe(true);
});

test("with --on-budget stop the search waits for a larger budget", async () => {
  const flags = ["--name", "waits", "--max-steps", "9000", "--on-budget", "stop", "--seed", "8"];
  const stopped = await run(["design", "cartpole", ...flags, ...small], { cwd });
  expect(stopped.code).toBe(4);
  expect(stopped.stdout).toMatch(/larger budget: .* resume waits --max-steps 18000/);
  const resumed = await run(["resume", "waits", "--max-steps", "100000"], { cwd });
  expect(resumed.code, resumed.stderr).toBe(0);
  expect(resumed.stdout).toMatch(/offline best +[\d.]+/);
});

describe("run folders", () => {
  test("two writers on one run: the second is told who the first is", async () => {
    const first = start(["design", "cartpole", "--name", "locked", "--seed", "9", ...small], {
      cwd,
    });
    await first.printed(/iteration 1/);
    const second = await run(["resume", "locked"], { cwd });
    first.process.kill("SIGINT");
    await first.ended;
    expect(second.code).toBe(1);
    expect(second.stderr).toContain(`E_RUN_LOCKED`);
    expect(second.stderr).toContain(String(first.process.pid));
  });

  test("a cut last line of the event log is set aside and the run goes on", async () => {
    const file = path.join(cwd, "runs", "locked", "events.jsonl");
    appendFileSync(file, '{"seq":99,"type":"runFin');
    const { code, stderr } = await run(["resume", "locked"], { cwd });
    expect(code, stderr).toBe(0);
    expect(existsSync(`${file}.bad`)).toBe(true);
    expect(stderr).toContain("the last line is broken");
  });

  test("one of another version is refused by name", async () => {
    const file = path.join(cwd, "runs", "locked", "run.json");
    const info = JSON.parse(readFileSync(file, "utf8"));
    writeFileSync(file, JSON.stringify({ ...info, format: 99 }));
    const { code, stderr } = await run(["resume", "locked"], { cwd });
    expect(code).toBe(1);
    expect(stderr).toContain("E_RUN_VERSION");
    expect(stderr).toContain("newer rewardsmith");
  });

  test("an unknown one names the nearest", async () => {
    const { code, stderr } = await run(["resume", "hole"], { cwd });
    expect(code).toBe(2);
    expect(stderr).toContain('did you mean "whole"');
  });
});
