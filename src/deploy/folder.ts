/** A deployment read back: every file checked against its schema, its hash, and the others. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { RewardsmithError } from "../core/errors.js";
import { sha256 } from "../core/node/hash.js";
import type { PolicyParameters } from "../policy/inference.js";
import { packedPolicySchema, unpackPolicy } from "../policy/packed-policy.js";
import type { CompiledTask } from "../reward/compiled-task.js";
import { parseProgram } from "../reward/program.js";
import { robotModelSchema } from "../robot/model.js";
import { buildSignalTable } from "../task/signal-table.js";
import { taskDefinitionSchema } from "../task/task.js";
import {
  brokenFile,
  checked,
  type Deployment,
  describeDeployment,
  parseDeployment,
} from "./deployment.js";
import {
  deploymentFiles,
  editableFiles,
  type Golden,
  goldenSchema,
  type Manifest,
  manifestSchema,
} from "./manifest.js";

export interface DeployedPolicy {
  readonly folder: string;
  readonly manifest: Manifest;
  readonly deployment: Deployment;
  readonly task: CompiledTask;
  readonly policy: PolicyParameters;
  /** Bytes of policy.onnx. */
  readonly model: Uint8Array;
  readonly golden: Golden;
  /** Files that a person has changed since. */
  readonly edited: readonly string[];
}

/** @throws E_DEPLOY_UNKNOWN, E_DEPLOY_VERSION, E_DEPLOY_FILE or E_DEPLOY_CHANGED where it is none */
export function readDeployment(folder: string): DeployedPolicy {
  const fileOf = (name: string) => path.join(folder, name);
  const manifestFile = fileOf(deploymentFiles.manifest);
  let manifestText: string;
  try {
    manifestText = readFileSync(manifestFile, "utf8");
  } catch (cause) {
    throw new RewardsmithError("E_DEPLOY_UNKNOWN", "the folder holds no manifest.json", {
      where: folder,
      hint: "name a folder that `rewardsmith export` has written",
      cause,
    });
  }
  const manifest = checked(parseJson(manifestText, manifestFile), manifestSchema, manifestFile);
  const edited: string[] = [];
  const contents = new Map<string, Buffer>();
  for (const [name, hash] of Object.entries(manifest.files)) {
    const bytes = read(fileOf(name));
    contents.set(name, bytes);
    if (sha256(bytes) === hash) continue;
    if (!editableFiles.includes(name)) throw changed(fileOf(name));
    edited.push(name);
  }
  const bytesOf = (name: string) => contents.get(name) ?? read(fileOf(name));
  const json = (name: string) => parseJson(bytesOf(name).toString("utf8"), fileOf(name));

  const task = taskOf(json(deploymentFiles.task), fileOf(deploymentFiles.task));
  const deploymentFile = fileOf(deploymentFiles.deployment);
  const deployment = parseDeployment(
    bytesOf(deploymentFiles.deployment).toString("utf8"),
    deploymentFile,
  );
  requireUnchanged(deployment, task, deploymentFile);
  const policyFile = fileOf(deploymentFiles.policy);
  const goldenFile = fileOf(deploymentFiles.golden);
  return {
    folder,
    manifest,
    deployment,
    task,
    policy: unpackPolicy(checked(json(deploymentFiles.policy), packedPolicySchema, policyFile)),
    model: bytesOf(deploymentFiles.model),
    golden: checked(json(deploymentFiles.golden), goldenSchema, goldenFile),
    edited,
  };
}

function taskOf(data: unknown, file: string): CompiledTask {
  try {
    const { task, programs } = data as CompiledTask;
    const definition = taskDefinitionSchema.parse(task.definition);
    const robot = robotModelSchema.parse(task.robot);
    const { fitness, termination, derived } = programs;
    return {
      task: {
        definition,
        robot,
        page: task.page,
        sources: task.sources,
        signals: buildSignalTable(definition, robot),
        folder: "",
      },
      programs: {
        fitness: parseProgram(fitness),
        termination: parseProgram(termination),
        ...(derived && { derived: parseProgram(derived) }),
      },
    };
  } catch (cause) {
    throw new RewardsmithError("E_DEPLOY_VERSION", "its task is none of this version", {
      where: file,
      hint: "export the policy again with this version of rewardsmith",
      cause,
    });
  }
}

/** What a person may edit are limits, gains and commands; the rest is a part of the policy. */
function requireUnchanged(deployment: Deployment, task: CompiledTask, file: string): void {
  const joints = task.task.robot.joints.length;
  const nothing = Array.from({ length: joints }, () => 1);
  const own = describeDeployment(task, { margin: nothing, speed: nothing, tilt: null });
  const fixed = (of: Deployment): Record<string, unknown> => ({
    robot: of.robot,
    task: of.task,
    step_dt: of.step_dt,
    joint_names: of.joint_names,
    actions: of.actions.map(({ limits: _, description: __, ...action }) => action),
    observations: of.observations.map(({ signal, size, scale }) => ({ signal, size, scale })),
    observation_history: of.observation_history,
    measurements: of.measurements,
    commands: Object.entries(of.commands).map(([name, { low }]) => [name, low.length]),
  });
  const theirs = fixed(deployment);
  for (const [key, value] of Object.entries(fixed(own))) {
    if (JSON.stringify(value) === JSON.stringify(theirs[key])) continue;
    throw brokenFile(file, `"${key}" is not as the policy was trained`);
  }
  const { safety, stiffness, damping, default_joint_pos: pose } = deployment;
  const perJoint = {
    stiffness,
    damping,
    default_joint_pos: pose,
    "safety.joint_position": safety.joint_position,
    "safety.joint_velocity": safety.joint_velocity,
    "safety.joint_effort": safety.joint_effort,
    "safety.stop_damping": safety.stop_damping,
  };
  for (const [key, list] of Object.entries(perJoint)) {
    const { length } = deployment.joint_names;
    if (list.length !== length) {
      throw brokenFile(file, `"${key}" has ${list.length} entries for ${length} joints`);
    }
  }
  for (const [name, { low, default: value }] of Object.entries(deployment.commands)) {
    if (value.length !== low.length) {
      throw brokenFile(
        file,
        `the default of "${name}" has ${value.length} numbers, not ${low.length}`,
      );
    }
  }
}

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw brokenFile(file, "it is missing", cause);
  }
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw brokenFile(file, "it is not JSON", cause);
  }
}

function changed(file: string): RewardsmithError {
  return new RewardsmithError("E_DEPLOY_CHANGED", "its contents are not those of the manifest", {
    where: file,
    hint: "copy the folder again, or export the policy again; only deploy.yaml is meant to be edited",
  });
}
