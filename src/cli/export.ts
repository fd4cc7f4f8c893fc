/** `export`: a policy as a folder for a robot, or a reward as a function for other trainers. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type Command, Option } from "commander";
import { RewardsmithError } from "../core/errors.js";
import { exportPolicy } from "../deploy/export.js";
import { compileTask } from "../reward/node/compile-task.js";
import { printPython } from "../reward/python.js";
import { listTasks, loadTask } from "../task/node/load.js";
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
  if (flags.reward === "python") return exportReward(cli, name, flags.to);
  const { scene, policy, about } = await load(cli, name);
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

/** Of a task that of a person, of anything else the one it was trained with. */
async function exportReward(cli: CliContext, name: string, file?: string): Promise<void> {
  const { terminal } = cli;
  let text: string;
  if (isTask(name)) {
    const task = compileTask(await loadTask(name));
    const { human } = task.programs;
    if (!human) {
      throw new RewardsmithError("E_REWARD_MISSING", "the task has no human reward", {
        where: task.task.folder,
        hint: "name a run, or a result as job@steps",
      });
    }
    text = printPython(task, human, { title: name });
  } else {
    const { scene, about } = await load(cli, name);
    text = printPython(scene.task, scene.reward, { title: about.label });
  }
  if (file === undefined) return terminal.line(text.trimEnd());
  write(file, text);
  terminal.record({ file });
  terminal.line(`${file}: the reward of ${name}, for NumPy and PyTorch.`);
}

function isTask(name: string): boolean {
  return listTasks().includes(name) || existsSync(path.join(name, "task.ts"));
}

async function load(cli: CliContext, name: string): Promise<Watched> {
  const offer = isTask(name)
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
