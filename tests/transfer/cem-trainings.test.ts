import { describe, expect, it } from "vitest";
import { compileTask } from "../../src/reward/node/compile-task.js";
import { loadTask } from "../../src/task/node/load.js";
import { designByTraining } from "../../src/transfer/cem-trainings.js";
import { checkConfiguration } from "../../src/transfer/check-configuration.js";
import { fakeTransfer } from "./fake-transfer.js";

const go1 = compileTask(await loadTask("go1-walk"));
const prior = { friction: [[0.3, 3]], massFactor: [[0.05, 1.3]], payloadKg: [[-5, 1]] } as const;

function search(fake = fakeTransfer(go1, {})) {
  const { parts } = fake;
  return designByTraining({
    task: go1,
    reward: parts.reward.program,
    engine: "rapier",
    parent: null,
    prior,
    generations: 2,
    population: 3,
    steps: 4096,
    worlds: 5,
    seed: 3,
    runsRoot: parts.runsRoot,
    executor: parts.executor,
    measure: parts.measurer.measure,
    signal: parts.signal,
  });
}

describe("the cross-entropy method with trainings", () => {
  it("trains with every randomization and puts first what does best in the worst worlds", async () => {
    const fake = fakeTransfer(go1, {});
    const tried = await search(fake);
    expect(fake.trained).toHaveLength(6);
    expect(fake.measured.map(({ worlds, stream }) => [worlds.length, stream])).toEqual(
      Array(6).fill([5, "select"]),
    );
    const scores = tried.map(({ score }) => score);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    for (const { configuration } of tried) {
      expect(configuration.designer).toBe("cem");
      expect(checkConfiguration(configuration, go1.task, prior).issues).toBeUndefined();
    }
    // What was trained is in the store, and the search goes the same way again.
    expect(await search(fake)).toEqual(tried);
  });

  it("ranks a training that fails behind all others", async () => {
    const fake = fakeTransfer(go1, {});
    fake.fault = () => (fake.trained.length === 2 ? "E_SIM_NOT_FINITE" : null);
    const tried = await search(fake);
    expect(tried.at(-1)?.score).toBe(Number.NEGATIVE_INFINITY);
    expect(tried.filter(({ score }) => Number.isFinite(score))).toHaveLength(5);
  });

  it("needs a prior that leaves something to randomize", async () => {
    const { parts } = fakeTransfer(go1, {});
    await expect(
      designByTraining({
        ...parts,
        ...{
          reward: parts.reward.program,
          engine: "rapier",
          parent: null,
          measure: parts.measurer.measure,
        },
        ...{ prior: { friction: [] }, generations: 1, population: 2, steps: 1, worlds: 1, seed: 0 },
      }),
    ).rejects.toMatchObject({ code: "E_PRIOR_EMPTY" });
  });
});
