import { expect, test } from "vitest";
import { jobId, resultSteps } from "../../src/run/job.js";
import { fakeJob } from "./fake-training.js";

const job = fakeJob();
type Task = typeof job.task.task;
const withTask = (change: Partial<Task>) =>
  fakeJob({ task: { ...job.task, task: { ...job.task.task, ...change } } });

test("the id is 16 hex digits and does not depend on the order of members", () => {
  const reordered = Object.fromEntries(Object.entries(job).reverse()) as unknown as typeof job;
  expect(jobId(job)).toMatch(/^[0-9a-f]{16}$/);
  expect(jobId(reordered)).toBe(jobId(job));
});

test("words, source text, folder and budgets are no part of the id", () => {
  const { definition } = job.task.task;
  const signal = { ...definition.signals["cart.position"], description: "other words" };
  const changed: Partial<Task>[] = [
    { folder: "/elsewhere" },
    { page: { sentence: "other", success: "words", termination: "here" } },
    { sources: { fitness: "// a comment", termination: "…" } },
    { definition: { ...definition, steps: 5 } },
    { definition: { ...definition, quickSearch: { searchSteps: 5 } } },
    // Programs and robot are part of it, wherever their files lie.
    { definition: { ...definition, extends: "../other" } },
    // The job says what it is trained in, whatever the task would be by default.
    { definition: { ...definition, engine: "mujoco" } },
    { definition: { ...definition, signals: { "cart.position": signal } } },
  ];
  for (const change of changed) expect(jobId(withTask(change))).toBe(jobId(job));
});

test("everything that changes a number changes the id", () => {
  const { definition, robot } = job.task.task;
  const { settings, reward } = job;
  const ids = [
    job,
    fakeJob({ seed: 2 }),
    fakeJob({ engine: "mujoco" }),
    fakeJob({ parent: "0123456789abcdef@64" }),
    fakeJob({ reward: { ...reward, columns: ["total", "other"] } }),
    fakeJob({ settings: { ...settings, numEnvs: 16 } }),
    fakeJob({ settings: { ...settings, ppo: { ...settings.ppo, gamma: 0.98 } } }),
    withTask({ definition: { ...definition, maxEpisodeSteps: 11 } }),
    withTask({ robot: { ...robot, gravity: [0, 0, -1.6] } }),
  ].map(jobId);
  expect(new Set(ids).size).toBe(ids.length);
});

test("a result has the smallest whole number of iterations that reaches the steps", () => {
  expect([1, 64, 65, 1000].map((steps) => resultSteps(job, steps))).toEqual([64, 64, 128, 1024]);
});
