import { expect, test } from "vitest";
import { policyChoice } from "../../src/design/policy-choice.js";
import { designSettingsSchema } from "../../src/design/settings.js";

test("policies to choose from are those after parts of a whole training", () => {
  const settings = designSettingsSchema.parse({ checkpoints: [0.5, 0.9], episodes: 7 });
  expect(policyChoice(settings, 1000)).toEqual({
    after: [500, 900],
    by: { set: "select", profile: "reference", episodes: 7 },
  });
});

test("the original takes its last policy", () => {
  const settings = designSettingsSchema.parse({ faithful: true });
  expect(policyChoice(settings, 1000).after).toEqual([]);
});
