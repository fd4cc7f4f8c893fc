/** Policies to be watched, by the names people give. */
import { RewardsmithError } from "../core/errors.js";
import { compileTask } from "../reward/node/compile-task.js";
import { loadTask } from "../task/node/load.js";
import { demoOffer } from "../view/live/demo.js";
import { StoredOffers } from "../view/live/policy-offers.js";
import type { Offer } from "../view/live/scene.js";
import type { CliContext } from "./context.js";
import { findTaskPolicy, type StoredPolicy } from "./stored-policy.js";

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
