/** Bundled policies, exported as a user would have them. */
import path from "node:path";
import { type ExportOptions, exportPolicy } from "../../../src/deploy/export.js";
import { type DeployedPolicy, readDeployment } from "../../../src/deploy/folder.js";
import { demoOffer } from "../../../src/view/live/demo.js";
import { temporaryFolder } from "../../temporary-folder.js";

export async function exportDemo(
  task: string,
  changes: Partial<ExportOptions> = {},
): Promise<string> {
  const watched = await demoOffer(task)?.load();
  if (!watched?.policy) throw new Error(`${task} has no demo`);
  const folder = path.join(temporaryFolder("deployed"), task);
  const { scene, policy, about } = watched;
  await exportPolicy({ folder, ...scene, policy, about, ...changes });
  return folder;
}

/** A busy computer keeps no rate: what a test does not look at may be late. */
export function patient(policy: DeployedPolicy, staleAfterSeconds = 30): DeployedPolicy {
  const { deployment } = policy;
  const safety = { ...deployment.safety, stale_after: staleAfterSeconds };
  return { ...policy, deployment: { ...deployment, safety } };
}

export function actuatorsOf({ task }: DeployedPolicy): string[] {
  return task.task.robot.actuators.map(({ name }) => name);
}

export { readDeployment };
