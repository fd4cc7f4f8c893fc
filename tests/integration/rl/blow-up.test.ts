import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { compileTask } from "../../../src/reward/node/compile-task.js";
import type { Program } from "../../../src/reward/program.js";
import { evaluatePolicy } from "../../../src/rl/evaluate.js";
import { createEnvironment } from "../../../src/rl/task-environment.js";
import { Trainer } from "../../../src/rl/trainer.js";
import { loadTask } from "../../../src/task/node/load.js";
import { trainingSettingsSchema } from "../../../src/task/settings.js";
import { temporaryFolder } from "../../temporary-folder.js";

/** Two rods and a motor between them that is far too strong; the reward pays for speed. */
function taskFolder(torque: string): string {
  const folder = path.join(temporaryFolder("blow-up"), "whip");
  mkdirSync(folder);
  const write = (name: string, text: string) => writeFileSync(path.join(folder, name), text);
  write(
    "robot.xml",
    `<mujoco model="whip"><worldbody>
      <geom name="floor" type="plane" size="0 0 1"/>
      <body name="upper" pos="0 0 2"><joint name="shoulder" type="hinge" axis="0 1 0"/>
        <geom name="upper" type="capsule" fromto="0 0 0 0 0 -.5" size=".03" mass="1"/>
        <body name="lower" pos="0 0 -.5"><joint name="elbow" type="hinge" axis="0 1 0"/>
          <geom name="lower" type="capsule" fromto="0 0 0 0 0 -.5" size=".03" mass="1"/>
      </body></body></worldbody>
      <actuator><motor name="elbow" joint="elbow"/></actuator></mujoco>`,
  );
  write(
    "task.ts",
    `import { defineTask } from "rewardsmith";
    export default defineTask({
      name: "whip", controlDtSeconds: 0.02, maxEpisodeSteps: 40,
      physics: { train: { substeps: 1, solverIterations: 4 }, reference: { substeps: 4, solverIterations: 4 } },
      signals: { "elbow.speed": { source: { kind: "jointVelocity", joint: "elbow" }, description: "speed" } },
      observation: [{ signal: "elbow.speed" }],
      actions: [{ actuator: "elbow", scale: ${torque}, description: "torque" }],
      reset: { jointVelocity: { elbow: { uniform: [-1, 1] } } },
      fitness: { aggregate: "mean" }, steps: 1000,
    });`,
  );
  write("fitness.ts", "export function fitness(s: State): number { return 1; }");
  write(
    "termination.ts",
    "export function termination(s: State): Flags { return { never: false }; }",
  );
  write(
    "reward.ts",
    "export function reward(s: State): Terms { return { speed: s.elbow.speed ** 2 }; }",
  );
  write("task.md", "## Task\nWhip.\n## Success\nAll.\n## Termination\nNever.\n");
  return folder;
}

/** Torques beyond all bounds, and torques that leave a 32-bit number's range in a step. */
it.each([
  ["rapier", "1e14"],
  ["rapier", "3e38"],
  ["mujoco", "1e6"],
] as const)(
  "a reward that drives the robot out of all bounds in %s with %s N m: episodes end, counted by cause, and statistics stay clean",
  async (engine, torque) => {
    const task = compileTask(await loadTask(taskFolder(torque)));
    const reward = task.programs.human as Program;
    const settings = trainingSettingsSchema.parse({ numEnvs: 8, numStepsPerEnv: 16 });
    const environment = await createEnvironment({
      task,
      reward,
      engine,
      numEnvs: settings.numEnvs,
      profile: "train",
      seed: 1,
      stream: "train",
      randomize: false,
    });
    const trainer = await Trainer.create({ environment, settings, seed: 1 });
    let lost = 0;
    for (let i = 0; i < 4; i++) {
      const row = await trainer.iterate();
      lost += row.episodes > 0 ? row.episodes * row.endings["nonFinite"] : 0;
      expect(Object.values(row.losses).filter(Number.isNaN)).toHaveLength(
        Number.isNaN(row.losses.explainedVariance) ? 1 : 0,
      );
      expect(Number.isFinite(row.reward)).toBe(true);
      expect(row.physics?.measures.jointSpeed.max).toBeLessThan(Number.POSITIVE_INFINITY);
    }
    expect(lost).toBeGreaterThan(4);
    const checkpoint = trainer.save();
    const { observationStatistics, returnStatistics } = checkpoint;
    for (const statistics of [observationStatistics, returnStatistics]) {
      const numbers = Object.values(statistics ?? {}).flatMap((value) =>
        typeof value === "number" ? [value] : [...(value as ArrayLike<number> & Iterable<number>)],
      );
      expect(numbers.length).toBeGreaterThan(0);
      expect(numbers.every(Number.isFinite)).toBe(true);
      // Sums of squares of what stays below 1e4 rad/s, over some thousand samples.
      const isObservation = statistics === observationStatistics;
      if (isObservation) expect(Math.max(...numbers.map(Math.abs))).toBeLessThan(1e13);
    }
    const evaluation = await evaluatePolicy({
      task,
      reward,
      engine,
      checkpoint,
      set: "test",
      profile: "train",
      episodes: 4,
    });
    expect(Number.isFinite(evaluation.fitness)).toBe(true);
    expect(evaluation.fitnessPerEpisode.every(Number.isFinite)).toBe(true);
    expect(Object.values(evaluation.endings).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1);
    expect(evaluation.endings["nonFinite"]).toBeGreaterThan(0);
    await trainer.dispose();
    environment.dispose();
  },
);
