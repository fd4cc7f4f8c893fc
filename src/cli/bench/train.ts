/** Environment steps until cartpole's human reward keeps the pole up, over five seeds. */
import { compileTask } from "../../reward/node/compile-task.js";
import { createLocalExecutor } from "../../run/local-executor.js";
import { loadTask } from "../../task/node/load.js";
import type { Benchmark } from "./benchmark.js";

const wanted = 495;
const every = 25_000;
const most = 300_000;
const seeds = [1, 2, 3, 4, 5];

/** @param runsFolder holds the job store: what it has is not trained again */
export function benchTrain(runsFolder: string): Benchmark {
  return async (progress, signal) => {
    const task = compileTask(await loadTask("cartpole"));
    const { human } = task.programs;
    if (!human) throw new Error("cartpole has a human reward");
    const executor = createLocalExecutor({ runsRoot: runsFolder });
    /** Trains on in pieces until held-out episodes are long enough. */
    const stepsToSolve = async (
      seed: number,
    ): Promise<{ steps: number | null; length: number }> => {
      let length = Number.NaN;
      for (let steps = every; steps <= most; steps += every) {
        const outcome = await executor.run(
          {
            job: {
              task,
              reward: human,
              settings: task.task.definition.training,
              engine: task.task.definition.engine,
              seed,
              parent: null,
            },
            steps,
            evaluations: [{ set: "test", profile: "reference", episodes: 64 }],
          },
          { signal },
        );
        signal.throwIfAborted();
        if (outcome.status === "failed") return { steps: null, length };
        length = outcome.evaluations[0].episodeLength;
        progress(`seed ${seed}: ${Math.round(length)} of 500 steps after ${outcome.totalSteps}`);
        if (length >= wanted) return { steps: outcome.totalSteps, length };
      }
      return { steps: null, length };
    };
    try {
      const results = await Promise.all(seeds.map(stepsToSolve));
      const solved = results.filter(({ steps }) => steps !== null).length;
      return {
        title: `Training: cartpole, human reward, environment steps to ${wanted} of 500`,
        rows: [
          ["seed", "environment steps", "episode length then"],
          ...results.map(({ steps, length }, i) => [
            String(seeds[i]),
            steps === null ? `not within ${most}` : String(steps),
            length.toFixed(1),
          ]),
        ],
        notes: [
          `${solved} of ${seeds.length} seeds within ${most} steps (wanted: all); tested every ${every}`,
          "mean length of 64 held-out episodes, deterministic policy, reference physics",
        ],
      };
    } finally {
      await executor.close();
    }
  };
}
