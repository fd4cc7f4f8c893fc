/** The reward a command is told to use: the task's own by name, or a file, checked before anything runs it. */
import { readFile } from "node:fs/promises";
import { formatIssue, RewardsmithError } from "../core/errors.js";
import { rewardChecker } from "../design/reward-checker.js";
import type { CompiledTask } from "../reward/compiled-task.js";
import type { Program } from "../reward/program.js";

export interface NamedReward {
  readonly program: Program;
  readonly source: string;
  /** For people: "the human reward", or the file. */
  readonly label: string;
  readonly warnings: readonly string[];
}

export async function readReward(
  task: CompiledTask,
  nameOrFile: string,
  signal: AbortSignal,
): Promise<NamedReward> {
  if (nameOrFile === "human" || nameOrFile === "sparse") {
    const program = task.programs[nameOrFile];
    const source = task.task.sources[nameOrFile] ?? "";
    if (program) return { program, source, label: `the ${nameOrFile} reward`, warnings: [] };
    throw new RewardsmithError("E_REWARD_MISSING", `the task has no ${nameOrFile} reward`, {
      where: task.task.folder,
      hint: `add ${nameOrFile === "human" ? "reward.ts" : "sparse.ts"} to its folder, or name a file with --reward`,
    });
  }
  const source = await readRewardFile(nameOrFile);
  const check = await (await rewardChecker(task)).check(source, signal);
  const issues = check.issues.map((issue) => formatIssue(issue, nameOrFile));
  if (check.accepted && check.program) {
    return { program: check.program, source, label: nameOrFile, warnings: issues };
  }
  const lines = ["the reward may not be trained", ...issues];
  throw new RewardsmithError("E_REWARD_REFUSED", lines.join("\n"));
}

export async function readRewardFile(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === "ENOENT";
    throw new RewardsmithError(
      "E_REWARD_FILE",
      missing ? "there is no such file" : `cannot be read: ${cause}`,
      {
        where: file,
        hint: "name a TypeScript file that exports a function reward",
        cause,
      },
    );
  }
}
