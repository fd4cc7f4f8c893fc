/** Humanoid, Franka and the hands in both engines: at rest nothing happens, thrashing stays physics. */
import { describe, expect, it } from "vitest";
import { Rng } from "../../../src/core/rng.js";
import type { CompiledTask } from "../../../src/reward/compiled-task.js";
import { compileTask } from "../../../src/reward/node/compile-task.js";
import { createEnvironment } from "../../../src/rl/task-environment.js";
import { createSimulator } from "../../../src/sim/node/create-simulator.js";
import { type EngineName, engineNames, type Simulator } from "../../../src/sim/simulator.js";
import { excesses } from "../../../src/sim/watch-limits.js";
import type { EpisodeSummary } from "../../../src/task/environment.js";
import { taskMirror } from "../../../src/task/mirror.js";
import { loadTask } from "../../../src/task/node/load.js";
import { simulatorOptions } from "../../../src/task/simulator-options.js";
import { watchLimits } from "../../../src/task/watch-limits.js";

const tasks = Object.fromEntries(
  await Promise.all(
    ["humanoid", "franka-cabinet", "allegro-hand", "shadow-hand"].map(async (name) => [
      name,
      compileTask(await loadTask(name)),
    ]),
  ),
) as Record<string, CompiledTask>;
const hands = ["allegro-hand", "shadow-hand"];

/** One robot at rest in its task's keyframe, its targets there; `train` profile. */
async function atRest({ task }: CompiledTask, engine: EngineName) {
  const simulator = await createSimulator(engine, simulatorOptions(task, 1, "train"));
  const key = task.robot.keyframes.find(({ name }) => name === task.definition.reset.keyframe)!;
  const jointPosition: number[] = [];
  const freePose: number[] = [];
  let at = 0;
  for (const { kind } of task.robot.joints) {
    const numbers = kind === "free" ? 7 : 1;
    (kind === "free" ? freePose : jointPosition).push(...key.qpos.slice(at, at + numbers));
    at += numbers;
  }
  simulator.reset(0, {
    jointPosition: Float32Array.from(jointPosition),
    jointVelocity: new Float32Array(jointPosition.length),
    freePose: Float32Array.from(freePose),
    freeVelocity: new Float32Array((6 * freePose.length) / 7),
  });
  simulator.controls.set(key.ctrl);
  return { simulator, jointPosition };
}

function steps(simulator: Simulator, count: number): void {
  for (let i = 0; i < count; i++) simulator.step();
}

function position(simulator: Simulator, name: string): number[] {
  const body = simulator.robot.bodies.findIndex((candidate) => candidate.name === name);
  return [...simulator.state.bodyPose.subarray(7 * body, 7 * body + 3)];
}

/** The farthest that a joint is from where it began, rad or m. */
function farthest(simulator: Simulator, began: readonly number[]): number {
  return Math.max(...began.map((q, i) => Math.abs(simulator.state.jointPosition[i] - q)));
}

/** Statistics of 8 environments over 60 control steps, actions drawn anew in each. */
async function thrash(task: CompiledTask, engine: EngineName, deviation: number, count = 60) {
  const episodes: EpisodeSummary[] = [];
  const environment = await createEnvironment({
    task,
    reward: task.programs.human!,
    numEnvs: 8,
    profile: "train",
    engine,
    seed: 1,
    stream: "train",
    randomize: false,
    watchEvery: 1,
    onEpisode: (episode) => episodes.push(episode),
  });
  environment.reset(false);
  const rng = new Rng(7);
  const actions = new Float32Array(8 * environment.actionDim);
  for (let i = 0; i < count; i++) {
    for (let k = 0; k < actions.length; k++) actions[k] = deviation * rng.normal();
    environment.step(actions);
  }
  const { physics } = environment.takeStatistics();
  environment.dispose();
  return { physics, episodes };
}

describe.each(engineNames)("in %s", (engine) => {
  it.each(Object.keys(tasks))(
    "%s: random actions stay within the engine watch's limits",
    async (name) => {
      const { physics } = await thrash(tasks[name], engine, 0.6);
      expect(physics?.samples).toBe(8 * 60);
      expect(excesses(physics!, watchLimits(tasks[name].task))).toEqual([]);
    },
  );

  it("the Franka keeps its pose, weightless, and the drawer its place", async () => {
    const { simulator, jointPosition } = await atRest(tasks["franka-cabinet"], engine);
    steps(simulator, 120);
    expect(farthest(simulator, jointPosition)).toBeLessThan(0.005);
    simulator.dispose();
  });

  it.each(hands)("%s holds the cube where it was laid, fingers sagging a little", async (name) => {
    const { simulator, jointPosition } = await atRest(tasks[name], engine);
    const laid = position(simulator, "cube");
    steps(simulator, 90);
    const [x, y, z] = position(simulator, "cube").map((value, k) => value - laid[k]);
    expect(Math.hypot(x, y)).toBeLessThan(0.015);
    expect(z).toBeGreaterThan(-0.02);
    expect(z).toBeLessThan(0);
    expect(farthest(simulator, jointPosition)).toBeLessThan(0.15);
    simulator.dispose();
  });

  it("the humanoid lands on its feet and stands on springs alone for a quarter of a second", async () => {
    const { simulator } = await atRest(tasks["humanoid"], engine);
    steps(simulator, 15);
    const [x, y, z] = position(simulator, "torso");
    expect(Math.hypot(x, y)).toBeLessThan(0.05);
    expect(z).toBeGreaterThan(1.2);
    expect(z).toBeLessThan(1.3);
    simulator.dispose();
  });
});

it("the humanoid's mirror is true: mirrored torques move it as in a mirror", async () => {
  const task = tasks["humanoid"];
  const { action } = taskMirror(task.task);
  const ends = [];
  const rng = new Rng(3);
  const torques = Float32Array.from(action.sign, () => rng.uniform(-1, 1));
  for (const mirrored of [false, true]) {
    const { simulator } = await atRest(task, "mujoco");
    const image = action.sign.map((sign, i) => sign * torques[action.permutation[i]]);
    simulator.controls.set(mirrored ? image : torques);
    steps(simulator, 12);
    ends.push({ torso: position(simulator, "torso"), joints: [...simulator.state.jointPosition] });
    simulator.dispose();
  }
  const [plain, image] = ends;
  expect(Math.abs(plain.torso[1])).toBeGreaterThan(0.005);
  plain.torso.forEach((value, k) => {
    expect(image.torso[k]).toBeCloseTo(k === 1 ? -value : value, 3);
  });
  action.sign.forEach((sign, i) => {
    expect(image.joints[i]).toBeCloseTo(sign * plain.joints[action.permutation[i]], 2);
  });
});

it("random actions of a new policy leave the cube in the hand for seconds", async () => {
  for (const name of hands) {
    // exp(−0.7): the deviation a training begins with.
    const { episodes } = await thrash(tasks[name], "mujoco", 0.5, 90);
    expect(episodes.length, name).toBeLessThan(3);
  }
});
