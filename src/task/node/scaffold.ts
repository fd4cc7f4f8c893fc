/** `rewardsmith new FOLDER`: a task folder that works at once and that an editor understands. */
import { existsSync, statSync } from "node:fs";
import { cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { basename, join, resolve, sep } from "node:path";
import { RewardsmithError } from "../../core/errors.js";
import type { LoadedTask } from "../loaded-task.js";
import { withMeasuredSignals } from "../signal-table.js";
import type { SignalTable } from "../signals.js";
import { taskDeclaration } from "../task-declaration.js";
import { type LoadTaskOptions, loadTask } from "./load.js";

export interface ScaffoldOptions extends LoadTaskOptions {
  /** The task to start from: a built-in one or a folder. Default "cartpole". */
  readonly from?: string;
  /** Text of state.d.ts: the ambient types that programs are written against. */
  readonly declaration: (table: SignalTable) => string;
}

/** What the editor needs: strict, no library but the language's own, nothing to install. */
const tsconfig = {
  compilerOptions: {
    target: "ES2023",
    lib: ["ES2023"],
    module: "preserve",
    moduleResolution: "bundler",
    moduleDetection: "force",
    types: [],
    strict: true,
    noEmit: true,
    skipLibCheck: false,
    // Where the package is installed too, its own declarations would ask for more libraries.
    paths: { rewardsmith: ["./rewardsmith.d.ts"] },
  },
  include: ["*.ts"],
};

/** Copies a task into a new folder, names it after the folder, and adds what an editor needs. */
export async function createTaskFolder(
  folder: string,
  options: ScaffoldOptions,
): Promise<LoadedTask> {
  const target = resolve(folder);
  const refused = (why: string) =>
    new RewardsmithError("E_TASK_FOLDER_EXISTS", why, {
      where: target,
      hint: "choose a new one; nothing has been written",
    });
  if (existsSync(target)) {
    if (!statSync(target).isDirectory()) throw refused("this is a file");
    if ((await readdir(target)).length > 0) throw refused("the folder is not empty");
  }
  const original = await loadTask(options.from ?? "cartpole", options);
  if (`${target}${sep}`.startsWith(`${resolve(original.folder)}${sep}`)) {
    throw refused("the folder lies in the one that is copied");
  }
  await mkdir(target, { recursive: true });
  await cp(original.folder, target, { recursive: true, filter: isOwn });
  await copyExtended(original, target, options);
  await rename(join(target, "task.ts"), original.definition.name, taskName(target));
  await writeFile(join(target, "tsconfig.json"), `${JSON.stringify(tsconfig, null, 2)}\n`);
  const task = await loadTask(target, options);
  await writeDeclarations(task, options.declaration);
  return task;
}

/** A bundled policy belongs to the original. */
function isOwn(path: string): boolean {
  return !/^(node_modules|runs|demo\.json|\.git|\.cache)$/.test(basename(path));
}

/** Makes a copy stand alone: what it takes from the tasks that it extends is copied too. */
async function copyExtended(
  original: LoadedTask,
  target: string,
  options: LoadTaskOptions,
): Promise<void> {
  let task = original;
  let importer = "task.ts";
  while (task.definition.extends !== undefined) {
    const { extends: extended } = task.definition;
    const base = await loadTask(resolve(task.folder, extended), options);
    await cp(base.folder, target, { recursive: true, filter: isOwn, force: false });
    const copy = importer === "task.ts" ? "base" : `${basename(importer, ".ts")}-base`;
    await cp(join(base.folder, "task.ts"), join(target, `${copy}.ts`));
    const declared = await readFile(join(target, importer), "utf8");
    const alone = declared
      .replaceAll(`"${extended}/task.js"`, `"./${copy}.js"`)
      .replace(/^\s*extends: .*\n/m, "");
    await writeFile(join(target, importer), alone);
    const robot = join(target, task.definition.robot);
    if (existsSync(robot)) {
      const text = await readFile(robot, "utf8");
      await writeFile(robot, text.replaceAll(`file="${extended}/`, 'file="'));
    }
    task = base;
    importer = `${copy}.ts`;
  }
}

/** Brings state.d.ts of a folder made by `createTaskFolder` up to date with its task's signals. */
export async function refreshDeclarations(
  task: LoadedTask,
  declaration: ScaffoldOptions["declaration"],
): Promise<void> {
  const file = join(task.folder, "state.d.ts");
  const stale =
    existsSync(file) && (await readFile(file, "utf8")) !== declaration(editorSignals(task));
  if (stale) await writeDeclarations(task, declaration);
}

async function writeDeclarations(
  task: LoadedTask,
  declaration: ScaffoldOptions["declaration"],
): Promise<void> {
  await writeFile(join(task.folder, "rewardsmith.d.ts"), taskDeclaration());
  await writeFile(join(task.folder, "state.d.ts"), declaration(editorSignals(task)));
}

/** An editor knows one `State` for the whole folder: also what measures.ts alone may read. */
function editorSignals(task: LoadedTask) {
  return withMeasuredSignals(task).signals;
}

/** A task's name from its folder's: lower case, digits and dashes, a letter first. */
function taskName(folder: string): string {
  const name = basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+|-+$/g, "");
  return name === "" ? "my-task" : name;
}

async function rename(file: string, from: string, to: string): Promise<void> {
  const text = await readFile(file, "utf8");
  await writeFile(
    file,
    text.replace(`name: ${JSON.stringify(from)}`, `name: ${JSON.stringify(to)}`),
  );
}
