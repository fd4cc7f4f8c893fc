import { defineConfig } from "vitest/config";

/** `unit` is fast; `integration` starts workers, processes and the CLI; `browser` drives Chromium; `slow` (learning, soak, fuzz) runs with CI=1. */
/** They mock modules, or run a suite that another file runs for another engine. */
const isolated = [
  "tests/llm/recording.test.ts",
  "tests/run/{event-log,train-job}.test.ts",
  "tests/sim/mujoco/**/*.test.ts",
];
const slow = process.env["CI"] ? ["tests/slow/**/*.test.ts"] : [];

export default defineConfig({
  resolve: { alias: { rewardsmith: new URL("./src/index.ts", import.meta.url).pathname } },
  test: {
    pool: "forks",
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          // Most take milliseconds; a busy machine may take its time.
          testTimeout: 30_000,
          include: ["tests/**/*.test.ts"],
          exclude: ["tests/slow/**", "tests/integration/**", "tests/browser/**", ...isolated],
        },
      },
      { extends: true, test: { name: "isolated", testTimeout: 30_000, include: isolated } },
      {
        extends: true,
        test: {
          name: "integration",
          include: ["tests/integration/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: "browser",
          include: ["tests/browser/**/*.test.ts"],
          globalSetup: ["tests/browser/setup.ts"],
          testTimeout: 180_000,
          hookTimeout: 120_000,
        },
      },
      ...(slow.length > 0
        ? [
            {
              extends: true as const,
              test: { name: "slow", include: slow, testTimeout: 900_000, hookTimeout: 900_000 },
            },
          ]
        : []),
    ],
  },
});
