/** A policy to be measured in other worlds, by the names people give: a run, a job, a file, a task. */
import { existsSync } from "node:fs";
import path from "node:path";
import { RewardsmithError } from "../core/errors.js";
import { hashJson } from "../core/node/hash.js";
import type { PolicyParameters } from "../policy/inference.js";
import type { CompiledTask } from "../reward/compiled-task.js";
import { compileTask } from "../reward/node/compile-task.js";
import { listTasks, loadTask } from "../task/node/load.js";
import { demoOffer } from "../view/live/demo.js";
import type { Watched } from "../view/live/scene.js";
import type { CliContext } from "./context.js";
import { fileOffer, storedOffer, taskOffer } from "./policy-offer.js";
import { findPolicies, typicalPolicy } from "./stored-policy.js";

export interface KnownPolicy extends Watched {
  /** The task it was trained for, with what is measured of it in other worlds. */
  readonly task: CompiledTask;
  readonly policy: PolicyParameters;
}

/** `task` says what a checkpoint file that no job here made was trained for. */
export async function knownPolicy(
  cli: CliContext,
  name: string,
  task?: string,
): Promise<KnownPolicy> {
  const watched = await (await offerOf(cli, name, task)).load();
  if (watched?.policy) {
    return { ...watched, policy: watched.policy, task: await measurable(watched.scene.task) };
  }
  throw new RewardsmithError("E_RUN_NO_POLICY", "nothing has been trained yet", { where: name });
}

async function offerOf(cli: CliContext, name: string, task: string | undefined) {
  if (path.basename(name) === "demo.json" && existsSync(name)) {
    const offer = demoOffer(path.dirname(path.resolve(name)));
    if (offer) return offer;
  }
  if (listTasks().includes(name) || existsSync(path.join(name, "task.ts"))) {
    return await taskOffer(cli, name);
  }
  try {
    return storedOffer(cli.runsFolder, typicalPolicy(findPolicies(cli.runsFolder, name)));
  } catch (error) {
    const elsewhere = error instanceof RewardsmithError && error.code === "E_CHECKPOINT_UNKNOWN";
    if (!elsewhere || task === undefined) throw error;
    return fileOffer(task, name, error);
  }
}

/**
 * What is measured belongs to the task as it now is: a job may be older, and is the same without. So
 * do what people randomize and the nominal world: a job has those of the randomization it trained with.
 */
async function measurable(task: CompiledTask): Promise<CompiledTask> {
  const { definition, folder } = task.task;
  const now = await loadTask(existsSync(folder) ? folder : definition.name).catch(() => null);
  const { transfer } = now?.definition ?? {};
  if (!now || !transfer) return task;
  const { measures } = compileTask(now).programs;
  const same = hashJson(now.robot) === hashJson(task.task.robot);
  const { terrain: _, ...levelled } = definition;
  const { randomization, events, actionDelaySteps, terrain } = now.definition;
  const world = { randomization, events, actionDelaySteps, ...(terrain && { terrain }) };
  return {
    task: {
      ...task.task,
      definition: { ...(same ? { ...levelled, ...world } : definition), transfer },
    },
    programs: { ...task.programs, ...(measures && { measures }) },
  };
}
