/**
 * A prompt pack is a folder of dotprompt files: one template for each part of the conversation, and
 * partials (`_name.prompt`) they include. A user's folder shadows a base pack file by file.
 */
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { RewardsmithError } from "../core/errors.js";
import { sha256 } from "../core/node/hash.js";
import { promptInputSchemas, templateInputSchemas } from "./prompt-inputs.js";

export interface PromptFile {
  /** File name without `.prompt`; partials begin with `_`. */
  readonly name: string;
  readonly source: string;
  /** SHA-256 of the source, for the log. */
  readonly hash: string;
  readonly path: string;
}

export interface PromptPack {
  readonly name: string;
  readonly description: string;
  /** Packs it is laid over, nearest first. */
  readonly bases: readonly string[];
  readonly folder: string;
  readonly files: ReadonlyMap<string, PromptFile>;
}

/** `prompts/` of this installation. */
export const builtInPromptsFolder = fileURLToPath(new URL("../../prompts/", import.meta.url));

/** What searches ask with, and what a folder without pack.json is laid over. */
export const defaultPack = "eureka";

const packFileSchema = z.strictObject({
  description: z.string().default(""),
  /** Pack name or folder; null for a pack that stands alone. */
  base: z.string().nullable().default(defaultPack),
});

/** Loads a built-in pack by name, or a folder. Read anew at every call, so an edited file takes effect. */
export async function loadPack(nameOrFolder: string): Promise<PromptPack> {
  return load(nameOrFolder, process.cwd(), []);
}

/** Names of the built-in packs. */
export async function listPackNames(): Promise<string[]> {
  const entries = await readdir(builtInPromptsFolder, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

async function load(
  nameOrFolder: string,
  from: string,
  above: readonly string[],
): Promise<PromptPack> {
  const folder = await findFolder(nameOrFolder, from);
  if (above.includes(folder)) {
    throw new RewardsmithError("E_PROMPT_PACK", "the pack's bases lead back to itself", {
      where: path.join(folder, "pack.json"),
      hint: "name another `base`, or null for a pack that stands alone",
    });
  }
  const { description, base } = await readPackFile(folder);
  const basePack = base === null ? null : await load(base, folder, [...above, folder]);
  const files = new Map(basePack?.files);
  for (const file of await readPromptFiles(folder)) {
    if (basePack && !file.name.startsWith("_") && !(file.name in templateInputSchemas)) {
      throw new RewardsmithError("E_PROMPT_PACK", `no pack has a template "${file.name}"`, {
        where: file.path,
        hint: `templates are ${Object.keys(templateInputSchemas).join(", ")}; partials begin with "_"`,
      });
    }
    files.set(file.name, file);
  }
  for (const template of Object.keys(promptInputSchemas)) {
    if (!files.has(template)) {
      throw new RewardsmithError("E_PROMPT_PACK", `the pack lacks ${template}.prompt`, {
        where: folder,
        hint: `add it, or lay the pack over another with { "base": "${defaultPack}" } in pack.json`,
      });
    }
  }
  return {
    name: path.basename(folder),
    description,
    bases: basePack ? [basePack.name, ...basePack.bases] : [],
    folder,
    files,
  };
}

async function findFolder(nameOrFolder: string, from: string): Promise<string> {
  const builtIn = path.join(builtInPromptsFolder, nameOrFolder);
  if (/^[\w-]+$/.test(nameOrFolder) && existsSync(builtIn)) return builtIn;
  const folder = path.resolve(from, nameOrFolder);
  if (existsSync(folder)) return folder;
  throw new RewardsmithError("E_PROMPT_PACK_UNKNOWN", `no prompt pack "${nameOrFolder}"`, {
    where: folder,
    hint: `built in are ${(await listPackNames()).join(", ")}; or name a folder of .prompt files (\`rewardsmith prompts eject\` makes one)`,
  });
}

async function readPackFile(folder: string): Promise<z.infer<typeof packFileSchema>> {
  const file = path.join(folder, "pack.json");
  if (!existsSync(file)) return packFileSchema.parse({});
  try {
    return packFileSchema.parse(JSON.parse(await readFile(file, "utf8")));
  } catch (cause) {
    const message = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
    throw new RewardsmithError("E_PROMPT_PACK", message, {
      where: file,
      hint: 'pack.json holds { "description": text, "base": pack name, folder or null }',
      cause,
    });
  }
}

async function readPromptFiles(folder: string): Promise<PromptFile[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".prompt")).sort();
  return Promise.all(
    names.map(async (name) => {
      const file = path.join(folder, name);
      const source = (await readFile(file, "utf8")).replace(/\r\n/g, "\n");
      return { name: name.slice(0, -".prompt".length), source, hash: sha256(source), path: file };
    }),
  );
}
