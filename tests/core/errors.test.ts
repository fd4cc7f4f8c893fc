import { describe, expect, test } from "vitest";
import { formatError, formatIssue, RewardsmithError } from "../../src/core/errors.js";

describe("errors", () => {
  test("a printed error has code, place, message and what to do", () => {
    const error = new RewardsmithError("E_TASK_UNKNOWN", 'no task named "cartpol"', {
      where: "train",
      hint: "did you mean cartpole?",
    });
    expect(formatError(error)).toBe(
      'E_TASK_UNKNOWN: train: no task named "cartpol"\n  → did you mean cartpole?',
    );
  });

  test("the cause is kept", () => {
    const cause = new Error("disk");
    expect(new RewardsmithError("E_X", "x", { cause }).cause).toBe(cause);
  });

  test("an issue prints as file:line:column", () => {
    expect(
      formatIssue({ code: "E_REWARD_TYPE", severity: "error", message: "m", line: 3, column: 7 }),
    ).toBe("reward.ts:3:7 error E_REWARD_TYPE: m");
  });
});
