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
import { lineOf, readSourceFiles, type SourceFile } from "./source-files.js";
import { checkSupported } from "./supported.js";

/** Raised whenever the same file would compile to another model. */
const formatVersion = 4;

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

/** MuJoCo's message, and the place it means. */
function compilerError(error: unknown, files: readonly SourceFile[]): RewardsmithError {
  const raw = error instanceof Error ? error.message : String(error);
  const message = raw
    .replace(/^MuJoCo Error:\s*/, "")
    .replace(/^Loading error:\s*/, "")
    .replace(/^(?:XML )?Error:\s*/, "")
    .replace(/\s*\n\s*/g, "; ")
    .replace(/[;\s]+$/, "");
  const where = errorPlace(raw, files);
  if (/mass and inertia of moving bodies/.test(message)) {
    const name = /Element name '([^']*)'/.exec(message)?.[1];
    return new RewardsmithError(
      "E_ROBOT_MASS",
      `${name ? `body "${name}"` : "a body"} moves but has no mass or no inertia`,
      { where, hint: "give it a geom with mass or density, or an <inertial>", cause: error },
    );
  }
  const plugin = /plugin (\S+) not found/.exec(message)?.[1];
  if (plugin) {
    return new RewardsmithError("E_ROBOT_UNSUPPORTED", `plugin "${plugin}" is not supported`, {
      where,
      hint: "delete it; drives are <motor>, <position> and <velocity>",
      cause: error,
    });
  }
  return new RewardsmithError("E_ROBOT_COMPILE", message, {
    where,
    hint: /Error opening file/.test(raw)
      ? "check the path: files are looked for beside the robot file, and under its meshdir and assetdir"
      : "the message is MuJoCo's; its XML reference is at https://mujoco.readthedocs.io/en/stable/XMLreference.html",
    cause: error,
  });
}

/**
 * The message gives an element and a line but no file: it is the one with that element on that
 * line. In included files MuJoCo loses the line (0): the first such element there, best with the
 * value the message quotes.
 */
function errorPlace(raw: string, files: readonly SourceFile[]): string {
  const line = Number(/line(?: number)?[ =](\d+)/i.exec(raw)?.[1] ?? Number.NaN);
  const element = /XMLElement name=(\w+)/.exec(raw)?.[1] ?? /Element '(\w+)'/.exec(raw)?.[1];
  const texts = files.flatMap(({ path, data }) =>
    typeof data === "string" ? [{ path, data }] : [],
  );
  if (line > 0) {
    const holder = texts.find(
      ({ data }) => element !== undefined && data.split("\n")[line - 1]?.includes(`<${element}`),
    );
    return `${(holder ?? texts[0]).path}:${line}`;
  }
  const quoted = /'([\w.-]+)'/.exec(raw)?.[1];
  for (const pattern of [`<${element}\\b[^<>]*\\b${quoted}\\b`, `<${element}\\b`]) {
    for (const { path, data } of texts.slice(1)) {
      const found = element && lineOf(data, new RegExp(pattern));
      if (found) return `${path}:${found}`;
    }
  }
  return files[0].path;
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
