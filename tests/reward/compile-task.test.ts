import { describe, expect, it } from "vitest";
import { RewardsmithError } from "../../src/core/errors.js";
import { compileTask } from "../../src/reward/node/compile-task.js";
import type { LoadedTask } from "../../src/task/loaded-task.js";
import type { TaskSources } from "../../src/task/task.js";
import { table } from "./table.js";

const sources: TaskSources = {
  fitness: "export function fitness(s: State): number { return s.pole.cos; }",
  termination:
    "export function termination(s: State): Flags { return { far: s.cart.position > 3 }; }",
  derived: `export function derived(s: State): Derived {
    return { "pole.cos": Math.cos(s.pole.angle), "pole.up": [0, 0, 1] };
  }`,
  human: "export function reward(s: State): Terms { return { upright: s.pole.cos }; }",
};

function task(changes: Partial<TaskSources>): LoadedTask {
  return {
    definition: { name: "balance" },
    signals: table,
    folder: "/tasks/balance",
    sources: { ...sources, ...changes },
  } as unknown as LoadedTask;
}

describe("the programs of a task", () => {
  it("are compiled, each of its kind", () => {
    const { programs } = compileTask(task({}));
    expect(programs.fitness.kind).toBe("fitness");
    expect(programs.termination.columns).toEqual(["far"]);
    expect(programs.derived?.columns).toHaveLength(4);
    expect(programs.human?.columns).toEqual(["total", "upright"]);
    expect("sparse" in programs).toBe(false);
  });

  it("are refused together, every issue with file, line and column", () => {
    const broken = task({
      fitness: "export function fitness(s: State): number {\n  return s.pole.cosine;\n}",
      sparse: "export function reward(s: State): Terms { return { a: Date.now() }; }",
    });
    let error: unknown;
    try {
      compileTask(broken);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(RewardsmithError);
    const { code, message } = error as RewardsmithError;
    expect(code).toBe("E_TASK_PROGRAM");
    expect(message).toContain("task balance");
    expect(message).toContain("/tasks/balance/fitness.ts:2:17 error E_REWARD_UNKNOWN_FIELD");
    expect(message).toContain("Did you mean s.pole.cos?");
    expect(message).toContain("/tasks/balance/sparse.ts:1:");
  });

  it("are refused where derived signals have no program", () => {
    const { derived: _, ...rest } = sources;
    const missing = { ...task({}), sources: rest } as LoadedTask;
    expect(() => compileTask(missing)).toThrowError(/derived\.ts is missing/);
  });
});
