/**
 * Every task with the human and the sparse reward, over five seeds: how good, after how many steps
 * and how much time. Trainings are jobs of the store, so an interrupted benchmark goes on where it was.
 */
import { interval95, median } from "../../core/statistics.js";
import { compileTask } from "../../reward/node/compile-task.js";
import type { Executor } from "../../run/executor.js";
import type { TrainingOutcome } from "../../run/job.js";
import { createLocalExecutor } from "../../run/local-executor.js";
import { listTasks, loadTask } from "../../task/node/load.js";
import { formatFitness, formatInterval } from "../numbers.js";
import { formatCount, formatDuration } from "../progress.js";
import type { Benchmark, BenchmarkTable } from "./benchmark.js";

type Finished = Extract<TrainingOutcome, { status: "finished" }>;
export const baselineNames = ["human", "sparse"] as const;
export type BaselineName = (typeof baselineNames)[number];

interface Row {
  readonly task: string;
  readonly unit: string;
  readonly reward: BaselineName;
  readonly engine: string;
  readonly finished: Finished[];
  failed: number;
}

export interface TasksOptions {
  /** Holds the job store. */
  readonly runsFolder: string;
  /** Default: all that are built in. */
  readonly tasks: readonly string[];
  readonly rewards: readonly BaselineName[];
  readonly seeds: readonly number[];
  readonly episodes: number;
  /** Called with the table so far whenever a training has ended. */
  readonly onTable: (table: BenchmarkTable) => void;
}

export function benchTasks(options: TasksOptions): Benchmark {
  const { runsFolder, seeds, onTable } = options;
  return async (progress, signal) => {
    const names = options.tasks.length > 0 ? options.tasks : listTasks();
    const executor = createLocalExecutor({ runsRoot: runsFolder });
    const rows: Row[] = [];
    try {
      for (const name of names) {
        const trainings = await trainingsOf(name, options, executor, rows, signal);
        let ended = 0;
        await Promise.all(
          trainings.map(async (training) => {
            await training();
            signal.throwIfAborted();
            ended++;
            progress(`${name}: ${ended} of ${trainings.length} trainings`);
            onTable(tableOf(rows, seeds));
          }),
        );
      }
      return tableOf(rows, seeds);
    } finally {
      await executor.close();
    }
  };
}

/** One function for each training of a task; each adds its outcome to the task's rows. */
async function trainingsOf(
  name: string,
  { rewards, seeds, episodes }: TasksOptions,
  executor: Executor,
  rows: Row[],
  signal: AbortSignal,
): Promise<(() => Promise<void>)[]> {
  const task = compileTask(await loadTask(name));
  const { definition } = task.task;
  const { engine } = definition;
  return rewards.flatMap((reward) => {
    const program = task.programs[reward];
    if (!program) return [];
    const row: Row = {
      task: definition.name,
      unit: definition.fitness.unit,
      reward,
      engine,
      finished: [],
      failed: 0,
    };
    rows.push(row);
    return seeds.map((seed) => async () => {
      const outcome = await executor.run(
        {
          job: {
            task,
            reward: program,
            settings: definition.training,
            engine,
            seed,
            parent: null,
          },
          steps: definition.steps,
          evaluations: [
            { set: "test", profile: "reference", episodes },
            { set: "test", profile: "train", episodes },
          ],
        },
        { signal },
      );
      if (outcome.status === "finished") row.finished.push(outcome);
      else row.failed++;
    });
  });
}

function tableOf(rows: readonly Row[], seeds: readonly number[]): BenchmarkTable {
  return {
    title: "Tasks: human and sparse reward",
    rows: [
      [
        "task",
        "reward",
        "fitness",
        "95 % interval",
        "median",
        "on train physics",
        "full episodes",
        "environment steps",
        "CPU time",
        "wall time",
        "steps/s",
        "engine",
        "n",
      ],
      ...rows.map(cells),
    ],
    notes: [
      `seeds ${seeds.join(", ")}; fitness of the deterministic policy after the last step, test episodes, reference physics; train physics beside it`,
      "intervals: Student's of the mean over the seeds, which may reach beyond what a fitness can be",
      "CPU time, wall time and steps per CPU second: medians of the training alone, one core each, beside one training a core",
    ],
  };
}

function cells({ task, unit, reward, engine, finished, failed }: Row): string[] {
  const of = (profile: string) =>
    finished.map(
      ({ evaluations }) => evaluations.find((evaluation) => evaluation.profile === profile)!,
    );
  const reference = of("reference");
  const fitness = reference.map((evaluation) => evaluation.fitness);
  const interval = interval95(fitness);
  const last = finished.map(({ metrics }) => metrics[metrics.length - 1]);
  const full = reference.map(({ endings }) => 100 * (endings["timeOut"] ?? 0));
  return [
    task,
    reward,
    `${formatFitness(interval.mean)}${unit ? ` ${unit}` : ""}`,
    formatInterval(interval),
    formatFitness(median(fitness)),
    formatFitness(interval95(of("train").map((evaluation) => evaluation.fitness)).mean),
    finished.length > 0 ? `${Math.round(median(full))} %` : "–",
    finished.length > 0 ? formatCount(finished[0].totalSteps) : "–",
    finished.length > 0 ? formatDuration(median(last.map((row) => row.cpuSeconds))) : "–",
    finished.length > 0 ? formatDuration(median(last.map((row) => row.wallSeconds))) : "–",
    finished.length > 0
      ? formatCount(median(last.map((row) => row.totalSteps / row.cpuSeconds)))
      : "–",
    engine,
    failed > 0 ? `${finished.length} (${failed} failed)` : String(finished.length),
  ];
}
