/** `play TASK`: a trained policy in the viewer, to be driven, pushed and put into other worlds. */
import { readFileSync } from "node:fs";
import { type Command, Option } from "commander";
import { RewardsmithError } from "../core/errors.js";
import { hashJson, sha256 } from "../core/node/hash.js";
import { compileTask } from "../reward/node/compile-task.js";
import { zeroReward } from "../reward/program.js";
import { decodeCheckpoint } from "../rl/checkpoint.js";
import { inEngine } from "../task/loaded-task.js";
import { loadTask } from "../task/node/load.js";
import type { Offer, Watched } from "../view/live/scene.js";
import type { CliContext } from "./context.js";
import { storedOffer, taskOffer } from "./policy-offer.js";
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
  cli.terminal.line(`${offer.about.label}. Ctrl-C ends.`);
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
      return fromFile(task, name, error);
    }
  }
  return taskOffer(cli, task);
}

/** A checkpoint that no job of this store made: the task it is said to be of, with its human reward. */
async function fromFile(taskName: string, file: string, cause: RewardsmithError): Promise<Offer> {
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
