/** Environment steps beside the bare engine stepping the same world, in Rapier and in MuJoCo. */
import { Rng } from "../../core/rng.js";
import { median } from "../../core/statistics.js";
import type { CompiledTask } from "../../reward/compiled-task.js";
import { compileTask } from "../../reward/node/compile-task.js";
import { createEnvironment } from "../../rl/task-environment.js";
import { type EngineName, engineNames } from "../../sim/simulator.js";
import { loadTask } from "../../task/node/load.js";
import { formatCount } from "../progress.js";
import { rateOf, simulatorOf, withBareEngine } from "./bare-engine.js";
import type { Benchmark } from "./benchmark.js";

/**
 * The least share of the engine's own speed that a task's environments should keep, and how many
 * there are (default: as training has).
 */
const benchmarked: Readonly<Record<string, { least: number; numEnvs?: number }>> = {
  cartpole: { least: 0.6, numEnvs: 256 },
  ant: { least: 0.85 },
  "go1-walk": { least: 0.85 },
};
/** Long enough to time, short enough that the machine's other work hits both sides alike. */
const roundMs = 60;
const rounds = 30;
const warmUpRounds = 5;

/** @param tasks others than the usual ones */
export function benchSim(tasks: readonly string[]): Benchmark {
  return async (progress, signal) => {
    const rows: string[][] = [];
    for (const name of tasks.length > 0 ? tasks : Object.keys(benchmarked)) {
      const task = compileTask(await loadTask(name));
      for (const engine of engineNames) {
        const numEnvs = benchmarked[name]?.numEnvs ?? task.task.definition.training.numEnvs;
        const { ours, bare, ratio } = await stepping(task, engine, numEnvs, (round) => {
          signal.throwIfAborted();
          progress(`simulation: ${name} in ${engine}, round ${round} of ${rounds}`);
        });
        const least = benchmarked[name]?.least;
        rows.push([
          name,
          engine,
          String(numEnvs),
          formatCount(bare),
          formatCount(ours),
          ratio.toFixed(2),
          least === undefined ? "" : `≥ ${least}`,
        ]);
      }
    }
    return {
      title: "Simulation: all signals and a reward, one core",
      rows: [
        ["task", "engine", "environments", "engine alone", "environment", "ratio", "wanted"],
        ...rows,
      ],
      notes: [
        `environment steps a CPU second, medians of ${rounds} rounds in turns; the engine alone goes on from the environment's world`,
        "profile train, random actions; speeds of two engines compare their profiles as well",
      ],
    };
  };
}

/** Rounds in turns: the environment, then the engine alone from that very world. */
async function stepping(
  task: CompiledTask,
  engine: EngineName,
  numEnvs: number,
  progress: (round: number) => void,
): Promise<{ ours: number; bare: number; ratio: number }> {
  const { programs } = task;
  const environment = await createEnvironment({
    task,
    reward: programs.human ?? { ...programs.fitness, kind: "reward", columns: ["total"] },
    numEnvs,
    engine,
    profile: "train",
    seed: 1,
    stream: "train",
    randomize: false,
  });
  const simulator = simulatorOf(environment);
  const rng = new Rng(1);
  const actions = new Float32Array(numEnvs * environment.actionDim);
  const act = () => {
    for (let i = 0; i < actions.length; i++) actions[i] = rng.uniform(-0.3, 0.3);
    environment.step(actions);
  };
  const rates = { ours: [] as number[], bare: [] as number[], ratio: [] as number[] };
  try {
    environment.reset(true);
    for (let round = 1 - warmUpRounds; round <= rounds; round++) {
      const ours = numEnvs * rateOf(act, roundMs);
      const bare = numEnvs * withBareEngine(simulator, (step) => rateOf(step, roundMs));
      if (round < 1) continue;
      progress(round);
      rates.ours.push(ours);
      rates.bare.push(bare);
      rates.ratio.push(ours / bare);
    }
  } finally {
    environment.dispose();
  }
  return { ours: median(rates.ours), bare: median(rates.bare), ratio: median(rates.ratio) };
}
