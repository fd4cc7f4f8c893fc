/** Task folders, built in or anywhere on disk, read and checked into a `LoadedTask`. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, join, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { RewardsmithError } from "../../core/errors.js";
import { nameHint } from "../../core/nearest-name.js";
import type { RobotModel } from "../../robot/model.js";
import { checkTask } from "../check-task.js";
import type { LoadedTask } from "../loaded-task.js";
import { buildSignalTable } from "../signal-table.js";
import { type TaskDefinition, type TaskSources, taskDefinitionSchema } from "../task.js";
import { parseTaskPage, taskSummary } from "../task-page.js";
import { evaluateTaskFile } from "./bundle.js";

/** `envs/` of this installation: three folders up, from `src/task/node` and `dist/task/node` alike. */
const builtInFolder = fileURLToPath(new URL("../../../envs", import.meta.url));

export interface LoadTaskOptions {
  /** Turns the robot file into a model; tests put in a small one. */
  readonly compile?: (file: string) => Promise<RobotModel>;
}

/** Names of the built-in tasks. */
export function listTasks(): string[] {
  return readdirSync(builtInFolder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && isTaskFolder(join(builtInFolder, entry.name)))
    .map((entry) => entry.name)
    .sort();
}

/** Where a file of a built-in task lies, or would. */
export function builtInFile(task: string, file: string): string {
  return join(builtInFolder, task, file);
}

/** The built-in tasks, each with a sentence that says what it is. */
export function summarizeTasks(): { readonly name: string; readonly summary: string }[] {
  return listTasks().map((name) => {
    const page = join(builtInFolder, name, "task.md");
    return { name, summary: existsSync(page) ? taskSummary(readFileSync(page, "utf8")) : "" };
  });
}

/**
 * Loads a task by the name of a built-in one or by its folder.
 *
 * @example const task = await loadTask("cartpole-swingup");
 */
export async function loadTask(
  nameOrFolder: string,
  options: LoadTaskOptions = {},
): Promise<LoadedTask> {
  const folder = findFolder(nameOrFolder);
  const file = join(folder, "task.ts");
  const definition = parseDefinition(await evaluateTaskFile(file), file);
  const folders = await lineage(folder, definition);
  const robot = await (options.compile ?? compile)(
    existing(folders, definition.robot, `${definition.name} names it as its robot`),
  );
  const pageFile = existing(folders, "task.md", "it holds the sentence for the designer");
  const page = parseTaskPage(await readFile(pageFile, "utf8"), pageFile);
  const signals = within(file, () => buildSignalTable(definition, robot));
  within(file, () => checkTask(definition, robot, signals));
  return {
    definition,
    robot,
    page,
    sources: await readSources(folders, definition),
    signals,
    folder,
  };
}

/** MuJoCo's compiler is large, so it is loaded by the first task that needs it. */
async function compile(file: string): Promise<RobotModel> {
  const { compileRobot } = await import("../../robot/mujoco/compile.js");
  return compileRobot(file);
}

function findFolder(nameOrFolder: string): string {
  const names = listTasks();
  if (names.includes(nameOrFolder)) return join(builtInFolder, nameOrFolder);
  const folder = resolve(nameOrFolder);
  if (isTaskFolder(folder)) return folder;
  const looksLikePath = /[\\/.]/.test(nameOrFolder) || nameOrFolder.includes(sep);
  if (looksLikePath || existsSync(folder)) {
    throw new RewardsmithError(
      "E_TASK_UNKNOWN",
      existsSync(folder) ? "the folder holds no task.ts" : "there is no such folder",
      {
        where: folder,
        hint: `make one with "rewardsmith new ${nameOrFolder}"; built in: ${names.join(", ")}`,
      },
    );
  }
  throw new RewardsmithError("E_TASK_UNKNOWN", `no task is named "${nameOrFolder}"`, {
    hint: `${nameHint(nameOrFolder, names)}; or give the folder of your own`,
  });
}

