/**
 * MJCF or URDF → RobotModel. MuJoCo is the compiler: defaults, classes, includes, frames, meshes
 * and inertias mean exactly what they mean there. The result is kept as small JSON by content.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, join, relative } from "node:path";
import { RewardsmithError } from "../../core/errors.js";
import { hashJson, sha256 } from "../../core/node/hash.js";
import { type RobotModel, robotModelSchema } from "../model.js";
import { type Mujoco, mujoco, mujocoVersion } from "./engine.js";
import { readModel } from "./read-model.js";
import { readSourceFiles, type SourceFile } from "./source-files.js";
import { checkSupported } from "./supported.js";

/** Raised whenever the same file would compile to another model. */
const formatVersion = 1;

/** Compiles a robot file; the result is cached by the content of the file and all it includes. */
export async function compileRobot(
  file: string,
  options: { cacheFolder?: string } = {},
): Promise<RobotModel> {
  const files = readSourceFiles(file);
  const folder = options.cacheFolder ?? defaultCacheFolder();
  const cached = join(folder, `${contentHash(files)}.json`);
  const known = readCache(cached);
  if (known) return known;
  const robot = compile(await mujoco(), files);
  writeCache(cached, robot);
  return robot;
}

function defaultCacheFolder(): string {
  const base = process.env["XDG_CACHE_HOME"] || process.env["LOCALAPPDATA"];
  return join(base || join(homedir(), ".cache"), "rewardsmith", "robots");
}

function compile(engine: Mujoco, files: readonly SourceFile[]): RobotModel {
  const root = files[0].path;
  for (const { path, data } of files) {
    engine.FS.mkdirTree(posix(dirname(path)));
    engine.FS.writeFile(posix(path), data);
  }
  let model: InstanceType<Mujoco["MjModel"]> | undefined;
  try {
    try {
      model = engine.MjModel.from_xml_path(posix(root));
    } catch (error) {
      throw compilerError(error, files);
    }
    const ignored = checkSupported(engine, model, files);
    const robot = readModel(engine, model, basename(root).replace(/\.[^.]*$/, ""));
    return robotModelSchema.parse(ignored.length > 0 ? { ...robot, ignored } : robot);
  } finally {
    model?.delete();
    for (const { path } of files) engine.FS.unlink(posix(path));
  }
}

/** MuJoCo's message names an element and a line; the file is the one whose line holds that element. */
function compilerError(error: unknown, files: readonly SourceFile[]): RewardsmithError {
  const raw = error instanceof Error ? error.message : String(error);
  const message = raw
    .replace(/^MuJoCo Error:\s*|Loading error:\s*|^(?:XML )?Error:\s*/g, "")
    .replace(/^(?:XML )?Error:\s*/, "")
    .replace(/\s*\n\s*/g, "; ")
    .replace(/[;\s]+$/, "");
  const line = Number(/line(?: number)?[ =](\d+)/i.exec(raw)?.[1] ?? Number.NaN);
  const element = /Element(?:=| ')(\w+)'?/.exec(raw)?.[1] ?? /name=(\w+)/.exec(raw)?.[1];
  const texts = files.filter((file) => typeof file.data === "string");
  const holder =
    texts.find(({ data }) => {
      const text = String(data).split("\n")[line - 1];
      return text !== undefined && element !== undefined && text.includes(`<${element}`);
    }) ?? texts[0];
  const missing = /Error opening file/.test(raw);
  return new RewardsmithError("E_ROBOT_COMPILE", message, {
    where: Number.isNaN(line) ? files[0].path : `${holder.path}:${line}`,
    hint: missing
      ? "check the path: files are looked for beside the robot file, and under its meshdir and assetdir"
      : "the message is MuJoCo's; its XML reference is at https://mujoco.readthedocs.io/en/stable/XMLreference.html",
    cause: error,
  });
}

/** Paths relative to the robot file, so that a moved folder is still known. */
function contentHash(files: readonly SourceFile[]): string {
  const folder = dirname(files[0].path);
  return hashJson({
    formatVersion,
    mujocoVersion,
    files: files.map(({ path, data }) => [relative(folder, path), sha256(data)]),
  });
}

function readCache(path: string): RobotModel | undefined {
  try {
    return robotModelSchema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch {
    // Absent, unreadable or damaged: compiled anew.
    return undefined;
  }
}

/** Written beside and renamed, so that a reader never sees half a file. An unwritable cache is no error. */
function writeCache(path: string, robot: RobotModel): void {
  const partial = `${path}.${process.pid}.${Math.trunc(performance.now() * 1e3)}`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(partial, JSON.stringify(robot));
    renameSync(partial, path);
  } catch {
    // Compiling again next time costs a fraction of a second.
  }
}

function posix(path: string): string {
  return path.replace(/^[A-Za-z]:/, "").replaceAll("\\", "/");
}
