/** What a prior's measurement has found so far, kept file by file: an interrupted one goes on there. */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { RewardsmithError } from "../core/errors.js";
import { diskError, writeAtomic } from "../run/disk.js";
import { type PhysicsPrior, physicsPriorSchema } from "./prior.js";
import { priorFigure, priorMarkdown } from "./prior-page.js";
import type { RappMemory } from "./rapp.js";

const lotSchema = z.array(z.int().min(0));

/** Folder below the runs' that all measurements share; a policy without a run has its prior there. */
export function rappFolder(runsFolder: string): string {
  return path.join(runsFolder, ".rapp");
}

export function storedLots(runsFolder: string): RappMemory {
  const folder = path.join(rappFolder(runsFolder), "lots");
  const fileOf = (key: string) => path.join(folder, `${key.slice(0, 32)}.json`);
  return {
    read(key) {
      const file = fileOf(key);
      if (!existsSync(file)) return undefined;
      try {
        return lotSchema.parse(JSON.parse(readFileSync(file, "utf8")));
      } catch {
        // Half written or damaged: measured again.
        return undefined;
      }
    },
    write(key, successes) {
      try {
        mkdirSync(folder, { recursive: true });
        writeAtomic(fileOf(key), JSON.stringify(successes));
      } catch (error) {
        throw diskError(error, folder);
      }
    },
  };
}

const priorFile = "prior.json";

/** Writes the prior as data, table and chart; returns the file of the data. */
export function writePrior(folder: string, prior: PhysicsPrior): string {
  try {
    mkdirSync(folder, { recursive: true });
    const file = path.join(folder, priorFile);
    writeAtomic(path.join(folder, "prior.svg"), priorFigure(prior));
    writeAtomic(path.join(folder, "prior.md"), priorMarkdown(prior, "prior.svg"));
    writeAtomic(file, `${JSON.stringify(prior, null, 1)}\n`);
    return file;
  } catch (error) {
    throw diskError(error, folder);
  }
}

/** A prior by its file or folder. */
export function readPrior(fileOrFolder: string): PhysicsPrior {
  const file = fileOrFolder.endsWith(".json") ? fileOrFolder : path.join(fileOrFolder, priorFile);
  const hint = "measure it: rewardsmith rapp POLICY";
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    throw new RewardsmithError("E_PRIOR_UNKNOWN", "there is no physics prior", {
      where: file,
      hint,
      cause,
    });
  }
  try {
    return physicsPriorSchema.parse(JSON.parse(text));
  } catch (cause) {
    const message = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
    throw new RewardsmithError("E_PRIOR_BROKEN", message, { where: file, hint, cause });
  }
}