function isTaskFolder(folder: string): boolean {
  return existsSync(join(folder, "task.ts"));
}

function parseDefinition(value: unknown, file: string): TaskDefinition {
  if (value === undefined) {
    throw new RewardsmithError("E_TASK_INVALID", "has no default export", {
      where: file,
      hint: "write: export default defineTask({ … })",
    });
  }
  const parsed = taskDefinitionSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new RewardsmithError("E_TASK_INVALID", z.prettifyError(parsed.error), {
    where: file,
    hint: "envs/README.md and rewardsmith.d.ts in a folder made by `rewardsmith new` list what a task may say",
    cause: parsed.error,
  });
}

/** A task's folder, the one it extends, the one that extends, and so on. */
async function lineage(folder: string, definition: TaskDefinition): Promise<string[]> {
  const folders = [folder];
  let extended = definition.extends;
  while (extended !== undefined) {
    const own = folders[folders.length - 1];
    const next = resolve(own, extended);
    if (folders.includes(next) || !isTaskFolder(next)) {
      const why = folders.includes(next) ? "which comes back to itself" : "which holds no task.ts";
      throw new RewardsmithError("E_TASK_INVALID", `extends "${extended}", ${why}`, {
        where: join(own, "task.ts"),
        hint: "name another task's folder, relative to this one",
      });
    }
    folders.push(next);
    const file = join(next, "task.ts");
    extended = parseDefinition(await evaluateTaskFile(file), file).extends;
  }
  return folders;
}

async function readSources(
  folders: readonly string[],
  definition: TaskDefinition,
): Promise<TaskSources> {
  const [folder] = folders;
  const required = (name: string, why: string) => readFile(existing(folders, name, why), "utf8");
  const optional = async (name: string, among: readonly string[] = folders) => {
    const file = found(among, name);
    return file === undefined ? undefined : await readFile(file, "utf8");
  };

  const [derivedName] =
    Object.entries(definition.signals).find(([, signal]) => signal.source.kind === "derived") ?? [];
  const derived =
    derivedName === undefined
      ? await optional("derived.ts", [folder])
      : await required("derived.ts", `it computes signal "${derivedName}"`);
  if (derivedName === undefined && derived !== undefined) {
    throw new RewardsmithError(
      "E_TASK_INVALID",
      "derived.ts computes signals, but none is declared as derived",
      {
        where: join(folder, "task.ts"),
        hint: 'declare them with source: { kind: "derived" }, or remove the file',
      },
    );
  }
  const human = await optional("reward.ts");
  const sparse = await optional("sparse.ts");
  const measures =
    definition.transfer &&
    (await required("measures.ts", "it measures what the task's transfer block names"));
  return {
    fitness: await required("fitness.ts", "it measures success, step by step"),
    termination: await required("termination.ts", "it says when an episode ends"),
    ...(derived === undefined ? {} : { derived }),
    ...(human === undefined ? {} : { human }),
    ...(sparse === undefined ? {} : { sparse }),
    ...(measures === undefined ? {} : { measures }),
  };
}

/** The file of that name, or at that path, in the first folder that has it. */
function found(folders: readonly string[], name: string): string | undefined {
  return folders.map((folder) => resolve(folder, name)).find((file) => existsSync(file));
}

function existing(folders: readonly string[], name: string, why: string): string {
  const file = found(folders, name);
  if (file !== undefined) return file;
  throw new RewardsmithError("E_TASK_INVALID", `${basename(name)} is missing`, {
    where: resolve(folders[0], name),
    hint: `a task folder needs it: ${why}`,
  });
}

/** Runs a check whose errors do not know the file, and adds it. */
function within<T>(file: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof RewardsmithError) || error.where !== undefined) throw error;
    throw new RewardsmithError(error.code, error.message, {
      where: file,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      cause: error.cause,
    });
  }
}
