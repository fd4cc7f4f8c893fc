/** Roughness of the ground, as RAPP holds it and as a training draws it: a ball rides the bumps asked for. */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { PolicyParameters } from "../../../src/policy/inference.js";
import type { CompiledTask } from "../../../src/reward/compiled-task.js";
import { compileTask } from "../../../src/reward/node/compile-task.js";
import { createEnvironment } from "../../../src/rl/task-environment.js";
import { engineNames } from "../../../src/sim/simulator.js";
import { heightAt } from "../../../src/sim/terrain/height-field.js";
import { buildHeightField } from "../../../src/sim/terrain/tiles.js";
import { loadTask } from "../../../src/task/node/load.js";
import type { Randomized } from "../../../src/task/task.js";
import {
  numWorldParameters,
  worldParameterIndex,
} from "../../../src/task/world-parameter-names.js";
import { withRandomization } from "../../../src/transfer/configuration.js";
import { measureEpisodes } from "../../../src/transfer/measure.js";
import { bumps } from "../../../src/transfer/rough-ground.js";
import { mergeWorlds, worldAt } from "../../../src/transfer/world-at.js";
import { temporaryFolder } from "../../temporary-folder.js";
import { zeroCheckpoint } from "../../transfer/zero-checkpoint.js";

const roughness = worldParameterIndex.terrainRoughness;
const radius = 0.1;
const files = {
  "robot.xml": `<mujoco model="ball"><worldbody>
  <geom type="plane" size="0 0 1" friction="1 .005 .0001"/>
  <body name="ball" pos="0 0 ${radius}"><freejoint/>
    <geom name="ball" size="${radius}" mass="2" friction="1 .005 .0001"/>
    <body name="tail"><joint name="tail" axis="0 0 1"/>
      <geom size=".02" mass=".1" contype="0" conaffinity="0"/></body></body>
</worldbody><actuator><motor name="tail" joint="tail"/></actuator></mujoco>`,
  "task.ts": `import { defineTask } from "rewardsmith";
const physics = { substeps: 8, solverIterations: 4, softCcdMeters: 0.05 };
export default defineTask({
  name: "ball", controlDtSeconds: 0.02, maxEpisodeSteps: 150,
  physics: { train: physics, reference: physics },
  signals: {
    "ball.position": { source: { kind: "bodyPosition", body: "ball" }, description: "" },
    "tail.angle": { source: { kind: "jointPosition", joint: "tail" }, description: "" },
  },
  observation: [{ signal: "tail.angle" }],
  actions: [{ actuator: "tail", scale: 0, description: "" }],
  fitness: { aggregate: "mean", unit: "" }, steps: 1,
  transfer: {
    measures: Object.fromEntries(["x", "y", "z"].map((k) => [k, { aggregate: "last", unit: "m", description: "" }])),
    success: { measures: {} }, loose: { measures: {} },
    headline: "z", smoothness: "z", exam: { seconds: 1, pass: 0.5 },
  },
});`,
  "fitness.ts": "export function fitness(s: State): number { return s.ball.position[2]; }",
  "termination.ts":
    "export function termination(s: State): Flags { return { sank: s.ball.position[2] < -1 }; }",
  "reward.ts": "export function reward(s: State): Terms { return { z: s.ball.position[2] }; }",
  "measures.ts": `export function measures(s: State): Terms {
  return { x: s.ball.position[0], y: s.ball.position[1], z: s.ball.position[2] };
}`,
  "task.md": "## Task\nRoll.\n## Success\nNone.\n## Termination\n1 m under the ground.\n",
};

let task: CompiledTask;
beforeAll(async () => {
  const folder = path.join(temporaryFolder("rough"), "ball");
  mkdirSync(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
  task = compileTask(await loadTask(folder));
});

const policy: PolicyParameters = zeroCheckpoint({
  ...{ observationDim: 1, privilegedObservationDim: 0, actionDim: 1, actor: [1], critic: [1] },
  activation: "elu",
  shared: false,
});

/** The steepest that the ground is, as a factor from plumb to square: bumps of 0.6 m. */
const steepest = (amplitude: number) => Math.hypot(1, (4 * amplitude) / 0.6);

describe.each(engineNames)("roughness of the ground, %s", (engine) => {
  it("carries a ball that is pushed as high and as low as the bumps of that world", async () => {
    const heights = [0, 0.02, 0.02, 0.08, 0.08];
    const push = { pushes: [{ metersPerSecond: 1.5, everySeconds: 1 }] };
    const episodes = await measureEpisodes({
      ...{ task, policy, engine, profile: "train", seconds: 1.5, seed: 3 },
      worlds: heights.map((meters) =>
        mergeWorlds(worldAt(task.task, "terrainRoughness", meters), push),
      ),
    });
    const off = episodes.map(({ measures: { x, y, z } }, i) => {
      expect(Math.hypot(x, y)).toBeGreaterThan(0.3);
      const field = buildHeightField(bumps(heights[i]));
      // Episodes begin on the middle of the one tile, which is the field's own.
      const above = z - heightAt(field, x, y);
      expect(above).toBeGreaterThan(0.97 * radius);
      expect(above).toBeLessThan(1.03 * radius * steepest(heights[i]));
      return Math.abs(z - radius);
    });
    expect(off[0]).toBeLessThan(1e-3);
    expect(Math.max(off[3], off[4])).toBeGreaterThan(0.01);
    expect(Math.max(off[1], off[2])).toBeLessThan(0.025);
  });

  it("is drawn for each environment, whose ball rides bumps of that height", async () => {
    const numEnvs = 12;
    const randomized: Randomized = { distribution: { uniform: [0, 0.08] }, when: "reset" };
    const drawn = withRandomization(task, {
      ...{ designer: "test", name: "rough", reasons: {} },
      ranges: { terrainRoughness: randomized },
    });
    const { terrain } = drawn.task.definition;
    const field = buildHeightField(terrain!);
    const environment = await createEnvironment({
      ...{ task: drawn, reward: task.programs.measures!, numEnvs, engine, profile: "train" },
      ...{ seed: 1, stream: "train", randomize: true },
    });
    environment.reset(false);
    const { overrides, origins, simulator, bodyPoses } = environment;
    for (let env = 0; env < numEnvs; env++) simulator.push(env, 0, [1.2, 0.9, 0]);
    for (let i = 0; i < 60; i++) environment.step(new Float32Array(numEnvs));
    const rows = Array.from({ length: numEnvs }, (_, env) => {
      const [ox, oy, oz] = origins.subarray(3 * env, 3 * env + 3);
      const [x, y, z] = bodyPoses.subarray(14 * env, 14 * env + 3);
      const asked = overrides.parameters[numWorldParameters * env + roughness];
      const row = Math.round((oy - field.y) / 8 - 0.5);
      expect(Math.abs(0.01 * row - asked)).toBeLessThanOrEqual(0.005);
      const above = z + oz - heightAt(field, x + ox, y + oy);
      expect(above).toBeGreaterThan(0.97 * radius);
      expect(above).toBeLessThan(1.03 * radius * steepest(asked));
      expect(Math.abs(z - radius)).toBeLessThan(1.1 * asked + 0.01);
      return row;
    });
    expect(new Set(rows).size).toBeGreaterThan(4);
    environment.dispose();
  });
});
