/** Training beside the bare engine stepping the same world, and two cores beside one. */
import { median } from "../../core/statistics.js";
import type { CompiledTask } from "../../reward/compiled-task.js";
import { compileTask } from "../../reward/node/compile-task.js";
import { alone } from "../../rl/shard-group.js";
import type { TrainingJob } from "../../run/job.js";
import { ppoLearner } from "../../run/ppo-learner.js";
import { createShardEnvironment, openShard } from "../../run/shard.js";
import { unwatched } from "../../run/train-job.js";
import { loadTask } from "../../task/node/load.js";
import { formatCount } from "../progress.js";
import { cpuMilliseconds, rateOf, simulatorOf, withBareEngine } from "./bare-engine.js";
import type { Benchmark } from "./benchmark.js";

const usual = ["cartpole", "ant", "go1-walk"];
const roundMs = 300;
/** Short: nobody commands the robots any more, and robots that have come to rest are less work. */
const bareMs = 50;
const rounds = 16;
/** Training changes what is simulated: the first rounds are for code to warm up and robots to move. */
const warmUpRounds = 2;

/** @param tasks others than the usual ones */
export function benchTrain(tasks: readonly string[]): Benchmark {
  return async (progress, signal) => {
    const rows: string[][] = [];
    for (const name of tasks.length > 0 ? tasks : usual) {
      const task = compileTask(await loadTask(name));
      const { cpu, one, two, bare, share, speedUp } = await training(task, (round) => {
        signal.throwIfAborted();
        progress(`training: ${name}, round ${round} of ${rounds}`);
      });
      rows.push([
        name,
        formatCount(bare),
        formatCount(cpu),
        share.toFixed(2),
        formatCount(one),
        formatCount(two),
        speedUp.toFixed(2),
      ]);
    }
    return {
      title: "Training: environment steps/s with the human reward and the task's settings",
      rows: [
        ["task", "engine alone", "training", "ratio", "one core", "two cores", "ratio"],
        ...rows,
      ],
      notes: [
        `medians of ${rounds} rounds in turns; wanted of ant and go1-walk: ≥ 0.65 of the engine, ≥ 1.8 of one core when both are free`,
        "the first two are steps a CPU second, one and two cores steps a second of the clock",
        "the engine alone goes on from the world of the training, profile train",
      ],
    };
  };
}

/** What trains a task with its human reward, as long as it is asked to. */
export function humanJob(task: CompiledTask, numShards: number): TrainingJob {
  const { definition } = task.task;
  return {
    task,
    reward: task.programs.human ?? {
      ...task.programs.fitness,
      kind: "reward",
      columns: ["total"],
    },
    settings: {
      ...definition.training,
      numShards,
      finePhase: { ...definition.training.finePhase, afterSteps: null },
    },
    engine: definition.engine,
    seed: 1,
    parent: null,
  };
}

async function training(task: CompiledTask, progress: (round: number) => void) {
  const job = humanJob(task, 1);
  const { numEnvs, numStepsPerEnv } = job.settings;
  const environment = await createShardEnvironment(job, 0, false);
  const one = await openShard(job, environment, alone, {}, unwatched);
  const two = await ppoLearner.start(humanJob(task, 2), {}, unwatched);
  const rates = {
    bare: [] as number[],
    cpu: [] as number[],
    one: [] as number[],
    two: [] as number[],
  };
  try {
    for (let round = 1 - warmUpRounds; round <= rounds; round++) {
      const first = await iterationsPerSecond(() => one.iterate());
      const second = await iterationsPerSecond(() => two.iterate());
      const bare = withBareEngine(simulatorOf(environment), (step) => rateOf(step, bareMs));
      if (round < 1) continue;
      progress(round);
      rates.cpu.push(first.cpu * numEnvs * numStepsPerEnv);
      rates.one.push(first.wall * numEnvs * numStepsPerEnv);
      rates.two.push(second.wall * numEnvs * numStepsPerEnv);
      rates.bare.push(bare * numEnvs);
    }
  } finally {
    await Promise.all([one.dispose(), two.dispose()]);
  }
  const ratio = (above: readonly number[], below: readonly number[]) =>
    median(above.map((value, i) => value / below[i]));
  return {
    bare: median(rates.bare),
    cpu: median(rates.cpu),
    one: median(rates.one),
    two: median(rates.two),
    share: ratio(rates.cpu, rates.bare),
    speedUp: ratio(rates.two, rates.one),
  };
}

async function iterationsPerSecond(iterate: () => Promise<unknown>) {
  const start = performance.now();
  const cpuStart = cpuMilliseconds();
  let count = 0;
  do {
    await iterate();
    count++;
  } while (performance.now() - start < roundMs);
  return {
    wall: (1000 * count) / (performance.now() - start),
    cpu: (1000 * count) / (cpuMilliseconds() - cpuStart),
  };
}
