/** A person's own folder, outside the repository: new, check, train, design; and broken ones. */
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { type Ended, outsideFolder, run } from "./rewardsmith.js";

const home = outsideFolder();
const task = path.join(home, "my-robot");
let made: Ended;

beforeAll(async () => {
  made = await run(["new", "my-robot"], { cwd: home });
});

describe("a new task folder", () => {
  test("is made, and says what to edit and what to do next", () => {
    expect(made).toMatchObject({ code: 0, stderr: "" });
    expect(existsSync(path.join(task, "state.d.ts"))).toBe(true);
    for (const name of ["robot.xml", "task.ts", "task.md", "fitness.ts", "reward.ts"]) {
      expect(made.stdout).toContain(name);
    }
    expect(made.stdout).toContain("check ./my-robot/reward.ts --task ./my-robot");
  });

  test("is not made over another", async () => {
    const again = await run(["new", "my-robot"], { cwd: home });
    expect(again.code).toBe(1);
    expect(again.stderr).toContain("E_TASK_FOLDER_EXISTS");
  });

  test("is checked, trained and evaluated with the commands that were printed", async () => {
    const check = await run(["check", "./my-robot/reward.ts", "--task", "./my-robot"], {
      cwd: home,
    });
    expect(check.code, check.stderr).toBe(0);
    const train = await run(["train", "./my-robot", "--steps", "8000", "--json"], { cwd: home });
    expect(train.code, train.stderr).toBe(0);
    const lines = train.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.map(({ type }) => type).slice(0, 2)).toEqual(["viewer", "metrics"]);
    const trained = lines.at(-1);
    expect(trained).toMatchObject({
      type: "trained",
      evaluation: { set: "test", profile: "reference", episodes: 64 },
      onTrainPhysics: { set: "test", profile: "train", episodes: 64 },
    });
    expect(existsSync(trained.checkpoint)).toBe(true);

    const result = `${trained.jobId}@${trained.totalSteps}`;
    for (const policy of [result, trained.checkpoint]) {
      const measured = await run(["evaluate", policy, "--episodes", "64", "--json"], { cwd: home });
      const evaluation = JSON.parse(measured.stdout.trim());
      expect(evaluation.fitness).toBe(trained.evaluation.fitness);
    }
    const unknown = await run(["evaluate", `${trained.jobId}@99`], { cwd: home });
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain("E_RESULT_UNKNOWN");
  });
});

describe("a broken task folder", () => {
  async function broken(change: (folder: string) => void): Promise<Ended> {
    const folder = path.join(outsideFolder(), "broken");
    cpSync(task, folder, { recursive: true });
    change(folder);
    const ended = await run(["train", folder, "--steps", "1"], { cwd: home });
    rmSync(folder, { recursive: true });
    return ended;
  }

  function edit(name: string, from: string, to: string): (folder: string) => void {
    return (folder) => {
      const file = path.join(folder, name);
      const text = readFileSync(file, "utf8");
      expect(text).toContain(from);
      writeFileSync(file, text.replace(from, to));
    };
  }

  test("says where its MJCF is wrong", async () => {
    const { code, stderr } = await broken(edit("robot.xml", "<worldbody>", "<worldbdy>"));
    expect(code).toBe(1);
    expect(stderr).toMatch(/E_ROBOT\w*: .*robot\.xml/);
    expect(stderr).not.toContain("    at ");
  });

  test("says that its robot is missing", async () => {
    const { code, stderr } = await broken((folder) => rmSync(path.join(folder, "robot.xml")));
    expect(code).toBe(1);
    expect(stderr).toContain("robot.xml");
  });

  test("says which observation names no signal", async () => {
    const { code, stderr } = await broken(
      edit("task.ts", 'signal: "cart.position"', 'signal: "cart.positon"'),
    );
    expect(code).toBe(1);
    expect(stderr).toContain("cart.positon");
    expect(stderr).toContain("cart.position");
  });

  test("says which line of a program does not compile", async () => {
    const { code, stderr } = await broken((folder) =>
      writeFileSync(
        path.join(folder, "fitness.ts"),
        "export function fitness(s: State): number {\n  return s.nothing;\n}\n",
      ),
    );
    expect(code).toBe(1);
    expect(stderr).toContain("fitness.ts:2:");
  });
});
