/** `export`: a policy as a folder for a robot, or a reward as a function for other trainers. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type Command, Option } from "commander";
import { RewardsmithError } from "../core/errors.js";
import { exportPolicy } from "../deploy/export.js";
import { printPython } from "../reward/python.js";
import { listTasks } from "../task/node/load.js";
import type { Watched } from "../view/live/scene.js";
import type { CliContext } from "./context.js";
import { storedOffer, taskOffer } from "./policy-offer.js";
import { findPolicies, typicalPolicy } from "./stored-policy.js";

interface ExportFlags {
  readonly to?: string;
  readonly exam?: string;
  readonly reward?: "python";
}

export function define(command: Command, cli: CliContext): void {
  command
    .argument("<policy>", "a run, a result as job@steps, a checkpoint file, or a task")
    .option("--to <folder>", "where to (default: NAME-robot; with --reward a file, or printed)")
    .option("--exam <file>", "result of an exam, JSON, to be put into the manifest")
    .addOption(
      new Option(
        "--reward <language>",
        "only the reward, as a batched function over NumPy or PyTorch arrays",
      ).choices(["python"]),
    );
  command.action((name: string, flags: ExportFlags) => run(cli, name, flags));
}

async function run(cli: CliContext, name: string, flags: ExportFlags): Promise<void> {
  const { terminal } = cli;
  const { scene, policy, about } = await load(cli, name);
  if (flags.reward === "python") {
    const text = printPython(scene.task, scene.reward, { title: about.label });
    if (flags.to === undefined) return terminal.line(text.trimEnd());
    write(flags.to, text);
    terminal.record({ file: flags.to });
    terminal.line(`${flags.to}: the reward of ${about.label}, for NumPy and PyTorch.`);
    return;
  }
  if (policy === null) {
    throw new RewardsmithError("E_RUN_NO_POLICY", "nothing has been trained yet", { where: name });
  }
  const folder =
    flags.to ??
    `${path
      .basename(name)
      .replace(/\.bin$/, "")
      .replace("@", "-")}-robot`;
  const manifest = await exportPolicy({
    folder,
    task: scene.task,
    reward: scene.reward,
    rewardCode: scene.rewardCode,
    policy,
    engine: scene.engine,
    randomize: scene.randomize,
    about,
    ...(flags.exam !== undefined && { exam: readExam(flags.exam) }),
  });
  terminal.record({ folder, ...manifest });
  const files = Object.keys(manifest.files).length + 1;
  terminal.line(
    `${folder}: ${manifest.task} for ${manifest.robot}, ${files} files. Its README.md says how to run it.`,
  );
  terminal.line(
    `Try it on a simulated robot: ${cli.invocation} run ${folder} --adapter sim --engine ${scene.engine === "rapier" ? "mujoco" : "rapier"}`,
  );
}

async function load(cli: CliContext, name: string): Promise<Watched> {
  const isTask = listTasks().includes(name) || existsSync(path.join(name, "task.ts"));
  const offer = isTask
    ? await taskOffer(cli, name)
    : storedOffer(cli.runsFolder, typicalPolicy(findPolicies(cli.runsFolder, name)));
  const watched = await offer.load();
  if (watched) return watched;
  throw new RewardsmithError("E_CHECKPOINT_GONE", "its checkpoint has gone meanwhile", {
    where: offer.about.label,
    hint: "a newer one is there: try again",
  });
}

function readExam(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (cause) {
    throw new RewardsmithError("E_EXPORT_EXAM", "it cannot be read as JSON", {
      where: file,
      hint: "name the exam.json that an exam has written",
      cause,
    });
  }
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (cause) {
    throw new RewardsmithError("E_EXPORT_OUTPUT", "cannot be written", {
      where: file,
      hint: "name a file in a folder that exists and may be written to",
      cause,
    });
  }
}
