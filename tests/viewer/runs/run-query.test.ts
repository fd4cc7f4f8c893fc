import { expect, test } from "vitest";
import type { RunSummary } from "../../../src/view/data/answers.js";
import { parseRunQuery } from "../../../viewer/src/runs/run-query.js";

const run = (name: string, task: string, fitness: number | null, more: object = {}) =>
  ({
    name,
    task,
    status: "finished",
    designer: "offline",
    best: fitness === null ? null : { id: "1.1", score: { fitness } },
    costUsd: 0,
    steps: 2.5e6,
    wallSeconds: 90,
    iterations: { ended: 2, planned: 2 },
    candidates: { all: 6 },
    ...more,
  }) as unknown as RunSummary;

const runs = [
  run("first", "ant", 0.9),
  run("second", "ant", 0.5, { status: "running", costUsd: 0.4 }),
  run("third", "cartpole-swingup", null),
];
const found = (query: string) => runs.filter(parseRunQuery(query).test).map(({ name }) => name);

test.each([
  ["", ["first", "second", "third"]],
  ["task:ant fitness>0.8", ["first"]],
  ["task=ant", ["first", "second"]],
  ["TASK:Swing", ["third"]],
  ["fitness<=0.5", ["second"]],
  ["status:running cost>0.1", ["second"]],
  ["steps>=2M steps<3M", ["first", "second", "third"]],
  ["cost>$1", []],
  ["ir", ["first", "third"].filter((name) => name.includes("ir"))],
  ["fitness>", ["first", "second", "third"]],
])("%j finds %j", (query, names) => {
  expect(found(query)).toEqual(names);
});

test("what is no condition is said, and the rest still counts", () => {
  const { test, problem } = parseRunQuery("colour:red task:ant");
  expect(problem).toContain("colour:red");
  expect(runs.filter(test)).toHaveLength(2);
  expect(parseRunQuery("fitness>high").problem).not.toBeNull();
  expect(parseRunQuery("task:ant").problem).toBeNull();
});
