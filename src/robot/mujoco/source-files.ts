/** A robot file and every file it names: includes, meshes, textures. Found by reading `file=` attributes. */
import { readFileSync, statSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { RewardsmithError } from "../../core/errors.js";

export interface SourceFile {
  /** Absolute path on disk. */
  readonly path: string;
  readonly data: string | Uint8Array;
}

const references = /<(\w+)[^<>]*?\s(?:file|filename)\s*=\s*(["'])(.+?)\2/g;
const folders = /\s(?:meshdir|texturedir|assetdir)\s*=\s*(["'])(.*?)\1/g;
/** Elements whose file is XML again. */
const nested = new Set(["include", "model"]);

/** The robot file first, then what it names. Files that do not exist are left to the compiler's message. */
export function readSourceFiles(file: string): SourceFile[] {
  const root = resolve(file);
  if (!isFile(root)) {
    throw new RewardsmithError("E_ROBOT_NOT_FOUND", `there is no robot file at ${root}`, {
      hint: "give the path of an MJCF (.xml) or URDF (.urdf) file; in task.ts it is relative to the task's folder",
    });
  }
  const files = new Map<string, SourceFile>();
  const assetFolders = new Set<string>(["."]);
  const queue = [root];
  const wanted: string[] = [];
  for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
    if (files.has(path)) continue;
    let text = readFileSync(path, "utf8");
    if (isUrdf(text)) text = withLocalMeshes(text, path);
    files.set(path, { path, data: text });
    const bare = withoutComments(text);
    for (const match of bare.matchAll(folders)) assetFolders.add(match[2]);
    for (const match of bare.matchAll(references)) {
      if (nested.has(match[1])) queue.push(...existing(match[3], [dirname(root), dirname(path)]));
      else wanted.push(match[3]);
    }
  }
  const bases = [...new Set([...files.keys()].map((path) => dirname(path)))];
  const places = bases.flatMap((base) => [...assetFolders].map((folder) => resolve(base, folder)));
  for (const name of wanted) {
    for (const path of existing(name, places)) {
      if (!files.has(path)) files.set(path, { path, data: readFileSync(path) });
    }
  }
  return [...files.values()];
}

/** 1-based line of the first match in a text, or undefined. */
export function lineOf(text: string, pattern: RegExp): number | undefined {
  const index = text.search(pattern);
  return index < 0 ? undefined : text.slice(0, index).split("\n").length;
}

export function isUrdf(text: string): boolean {
  return /<robot[\s>]/.test(text) && !/<mujoco[^>]*>\s*<(?:worldbody|include|asset)/.test(text);
}

/** URDF names meshes as `package://name/path`: replaced by the path found near the file. */
function withLocalMeshes(text: string, path: string): string {
  return text.replace(
    /(filename\s*=\s*")(package:\/\/|file:\/\/)([^"]+)"/g,
    (whole, head, _, rest) => {
      const parts: string[] = rest.split("/");
      for (let folder = dirname(path), up = 0; up < 4; folder = dirname(folder), up++) {
        for (let skip = 0; skip < parts.length; skip++) {
          const candidate = resolve(folder, ...parts.slice(skip));
          if (isFile(candidate)) return `${head}${candidate}"`;
        }
      }
      return whole;
    },
  );
}

function existing(name: string, places: readonly string[]): string[] {
  const candidates = places.flatMap((place) => [
    resolve(place, name),
    resolve(place, basename(name)),
  ]);
  return [...new Set(candidates)].filter(isFile);
}

function withoutComments(text: string): string {
  return text.replace(/<!--[\s\S]*?-->/g, (comment) => comment.replace(/[^\n]/g, " "));
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
