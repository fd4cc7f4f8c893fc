/** `demo [TASK]`: bundled policies in the viewer at once, and how one is bundled. */
import path from "node:path";
import { type Command, Option } from "commander";
import { RewardsmithError } from "../core/errors.js";
import { hashJson } from "../core/node/hash.js";
import { decodeCheckpoint } from "../rl/checkpoint.js";
import { loadResult, storedJobs } from "../run/job-store.js";
import { loadTask } from "../task/node/load.js";
import { demoOffer, demoOffers, writeDemo } from "../view/live/demo.js";
import type { CliContext } from "./context.js";
import { formatFitness } from "./numbers.js";
import { describePolicy } from "./policy-offer.js";
import { findPolicies, typicalPolicy } from "./stored-policy.js";
import { addViewerFlags, keepServing, serveViewer, type ViewerFlags } from "./viewer.js";

interface DemoFlags extends ViewerFlags {
  readonly make?: string;
}

/** Shown first unless another is named. */
const firstDemo = "go1-walk";

export function define(command: Command, cli: CliContext): void {
  command
    .argument("[task]", `a task with a bundled policy (default: ${firstDemo})`)
    .addOption(
      new Option(
        "--make <policy>",
        "bundle this policy with the task: a result as job@steps or a checkpoint file",
      ),
    );
  addViewerFlags(command, { optional: false });
  command.action(async (task: string | undefined, flags: DemoFlags) => {
    if (flags.make !== undefined) await make(cli, flags.make);
    else await show(cli, task ?? firstDemo, flags);
  });
}

async function show(cli: CliContext, task: string, flags: DemoFlags): Promise<void> {
  const offer = demoOffer(task);
  if (!offer) {
    const names = demoOffers().map(({ about }) => about.label);
    throw new RewardsmithError("E_DEMO_UNKNOWN", `there is no bundled policy for "${task}"`, {
      hint: `there are: ${names.join(", ")}; rewardsmith play TASK shows one you trained`,
    });
  }
  cli.terminal.line(`${describePolicy(offer.about)}. Ctrl-C ends.`);
  const server = await serveViewer(cli, flags, { focus: () => ({ kind: "policy", offer }) });
  await keepServing(cli, server);
}

/** The task's own rewards only: another reward's text is not part of the folder. */
async function make(cli: CliContext, name: string): Promise<void> {
  const { terminal, runsFolder } = cli;
  const { jobId, steps } = typicalPolicy(findPolicies(runsFolder, name));
  const { job, checkpoint, policyHash } = loadResult(runsFolder, `${jobId}@${steps}`);
  const { task, programs } = job.task;
  const reward = (["human", "sparse"] as const).find(
    (which) => programs[which] && hashJson(programs[which]) === hashJson(job.reward),
  );
  const evaluation = storedJobs(runsFolder)
    .find(({ id }) => id === jobId)
    ?.results.find((result) => result.steps === steps)
    ?.evaluations.find(({ set, profile }) => set === "test" && profile === "reference");
  if (!reward || !evaluation) {
    throw new RewardsmithError(
      "E_DEMO_POLICY",
      reward ? "the policy was not measured" : "it was trained with neither reward of its task",
      { where: `${jobId}@${steps}`, hint: "rewardsmith train TASK trains and measures one" },
    );
  }
  const { folder } = await loadTask(task.definition.name);
  const file = writeDemo(folder, decodeCheckpoint(checkpoint), {
    reward,
    engine: job.engine,
    randomize: job.settings.randomize,
    seed: job.seed,
    steps,
    fitness: evaluation.fitness,
    episodes: evaluation.episodes,
  });
  terminal.record({ type: "demo", file, policyHash });
  terminal.line(
    `${path.relative(process.cwd(), file)}: seed ${job.seed}, fitness ${formatFitness(evaluation.fitness)}`,
  );
}
