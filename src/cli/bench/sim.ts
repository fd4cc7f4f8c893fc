/** Environment steps beside the bare engine stepping the same world; one worker beside two. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { World } from "@dimforge/rapier3d";
import { Rng } from "../../core/rng.js";
import { median } from "../../core/statistics.js";
import { instantiate } from "../../reward/batch.js";
import type { CompiledTask } from "../../reward/compiled-task.js";
import { compileTask } from "../../reward/node/compile-task.js";
import type { Program } from "../../reward/program.js";
import { createLocalExecutor } from "../../run/local-executor.js";
import { createRapierSimulator } from "../../sim/rapier/simulator.js";
import { loadTask } from "../../task/node/load.js";
import { simulatorOptions } from "../../task/simulator-options.js";
import { createTaskEnvironment } from "../../task/task-environment.js";
import type { Benchmark } from "./benchmark.js";

const numEnvs = 256;
const stepsPerRound = 150;
const rounds = 12;
/** Environment steps of each training that workers are compared with. */
const trainingSteps = 200_000;

export const benchSim: Benchmark = async (progress) => {
  const task = compileTask(await loadTask("cartpole"));
  const { ours, bare, ratios } = await stepping(task, progress);
  const { one, two } = await workers(task, progress);
  return {
    title: `Simulation: cartpole, ${numEnvs} environments, all signals and the human reward`,
    rows: [
      ["", "steps/s", "ratio", "wanted"],
      ["engine alone, the same world", thousands(bare), "1", ""],
      ["environment", thousands(ours), median(ratios).toFixed(2), "≥ 0.6"],
      ["training, one worker", thousands(one), "1", ""],
      [
        "training, two workers",
        thousands(two),
        (two / one).toFixed(2),
        "≥ 1.7 with two free cores",
      ],
    ],
    notes: [`medians of ${rounds} rounds in turns; one core for the first two rows`],
  };
};

/** Rounds in turns: the environment, then the engine alone from a copy of that very world. */
async function stepping(task: CompiledTask, progress: (text: string) => void) {
  const simulator = await createRapierSimulator(simulatorOptions(task.task, numEnvs, "train"));
  const compile = (program: Program) => instantiate(program, task.task.signals);
  const { fitness, termination } = task.programs;
  const human = humanReward(task);
  const environment = createTaskEnvironment({
    task: task.task,
    simulator,
    programs: {
      reward: compile(human),
      fitness: compile(fitness),
      termination: compile(termination),
    },
    seed: 1,
    stream: "train",
    randomize: false,
  });
  const rng = new Rng(1);
  const actions = new Float32Array(numEnvs * environment.actionDim);
  const { substeps } = task.task.definition.physics.train;
  const rates = { ours: [] as number[], bare: [] as number[], ratios: [] as number[] };
  environment.reset(true);
  for (let round = -2; round < rounds; round++) {
    for (let i = 0; i < actions.length; i++) actions[i] = rng.uniform(-0.2, 0.2);
    const world = copyOfWorld(simulator);
    const ours = rate(() => environment.step(actions));
    const bare = rate(() => {
      for (let substep = 0; substep < substeps; substep++) world.step();
    });
    world.free();
    if (round < 0) continue;
    progress(`simulation, round ${round + 1} of ${rounds}`);
    rates.ours.push(ours);
    rates.bare.push(bare);
    rates.ratios.push(ours / bare);
  }
  environment.dispose();
  return { ours: median(rates.ours), bare: median(rates.bare), ratios: rates.ratios };
}

/** Environment steps a second of one round. */
function rate(step: () => void): number {
  const start = performance.now();
  for (let i = 0; i < stepsPerRound; i++) step();
  return (stepsPerRound * numEnvs * 1000) / (performance.now() - start);
}

/** The world inside a simulator is nobody's business; the benchmark alone copies it. */
function copyOfWorld(simulator: object): World {
  const { world } = simulator as { world: World };
  return World.restoreSnapshot(world.takeSnapshot());
}

/** Steps a second of two trainings, one after the other and side by side, each in a fresh store. */
async function workers(task: CompiledTask, progress: (text: string) => void) {
  const steps = async (slots: number) => {
    progress(`two trainings on ${slots} ${slots === 1 ? "worker" : "workers"}`);
    const runsRoot = await mkdtemp(path.join(tmpdir(), "rewardsmith-bench-"));
    const executor = createLocalExecutor({ runsRoot, slots });
    const train = (seed: number, count: number) =>
      executor.run({
        job: {
          task,
          reward: humanReward(task),
          settings: task.task.definition.training,
          engine: "rapier",
          seed,
          parent: null,
        },
        steps: count,
        evaluations: [],
      });
    try {
      await Promise.all([train(1, 1), train(2, 1)]); // workers start, code warms up
      const start = performance.now();
      await Promise.all([train(3, trainingSteps), train(4, trainingSteps)]);
      return (2 * trainingSteps * 1000) / (performance.now() - start);
    } finally {
      await executor.close();
      await rm(runsRoot, { recursive: true, force: true });
    }
  };
  return { one: await steps(1), two: await steps(2) };
}

function humanReward({ programs }: CompiledTask): Program {
  if (programs.human) return programs.human;
  throw new Error("cartpole has a human reward");
}

function thousands(value: number): string {
  return `${(value / 1000).toFixed(1)} k`;
}
