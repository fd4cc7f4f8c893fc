/** Policies to be watched, by the names people give. */
import { readFileSync } from "node:fs";
import { RewardsmithError } from "../core/errors.js";
import { hashJson, sha256 } from "../core/node/hash.js";
import { compileTask } from "../reward/node/compile-task.js";
import { zeroReward } from "../reward/program.js";
import { decodeCheckpoint } from "../rl/checkpoint.js";
import { inEngine } from "../task/loaded-task.js";
import { loadTask } from "../task/node/load.js";
import { demoOffer } from "../view/live/demo.js";
import { StoredOffers } from "../view/live/policy-offers.js";
import type { Offer, Watched } from "../view/live/scene.js";
import type { CliContext } from "./context.js";
import { formatFitness } from "./numbers.js";
import { formatCount } from "./progress.js";
import { findTaskPolicy, type StoredPolicy } from "./stored-policy.js";

/** A policy in one sentence: its name, how it was trained and how good it is, as far as that is known. */
export function describePolicy({ label, steps, seed, fitness }: Offer["about"]): string {
  const facts = [
    ...(steps === null ? [] : [`trained for ${formatCount(steps)} steps`]),
    ...(seed === null ? [] : [`seed ${seed}`]),
    ...(fitness === null ? [] : [`fitness ${formatFitness(fitness)}`]),
  ];
  return facts.length > 0 ? `${label}: ${facts.join(", ")}` : label;
}

export function storedOffer(runsFolder: string, policy: StoredPolicy): Offer {
  const offer = new StoredOffers(runsFolder, () => null).ofJob(policy.jobId, policy.steps);
  if (offer) return { ...offer, about: { ...offer.about, label: policy.label } };
  throw new RewardsmithError("E_RESULT_UNKNOWN", `the job store has no "${policy.label}"`, {
    hint: "it may be of another version of rewardsmith; train it anew",
  });
}

/** The best stored policy of a task, else its demo. */
export async function taskOffer(
  { runsFolder, invocation }: CliContext,
  task: string,
): Promise<Offer> {
  const policy = findTaskPolicy(runsFolder, compileTask(await loadTask(task)));
  const offer = policy ? storedOffer(runsFolder, policy) : demoOffer(task);
  if (offer) return offer;
  throw new RewardsmithError("E_PLAY_UNTRAINED", `no policy for ${task} has been trained yet`, {
    hint: `train one: ${invocation} train ${task}`,
  });
}

/** A checkpoint that no job of this store made: the task it is said to be of, with its human reward. */
export async function fileOffer(
  taskName: string,
  file: string,
  cause: RewardsmithError,
): Promise<Offer> {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch {
    throw cause;
  }
  const checkpoint = decodeCheckpoint(bytes);
  const { network, theta, observationStatistics, seed, totalSteps: steps } = checkpoint;
  const task = compileTask(inEngine(await loadTask(taskName), checkpoint.engine));
  const about: Watched["about"] = {
    reference: { kind: "newest" },
    label: file,
    run: null,
    candidate: null,
    steps,
    seed,
    fitness: null,
  };
  const { definition, sources } = task.task;
  const scene = {
    task,
    reward: task.programs.human ?? zeroReward,
    rewardCode: sources.human ?? "",
    engine: definition.engine,
    randomize: definition.training.randomize,
  };
  const policy = { network, theta, observationStatistics };
  const watched = { scene, sceneKey: hashJson(scene), policy, about };
  return { about, key: `file ${sha256(bytes)}`, load: async () => watched };
}
