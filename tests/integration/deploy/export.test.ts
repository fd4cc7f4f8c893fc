/** The folder that a robot is run from: whole, the same in every runtime, and refused when it is not. */
import { spawnSync } from "node:child_process";
import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, expect, test } from "vitest";
import { RewardsmithError } from "../../../src/core/errors.js";
import { Rng } from "../../../src/core/rng.js";
import { exportPolicy } from "../../../src/deploy/export.js";
import { type DeployedPolicy, readDeployment } from "../../../src/deploy/folder.js";
import { deploymentFiles } from "../../../src/deploy/manifest.js";
import { createRuntime, runtimeNames } from "../../../src/deploy/runtime.js";
import { initialParameters, type NetworkShape } from "../../../src/policy/network.js";
import { compileTask } from "../../../src/reward/node/compile-task.js";
import { zeroReward } from "../../../src/reward/program.js";
import { loadTask } from "../../../src/task/node/load.js";
import { demoOffer } from "../../../src/view/live/demo.js";
import { readOnnx } from "../../policy/read-onnx.js";
import { python, pythonHas } from "../../python.js";
import { temporaryFolder } from "../../temporary-folder.js";
import { exportDemo } from "./deployed.js";

let folder = "";
beforeAll(async () => {
  folder = await exportDemo("go1-walk", { exam: { engine: "mujoco", success: 0.9 } });
});

function copyOf(): string {
  const copy = path.join(temporaryFolder("copy"), "robot");
  cpSync(folder, copy, { recursive: true });
  return copy;
}

function edit(file: string, from: string | RegExp, to: string): void {
  const text = readFileSync(file, "utf8");
  expect(text).toMatch(from);
  writeFileSync(file, text.replace(from, to));
}

function code(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof RewardsmithError) return error.code;
    throw error;
  }
  return "none";
}

test("it holds what was promised and reads back", () => {
  expect(readdirSync(folder).sort()).toEqual(Object.values(deploymentFiles).sort());
  const { manifest, deployment, edited } = readDeployment(folder);
  expect(edited).toEqual([]);
  expect(manifest.exam).toEqual({ engine: "mujoco", success: 0.9 });
  expect(manifest.reward.source).toContain("export function reward");
  expect(Object.keys(manifest.randomization.parameters)).toContain("friction");
  expect(manifest.policy).toMatchObject({ engine: "rapier", seed: expect.any(Number) });
  expect(deployment.joint_names).toHaveLength(12);
  expect(deployment.default_joint_pos.slice(0, 3)).toEqual([-0.1, 0.8, -1.5]);
  expect(deployment.measurements).toMatchObject({ bodies: ["trunk"], contacts: [], given: [] });
  const card = readFileSync(path.join(folder, "README.md"), "utf8");
  expect(card).toContain("no real robot was used");
  expect(card).toContain("| 3–5 | base.angVel | 0.25 | rad/s | body |");
});

test("the model carries the keys that other runtimes read, in the order of the joints", () => {
  const { metadata, inputs, outputs } = readOnnx(readFileSync(path.join(folder, "policy.onnx")));
  expect(inputs.map(({ name }) => name)).toEqual(["obs"]);
  expect(outputs.map(({ name }) => name)).toEqual(["actions"]);
  expect(metadata["joint_names"].split(",")[1]).toBe("frontRightThigh");
  expect(metadata["joint_stiffness"]).toBe(Array(12).fill("20").join(","));
  expect(metadata["default_joint_pos"].split(",").slice(0, 3)).toEqual(["-0.1", "0.8", "-1.5"]);
  expect(metadata["action_scale"].split(",").slice(0, 3)).toEqual(["0.5", "1", "1"]);
  expect(metadata["observation_names"]).toMatch(/^base\.linVel,base\.angVel,.*,action$/);
  for (const key of ["run_path", "joint_damping", "command_names"]) {
    expect(metadata[key]).not.toBe("");
  }
});

test.each(runtimeNames)("golden pairs agree to 1e-5 in %s", async (name) => {
  const policy = readDeployment(folder);
  const runtime = await createRuntime(name, policy);
  let largest = 0;
  for (const { obs, history, actions } of policy.golden.pairs) {
    const answer = await runtime.act(Float32Array.from([...history, ...obs]));
    for (const [i, action] of actions.entries()) {
      expect(Math.abs(answer[i] - action)).toBeLessThan(1e-5);
      largest = Math.max(largest, Math.abs(action));
    }
  }
  await runtime.dispose();
  expect(policy.golden.pairs).toHaveLength(100);
  expect(largest).toBeGreaterThan(0.5);
});

const hasOnnxruntime = pythonHas("onnxruntime", "numpy");
test.skipIf(!hasOnnxruntime)(
  `golden pairs agree in Python's onnxruntime${hasOnnxruntime ? "" : " (NOT RUN: Python has no onnxruntime here)"}`,
  () => {
    const checked = spawnSync(python, [path.join(folder, "check_policy.py")]);
    expect(checked.stderr.toString()).toBe("");
    expect(checked.status).toBe(0);
    expect(checked.stdout.toString()).toContain("100 golden pairs");
  },
);

