/** `play TASK`: a trained policy in the viewer, to be driven, pushed and put into other worlds. */
import { type Command, Option } from "commander";
import { RewardsmithError } from "../core/errors.js";
import type { Offer } from "../view/live/scene.js";
import type { CliContext } from "./context.js";
import { describePolicy, fileOffer, storedOffer, taskOffer } from "./policy-offer.js";
import { findPolicies, typicalPolicy } from "./stored-policy.js";
import { addViewerFlags, keepServing, serveViewer, type ViewerFlags } from "./viewer.js";

interface PlayFlags extends ViewerFlags {
  readonly checkpoint?: string;
  readonly run?: string;
}

export function define(command: Command, cli: CliContext): void {
  command
    .argument("<task>", "a built-in task or a task folder")
    .addOption(
      new Option("--checkpoint <policy>", "a checkpoint file or a result as job@steps").conflicts(
        "run",
      ),
    )
    .option("--run <run>", "the policy a run found (default: the task's best in the store)");
  addViewerFlags(command, { optional: false });
  command.action((task: string, flags: PlayFlags) => play(cli, task, flags));
}

async function play(cli: CliContext, task: string, flags: PlayFlags): Promise<void> {
  const offer = await findOffer(cli, task, flags);
  cli.terminal.line(`${describePolicy(offer.about)}. Ctrl-C ends.`);
  const server = await serveViewer(cli, flags, { focus: () => ({ kind: "policy", offer }) });
  await keepServing(cli, server);
}

async function findOffer(cli: CliContext, task: string, flags: PlayFlags): Promise<Offer> {
  const { runsFolder } = cli;
  const name = flags.checkpoint ?? flags.run;
  if (name !== undefined) {
    try {
      return storedOffer(runsFolder, typicalPolicy(findPolicies(runsFolder, name)));
    } catch (error) {
      const elsewhere = error instanceof RewardsmithError && error.code === "E_CHECKPOINT_UNKNOWN";
      if (!elsewhere) throw error;
      return fileOffer(task, name, error);
    }
  }
  return taskOffer(cli, task);
}
