/** Where the prior and the randomizations of a policy are kept. */
import path from "node:path";
import type { PolicyParameters } from "../policy/inference.js";
import { openRun } from "../run/run-folder.js";
import { policyName } from "../transfer/rapp.js";
import { rappFolder } from "../transfer/rapp-store.js";
import type { CliContext } from "./context.js";

/** A run's own folder; for what belongs to no run, one named after the policy. */
export function priorFolder(
  { runsFolder }: CliContext,
  name: string,
  policy: PolicyParameters,
): string {
  try {
    return openRun(runsFolder, name).folder;
  } catch {
    return path.join(rappFolder(runsFolder), policyName(policy).slice(0, 16));
  }
}