test("a student that tells the world from its history is exported like any policy", async () => {
  const loaded = await loadTask("go1-adapt");
  const network: NetworkShape = {
    ...{ observationDim: 470, privilegedObservationDim: 6, actionDim: 12 },
    ...{ actor: [16], critic: [16], activation: "elu", shared: false },
    adaptation: { frames: 10, latent: 4, encoder: [8], adapter: [8] },
  };
  const rng = new Rng(3);
  const theta = initialParameters(network, -1, rng).map((x) => x + 0.3 * rng.normal());
  const task = compileTask(loaded);
  const student = path.join(temporaryFolder("student"), "robot");
  await exportPolicy({
    ...{ folder: student, task, reward: zeroReward, rewardCode: "", engine: "rapier" },
    policy: { network, theta, observationStatistics: null },
    about: { label: "student", run: null, seed: null, steps: null, fitness: null },
    randomize: true,
  });
  const policy = readDeployment(student);
  expect(policy.golden.pairs[50].history).toHaveLength(9 * 47);
  for (const name of runtimeNames) expect(await worstOf(name, policy)).toBeLessThan(1e-5);
  // What it makes of its history is no matter of the newest frame alone.
  const forgetful = policy.golden.pairs.map((pair) => ({
    ...pair,
    history: pair.history.map(() => 0),
  }));
  const without = { ...policy, golden: { ...policy.golden, pairs: forgetful } };
  expect(await worstOf("typescript", without)).toBeGreaterThan(1e-3);
  if (hasOnnxruntime) {
    const checked = spawnSync(python, [path.join(student, "check_policy.py")]);
    expect(checked.stdout.toString()).toContain("100 golden pairs");
    expect(checked.status).toBe(0);
  }
});

/** Greatest difference of a runtime's actions from the golden ones. */
async function worstOf(name: (typeof runtimeNames)[number], policy: DeployedPolicy) {
  const runtime = await createRuntime(name, policy);
  let worst = 0;
  for (const { obs, history, actions } of policy.golden.pairs) {
    const answer = await runtime.act(Float32Array.from([...history, ...obs]));
    for (const [i, action] of actions.entries()) {
      worst = Math.max(worst, Math.abs(answer[i] - action));
    }
  }
  await runtime.dispose();
  return worst;
}

test("a person may change limits, and is told so; a policy's own part may not change", () => {
  const copy = copyOf();
  const file = path.join(copy, "deploy.yaml");
  edit(file, /tilt: .*/, "tilt: 0.5");
  const { edited, deployment } = readDeployment(copy);
  expect(edited).toEqual(["deploy.yaml"]);
  expect(deployment.safety.tilt).toBe(0.5);

  edit(file, /scale: 0\.25/, "scale: 0.5");
  expect(() => readDeployment(copy)).toThrow(/"observations" is not as the policy was trained/);
});

test.each([
  ["a list that is too short", /joint_effort: \[/, "joint_effort: []\n  odd: [", "E_DEPLOY_FILE"],
  ["text that is no YAML", /^format: 1/m, "format: [1", "E_DEPLOY_FILE"],
  ["another format", /^format: 1/m, "format: 2", "E_DEPLOY_VERSION"],
])("deploy.yaml with %s is refused", (_, from, to, expected) => {
  const copy = copyOf();
  edit(path.join(copy, "deploy.yaml"), from, to);
  expect(code(() => readDeployment(copy))).toBe(expected);
});

test("a folder that is none, of another version, or changed since is refused", () => {
  expect(code(() => readDeployment(temporaryFolder("empty")))).toBe("E_DEPLOY_UNKNOWN");

  const other = copyOf();
  edit(path.join(other, "manifest.json"), '"format": 1', '"format": 7');
  expect(code(() => readDeployment(other))).toBe("E_DEPLOY_VERSION");

  const broken = copyOf();
  writeFileSync(path.join(broken, "manifest.json"), "{");
  expect(code(() => readDeployment(broken))).toBe("E_DEPLOY_FILE");

  for (const name of ["policy.onnx", "policy.json", "task.json", "golden.json"]) {
    const changed = copyOf();
    writeFileSync(path.join(changed, name), "other");
    expect(
      code(() => readDeployment(changed)),
      name,
    ).toBe("E_DEPLOY_CHANGED");
  }
});

test("a policy of another robot is not exported, nor is a folder with other things in it used", async () => {
  const go1 = await demoOffer("go1-walk")?.load();
  const pole = await demoOffer("cartpole-swingup")?.load();
  if (!go1 || !pole?.policy) throw new Error("demos are missing");
  const options = { ...go1.scene, policy: pole.policy, about: pole.about };
  await expect(
    exportPolicy({ ...options, folder: path.join(temporaryFolder("misfit"), "robot") }),
  ).rejects.toMatchObject({ code: "E_POLICY_MISFIT" });

  const home = temporaryFolder("home");
  writeFileSync(path.join(home, "thesis.tex"), "");
  await expect(
    exportPolicy({ ...pole.scene, policy: pole.policy, about: pole.about, folder: home }),
  ).rejects.toMatchObject({ code: "E_EXPORT_OUTPUT" });
  expect(readdirSync(home)).toEqual(["thesis.tex"]);
});
