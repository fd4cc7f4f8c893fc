/** What a transfer's run folder holds beside its log. */
export const transferFiles = {
  reward: "reward.ts",
  rewardProgram: "reward.json",
  prior: "prior.json",
  configurations: "configurations.json",
  /** A policy's row of the matrix of policies and worlds, and its exam; by its place among all trainings, from 0. */
  matrixRow: (place: number) => `choosing/${place}.json`,
  exam: (place: number) => `exams/${place}.json`,
  /** What is put on the robot. */
  robot: "robot",
  report: "report.md",
} as const;
