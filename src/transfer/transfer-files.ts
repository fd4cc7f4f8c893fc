/** What a transfer's run folder holds beside its log. */
export const transferFiles = {
  reward: "reward.ts",
  rewardProgram: "reward.json",
  prior: "prior.json",
  configurations: "configurations.json",
  /** A policy's row of the matrix of policies and worlds; rows count from 0. */
  matrixRow: (row: number) => `choosing/${row}.json`,
  /** Exams of what was chosen, the best of all first. */
  exam: (place: number) => `exams/${place}.json`,
  /** What is put on the robot. */
  robot: "robot",
  report: "report.md",
} as const;
