/** A task of one's own on a robot as others publish it: a scene elsewhere on disk, with includes, default classes and meshes. */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { compileTask } from "../../../src/reward/node/compile-task.js";
import { createEnvironment } from "../../../src/rl/task-environment.js";
import { engineNames } from "../../../src/sim/simulator.js";
import { loadTask } from "../../../src/task/node/load.js";
import { temporaryFolder } from "../../temporary-folder.js";

const scene = path.resolve("tests/robot/pup/scene.xml");
const outside = temporaryFolder("robot-folder");

const taskPage = `# Pup
A small quadruped stands.
## Task
Make it stand.
## Success
Height of the trunk.
## Termination
When it lies down.
`;

/** A folder with all but the robot, which `robot` names. */
function taskOn(name: string, robot: string): string {
  const folder = path.join(outside, name);
  mkdirSync(folder);
  const legs = ["FL", "FR", "RL", "RR"];
  const files = {
    "task.md": taskPage,
    "fitness.ts": `export function fitness(s: State): number { return s.trunk.position[2]; }`,
    "termination.ts": `export function termination(s: State): Flags { return { lay: s.trunk.position[2] < 0.08 }; }`,
    "reward.ts": `export function reward(s: State): Terms { return { height: s.trunk.position[2], feet: s.feet.frontLeft }; }`,
    "task.ts": `import { defineTask } from "rewardsmith";
      const stance = [0, 0.7, -1.4];
      const joints = ${JSON.stringify(legs.flatMap((leg) => ["hip", "thigh", "calf"].map((part) => `${leg}_${part}`)))};
      export default defineTask({
        name: "${name}",
        robot: ${JSON.stringify(robot)},
        controlDtSeconds: 0.02,
        maxEpisodeSteps: 100,
        physics: { train: { substeps: 1, solverIterations: 4 }, reference: { substeps: 4, solverIterations: 4 } },
        signals: {
          "trunk.position": { source: { kind: "bodyPosition", body: "trunk" }, description: "trunk" },
          "joint.position": { source: { kind: "jointPositions" }, description: "joints" },
          "feet.frontLeft": { source: { kind: "contact", geom: "FL" }, description: "foot" },
        },
        observation: [{ signal: "joint.position" }, { signal: "trunk.position" }],
        actions: joints.map((actuator, i) => ({ actuator, scale: 0.25, offset: stance[i % 3], description: "angle of " + actuator })),
        reset: { keyframe: "home" },
        fitness: { aggregate: "mean", unit: "m" },
        steps: 10_000,
        searchSteps: 10_000,
      });`,
  };
  for (const [file, text] of Object.entries(files)) writeFileSync(path.join(folder, file), text);
  return folder;
}

test.each([
  ["by a path from the task's folder", path.relative(path.join(outside, "relative"), scene)],
  ["by its whole path", scene],
])("a scene named %s stands in both engines", async (how, robot) => {
  const folder = taskOn(how.includes("whole") ? "whole" : "relative", robot);
  const task = compileTask(await loadTask(folder));
  for (const engine of engineNames) {
    const environment = await createEnvironment({
      task,
      reward: task.programs.human!,
      numEnvs: 2,
      engine,
      profile: "train",
      seed: 1,
      stream: "train",
      randomize: false,
    });
    environment.reset(false);
    const still = new Float32Array(2 * environment.actionDim);
    for (let i = 0; i < 99; i++) environment.step(still);
    expect([...environment.terminated], engine).toEqual([0, 0]);
    // Height of the trunk, and its front left foot on the floor.
    for (const reward of environment.rewards) {
      expect(reward, engine).toBeGreaterThan(1.13);
      expect(reward, engine).toBeLessThan(1.18);
    }
    environment.dispose();
  }
});

test("a scene that is not there is said with its path", async () => {
  const folder = taskOn("missing", "../menagerie/pup/scene.xml");
  await expect(loadTask(folder)).rejects.toMatchObject({
    code: "E_TASK_INVALID",
    message: expect.stringContaining("scene.xml"),
    where: path.join(outside, "menagerie/pup/scene.xml"),
  });
});
