/** Writes a policy as a folder that a robot can be run from, with or without this project. */
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { RewardsmithError } from "../core/errors.js";
import { hashJson, sha256 } from "../core/node/hash.js";
import type { PolicyParameters } from "../policy/inference.js";
import { deployedModel } from "../policy/inference-graph.js";
import { packPolicy } from "../policy/packed-policy.js";
import type { CompiledTask } from "../reward/compiled-task.js";
import type { Program } from "../reward/program.js";
import { versions } from "../run/versions.js";
import type { EngineName } from "../sim/simulator.js";
import { findSignal } from "../task/signal-table.js";
import { checkScript } from "./check-script.js";
import { type Deployment, describeDeployment, printDeployment } from "./deployment.js";
import { deploymentFiles, type Golden, type Manifest, manifestSchema } from "./manifest.js";
import { modelCard } from "./model-card.js";
import { recordPolicy } from "./recording.js";

export interface ExportOptions {
  /** Made where it is missing; a deployment that lies there is replaced. */
  readonly folder: string;
  readonly task: CompiledTask;
  readonly reward: Program;
  /** Source text of the reward. */
  readonly rewardCode: string;
  readonly policy: PolicyParameters;
  /** What it was trained in. */
  readonly engine: EngineName;
  /** Whether training drew parameters, delays and pushes. */
  readonly randomize: boolean;
  readonly about: {
    readonly label: string;
    readonly run: string | null;
    readonly seed: number | null;
    readonly steps: number | null;
    readonly fitness: number | null;
  };
  /** Result of an exam in another engine, as JSON; omitted: there was none. */
  readonly exam?: unknown;
  /** Who chose the randomization and why, as JSON. */
  readonly randomizationDesign?: unknown;
  readonly now?: () => Date;
}

/** Greatest difference between two runtimes, of actions within ±1. */
export const goldenTolerance = 1e-5;

/** @throws E_POLICY_MISFIT where the policy is of another task or robot */
export async function exportPolicy(options: ExportOptions): Promise<Manifest> {
  const { folder, task, policy, engine, now = () => new Date() } = options;
  const { definition } = task.task;
  requireFit(task, policy);
  const { golden, seen } = await recordPolicy({ task, policy, engine });
  const deployment = describeDeployment(task, seen);
  const packed = packPolicy(policy);
  const contents = new Map<string, string | Uint8Array>();
  const json = (value: unknown) => `${JSON.stringify(value, null, 1)}\n`;
  contents.set(
    deploymentFiles.model,
    deployedModel(policy, {
      history: definition.observationHistory,
      metadata: metadataOf(deployment, options),
    }),
  );
  contents.set(deploymentFiles.policy, `${JSON.stringify(packed)}\n`);
  contents.set(deploymentFiles.deployment, printDeployment(deployment));
  // Where the task lay is nobody else's business.
  const moved: CompiledTask = { ...task, task: { ...task.task, folder: "" } };
  contents.set(deploymentFiles.task, `${JSON.stringify(moved)}\n`);
  contents.set(deploymentFiles.reward, options.rewardCode);
  const { derived } = task.task.sources;
  if (derived !== undefined) contents.set(deploymentFiles.derived, derived);
  const goldenFile: Golden = {
    format: 1,
    tolerance: goldenTolerance,
    pairs: golden.map(({ obs, history, actions }) => ({
      obs: [...obs],
      history: [...history],
      actions: [...actions],
    })),
  };
  contents.set(deploymentFiles.golden, `${JSON.stringify(goldenFile)}\n`);
  contents.set(deploymentFiles.check, checkScript);
  const { rewardsmith, ...others } = versions();
  const { label, run, seed, steps, fitness } = options.about;
  const manifest: Manifest = manifestSchema.parse({
    format: 1,
    program: `rewardsmith ${rewardsmith}`,
    createdAt: now().toISOString(),
    task: definition.name,
    robot: task.task.robot.name,
    policy: {
      label,
      run,
      seed,
      steps,
      fitness,
      fitnessUnit: definition.fitness.unit,
      engine,
      network: policy.network,
      hash: hashJson(packed),
    },
    reward: { source: options.rewardCode, hash: hashJson(options.reward) },
    randomization: {
      drawn: options.randomize,
      parameters: plain(definition.randomization),
      actionDelaySteps: definition.actionDelaySteps,
      events: plain(definition.events),
      design: plain(options.randomizationDesign ?? null),
    },
    exam: plain(options.exam ?? null),
    versions: others,
    files: {},
  });
  contents.set(deploymentFiles.card, modelCard(manifest, deployment));
  for (const [name, content] of contents) manifest.files[name] = sha256(content);
  write(folder, contents, json(manifest));
  return manifest;
}

