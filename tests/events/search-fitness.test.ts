import { expect, test } from "vitest";
import type { Candidate } from "../../src/events/run-state.js";
import { searchFitness } from "../../src/events/search-fitness.js";

function candidate(result: object, repeats: object[] = []) {
  return {
    rungs: [{ result: { evaluation: { fitness: 0.3 } } }, { result }],
    repeats,
  } as unknown as Candidate;
}

test("a training counts by the mean over the policies that its best was chosen of", () => {
  const chosen = { evaluation: { fitness: 1 }, meanFitness: 0.5 };
  expect(searchFitness(candidate(chosen))).toBe(0.5);
  expect(searchFitness(candidate(chosen, [{ fitness: 1 }, { fitness: 0.75 }]))).toBe(0.75);
});

test("a training without a choice counts by its last policy, one that failed not at all", () => {
  expect(searchFitness(candidate({ evaluation: { fitness: 0.9 } }))).toBe(0.9);
  expect(searchFitness(candidate({ evaluation: { fitness: 1 } }, [{ fitness: null }]))).toBeNull();
});
