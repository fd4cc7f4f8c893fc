import { beforeAll, describe, expect, it } from "vitest";
import type { PolicyParameters } from "../../src/policy/inference.js";
import type { CompiledTask } from "../../src/reward/compiled-task.js";
import { compileTask } from "../../src/reward/node/compile-task.js";
import { jobId, type TrainingJob } from "../../src/run/job.js";
import { loadTask } from "../../src/task/node/load.js";
import type { TransferDefinition } from "../../src/task/task.js";
import { examSchema, sitExam } from "../../src/transfer/exam.js";
import { examMarkdown } from "../../src/transfer/exam-page.js";
import { type Measure, requireMeasurable, succeeds } from "../../src/transfer/measure.js";
import { choosingWorlds, examCells } from "../../src/transfer/suite.js";

let go1: CompiledTask;
beforeAll(async () => {
  go1 = compileTask(await loadTask("go1-walk"));
});

const network = {
  observationDim: 47,
  privilegedObservationDim: 0,
  actionDim: 12,
  actor: [4],
  critic: [4],
  activation: "elu",
  shared: false,
} as const;
const policy = {
  network,
  theta: new Float32Array(),
  observationStatistics: null,
} as unknown as PolicyParameters;

/** Succeeds in the nominal world and nowhere else. */
const measure: Measure = async ({ worlds }) =>
  worlds.map((world, i) => {
    const success = Object.keys(world).length === 0;
    const measures = Object.fromEntries(
      Object.keys(go1.task.definition.transfer?.measures ?? {}).map((name) => [
        name,
        success ? 10 : i,
      ]),
    );
    const ending = success ? "timeOut" : "fell";
    return { world: i, success, loose: success, ending, seconds: 10, fitness: 0, measures };
  });

function withTransfer(transfer: Partial<TransferDefinition>): CompiledTask {
  const { definition } = go1.task;
  const block = { ...(definition.transfer as TransferDefinition), ...transfer };
  return { ...go1, task: { ...go1.task, definition: { ...definition, transfer: block } } };
}

describe("an exam", () => {
  it("passes by the nominal world and tells every other one", async () => {
    const exam = await sitExam({ task: go1, policy, trainedIn: "rapier", episodes: 4, measure });
    expect(examSchema.parse(JSON.parse(JSON.stringify(exam)))).toEqual(exam);
    expect(exam).toMatchObject({ passed: true, engine: "mujoco", mark: 0.8 });
    expect(exam.cells[0].success.mean).toBe(1);
    expect(exam.elsewhere).toMatchObject({ episodes: 4 * (exam.cells.length - 1) });
    expect(exam.elsewhere.falls.mean).toBe(1);
    expect(examMarkdown(exam, null)).toMatch(/^Passed: 100 % \(51–100\) of 4 episodes in mujoco/m);
  });

  it("is refused in the engine of the training, without a mark, and for unknown suites", async () => {
    const options = { task: go1, policy, trainedIn: "rapier", episodes: 1, measure } as const;
    await expect(sitExam({ ...options, engine: "rapier" })).rejects.toMatchObject({
      code: "E_EXAM_ENGINE",
    });
    await expect(
      sitExam({ ...options, task: withTransfer({ exam: { seconds: 10 } }) }),
    ).rejects.toMatchObject({ code: "E_EXAM_MARK" });
    await expect(sitExam({ ...options, suites: ["frictoin"] })).rejects.toMatchObject({
      code: "E_EXAM_SUITE",
    });
  });

  it("needs a task that says how it is judged, and a policy of its robot", () => {
    const { transfer: _none, ...definition } = go1.task.definition;
    const bare = { ...go1, task: { ...go1.task, definition } };
    const options = {
      engine: "mujoco",
      profile: "train",
      worlds: [],
      seconds: 1,
      seed: 0,
    } as const;
    expect(() => requireMeasurable({ ...options, task: bare, policy })).toThrow(
      expect.objectContaining({ code: "E_TASK_NO_TRANSFER" }),
    );
    const other = { ...policy, network: { ...policy.network, observationDim: 60 } };
    expect(() => requireMeasurable({ ...options, task: go1, policy: other })).toThrow(
      expect.objectContaining({ code: "E_POLICY_MISFIT" }),
    );
  });
});

describe("worlds", () => {
  it("has a Go1's nine suites beside the nominal world", () => {
    const suites = new Set(examCells(go1.task, "mujoco").map(({ suite }) => suite));
    expect([...suites]).toEqual([
      "nominal",
      "friction",
      "payload",
      "centre of mass",
      "contact",
      "time step",
      "delay",
      "gains",
      "pushes",
      "uneven ground",
    ]);
  });

  it("never chooses in a world of the exam", () => {
    const corners = examCells(go1.task, "mujoco").flatMap(({ world }) =>
      Object.entries(world.parameters ?? {}),
    );
    for (const { parameters = {} } of choosingWorlds(go1.task, 200, 5)) {
      for (const [name, value] of Object.entries(parameters)) {
        for (const [other, corner] of corners) {
          if (other === name) expect(value).not.toBe(corner);
        }
      }
    }
    const [a, b] = [1, 2].map((seed) => JSON.stringify(choosingWorlds(go1.task, 3, seed)));
    expect(a).not.toBe(b);
  });
});

describe("success", () => {
  it("needs the bounds kept and an ending that is allowed", () => {
    const rule = { measures: { speed: [1, 2] as [number, number] }, endings: ["landed"] };
    expect(succeeds(rule, "timeOut", { speed: 1.5 })).toBe(true);
    expect(succeeds(rule, "landed", { speed: 2 })).toBe(true);
    expect(succeeds(rule, "fell", { speed: 1.5 })).toBe(false);
    expect(succeeds(rule, "timeOut", { speed: 2.1 })).toBe(false);
    expect(succeeds(rule, "timeOut", { speed: Number.NaN })).toBe(false);
  });
});

describe("a job", () => {
  it("keeps its name whatever the task says about other worlds", () => {
    const job = (task: CompiledTask): TrainingJob => ({
      task,
      reward: go1.programs.fitness,
      settings: go1.task.definition.training,
      engine: "rapier",
      seed: 1,
      parent: null,
    });
    const { measures: _none, ...programs } = go1.programs;
    const other = {
      ...withTransfer({ headline: "speed", exam: { seconds: 3, pass: 1 } }),
      programs,
    };
    expect(jobId(job(other))).toBe(jobId(job(go1)));
  });
});