function requireFit({ task }: CompiledTask, { network }: PolicyParameters): void {
  const { definition, signals } = task;
  const frame = definition.observation.reduce(
    (sum, { signal }) => sum + findSignal(signals, signal).size,
    0,
  );
  const observationDim = frame * definition.observationHistory;
  const actionDim = definition.actions.length;
  if (network.observationDim === observationDim && network.actionDim === actionDim) return;
  throw new RewardsmithError(
    "E_POLICY_MISFIT",
    `the policy reads ${network.observationDim} numbers and gives ${network.actionDim}; the task has ${observationDim} and ${actionDim}`,
    {
      where: definition.name,
      hint: "it was trained for another robot, or the task has changed since: train it anew",
    },
  );
}

/** The keys that runtimes of other projects read, as comma-separated text in their orders. */
function metadataOf(
  deployment: Deployment,
  { about, task }: ExportOptions,
): Record<string, string> {
  const list = (values: readonly (number | string)[]) => values.join(",");
  const { actions, observations, commands } = deployment;
  return {
    run_path: about.run ?? about.label,
    joint_names: list(deployment.joint_names),
    joint_stiffness: list(deployment.stiffness),
    joint_damping: list(deployment.damping),
    default_joint_pos: list(deployment.default_joint_pos),
    command_names: list(Object.keys(commands)),
    observation_names: list(observations.map(({ signal }) => signal)),
    action_scale: list(actions.map(({ scale }) => scale)),
    action_offset: list(actions.map(({ offset }) => offset)),
    action_names: list(actions.map(({ name }) => name)),
    observation_scale: list(observations.map(({ scale }) => scale)),
    observation_sizes: list(observations.map(({ size }) => size)),
    step_dt: String(deployment.step_dt),
    task: task.task.definition.name,
  };
}

/** The manifest comes last: a folder without one is not a whole deployment. */
function write(
  folder: string,
  contents: ReadonlyMap<string, string | Uint8Array>,
  manifest: string,
): void {
  const manifestFile = path.join(folder, deploymentFiles.manifest);
  try {
    mkdirSync(folder, { recursive: true });
    const known = new Set<string>([...contents.keys(), ...Object.values(deploymentFiles)]);
    const other = readdirSync(folder).find((name) => !known.has(name));
    if (other !== undefined && !existsSync(manifestFile)) {
      throw new RewardsmithError("E_EXPORT_OUTPUT", `it holds other things, such as ${other}`, {
        where: folder,
        hint: "name an empty folder, or one that does not exist yet",
      });
    }
    rmSync(manifestFile, { force: true });
    for (const [name, content] of contents) writeFileSync(path.join(folder, name), content);
    writeFileSync(manifestFile, manifest);
  } catch (cause) {
    if (cause instanceof RewardsmithError) throw cause;
    throw new RewardsmithError("E_EXPORT_OUTPUT", "cannot be written", {
      where: folder,
      hint: "name a folder that may be written to",
      cause,
    });
  }
}

/** As JSON has it: what is undefined is left out. */
function plain<T>(value: T) {
  return JSON.parse(JSON.stringify(value));
}
