/** The names people give to policies, of a run whose trainings lost again what they had learned. */
import { beforeAll, expect, test } from "vitest";
import { findPolicies } from "../../src/cli/stored-policy.js";
import { temporaryFolder } from "../temporary-folder.js";
import { makeRun } from "../view/data/made-run.js";

const runsRoot = temporaryFolder("policies");
const forgetful = { fitness: () => 0.5, best: (steps: number) => 0.75 * steps };

beforeAll(async () => {
  const settings = { iterations: 1, candidates: 2, searchSteps: 4000, finalSteps: 8000 };
  for (const finals of [true, false]) {
    await makeRun({
      runsRoot,
      name: finals ? "whole" : "searched",
      settings: { ...settings, finalSeeds: 2, confirm: 0, finals },
      world: forgetful,
    });
  }
});

test("a run's policies are those that its results are about, not the last of their trainings", () => {
  expect(findPolicies(runsRoot, "whole").map(({ steps }) => steps)).toEqual([6000, 6000]);
  expect(findPolicies(runsRoot, "searched").map(({ steps }) => steps)).toEqual([3000]);
});

test("so are the copies of their checkpoints that the run keeps", () => {
  const of = (file: string) => findPolicies(runsRoot, `${runsRoot}/whole/${file}`);
  expect(of("iteration-1/candidate-1/checkpoint.bin")).toMatchObject([{ steps: 3000 }]);
  expect(of("final/human-1001/checkpoint.bin")).toMatchObject([{ steps: 6000 }]);
});
