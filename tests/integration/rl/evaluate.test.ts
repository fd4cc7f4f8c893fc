import { beforeAll, describe, expect, it } from "vitest";
import { parameterLayout } from "../../../src/policy/network.js";
import type { CompiledTask } from "../../../src/reward/compiled-task.js";
import { compileTask } from "../../../src/reward/node/compile-task.js";
import type { Program } from "../../../src/reward/program.js";
import type { Checkpoint } from "../../../src/rl/checkpoint.js";
import { evaluatePolicy } from "../../../src/rl/evaluate.js";
import { recordStates } from "../../../src/rl/record-states.js";
import { createEnvironment } from "../../../src/rl/task-environment.js";
import { Trainer } from "../../../src/rl/trainer.js";
import { loadTask } from "../../../src/task/node/load.js";

let task: CompiledTask;
let reward: Program;
let checkpoint: Checkpoint;

beforeAll(async () => {
  task = compileTask(await loadTask("cartpole"));
  reward = task.programs.human as Program;
  const settings = { ...task.task.definition.training, numEnvs: 16 };
  const environment = await createEnvironment({
    task,
    reward,
    numEnvs: 16,
    profile: "train",
    seed: 1,
    stream: "train",
    randomize: false,
    withHuman: true,
  });
  const trainer = await Trainer.create({ environment, settings, seed: 1 });
  const row = await trainer.iterate();
  expect(row.humanReward).toBeCloseTo(row.reward, 5);
  checkpoint = trainer.save();
  await trainer.dispose();
  environment.dispose();
});

describe("an evaluation", () => {
  const evaluate = (set: "select" | "test", change: { seed?: number; episodes?: number } = {}) =>
    evaluatePolicy({
      task,
      reward,
      checkpoint,
      set,
      profile: "reference",
      episodes: change.episodes ?? 6,
      ...(change.seed !== undefined && { seed: change.seed }),
    });

  it("is the same each time, and other episodes for the other set and another seed", async () => {
    const first = await evaluate("select");
    expect(await evaluate("select")).toEqual(first);
    expect((await evaluate("test")).fitnessPerEpisode).not.toEqual(first.fitnessPerEpisode);
    const other = await evaluate("select", { seed: 5 });
    expect(other.fitnessPerEpisode).not.toEqual(first.fitnessPerEpisode);
  });

  it("reports every episode once, with means and endings", async () => {
    const evaluation = await evaluate("test", { episodes: 10 });
    expect(evaluation).toMatchObject({ set: "test", profile: "reference", episodes: 10 });
    expect(evaluation.totalSteps).toBe(checkpoint.totalSteps);
    expect(evaluation.fitnessPerEpisode).toHaveLength(10);
    const mean = evaluation.fitnessPerEpisode.reduce((a, b) => a + b, 0) / 10;
    expect(evaluation.fitness).toBeCloseTo(mean, 9);
    // cartpole's fitness is the number of steps it lasted
    expect(evaluation.episodeLength).toBeCloseTo(mean, 0);
    const shares = Object.values(evaluation.endings).reduce((a, b) => a + b, 0);
    expect(shares).toBeCloseTo(1, 9);
  });

  it("beats as it goes", async () => {
    let beats = 0;
    const evaluation = await evaluatePolicy({
      task,
      reward,
      checkpoint,
      set: "select",
      profile: "train",
      episodes: 2,
      beat: () => {
        beats++;
      },
    });
    expect(beats).toBeGreaterThanOrEqual(evaluation.episodeLength);
  });

  it("of a policy that does nothing lasts as long as the pole takes to fall", async () => {
    const { size } = parameterLayout(checkpoint.network);
    const idle = { ...checkpoint, theta: new Float32Array(size) };
    const options = { task, reward, checkpoint: idle, set: "test" as const, episodes: 4 };
    const evaluation = await evaluatePolicy({ ...options, profile: "reference" });
    expect(evaluation.episodeLength).toBeGreaterThan(20);
    expect(evaluation.episodeLength).toBeLessThan(200);
    expect(evaluation.endings["timeOut"] ?? 0).toBe(0);
  });
});

describe("recorded states", () => {
  it("are finite rows of the signal table, reproducible, from random, zero and default actions", async () => {
    const { stride, signals } = task.task.signals;
    const states = await recordStates(task, { rows: 100 });
    expect(states).toHaveLength(100 * stride);
    expect(states.every(Number.isFinite)).toBe(true);
    expect(await recordStates(task, { rows: 100 })).toEqual(states);
    expect(await recordStates(task, { rows: 100, seed: 1 })).not.toEqual(states);
    const action = signals.find(({ name }) => name === "action");
    if (action === undefined) throw new Error("the action is always a signal");
    const actions = Array.from({ length: 24 }, (_, row) => states[row * stride + action.offset]);
    expect(new Set(actions.slice(0, 8)).size).toBeGreaterThan(4);
    expect(actions.slice(8).every((value) => value === 0)).toBe(true);
  });
});
