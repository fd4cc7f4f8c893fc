/**
 * `runs/<name>/`: run.json says what it is, events.jsonl what happened, and beside them lies every
 * prompt, answer, reward, check, curve and checkpoint that the events name.
 */
import {
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
} from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve } from "node:path";
import { z } from "zod";
import { RewardsmithError } from "../core/errors.js";
import { nameHint } from "../core/nearest-name.js";
import { diskError, writeAtomic } from "./disk.js";
import { versions } from "./versions.js";

/** Raised when folders of older versions can no longer be continued. */
const runFormat = 1;

const runInfoSchema = z.object({
  format: z.literal(runFormat),
  name: z.string(),
  /** Task as it was asked for: a name or a folder. */
  task: z.string(),
  /** ISO 8601, UTC. */
  created: z.string(),
  /** Version that made it. */
  rewardsmith: z.string(),
  /** Whatever is needed to take the run up again. */
  options: z.record(z.string(), z.json()),
});
export type RunInfo = z.infer<typeof runInfoSchema>;

export interface NewRun {
  readonly runsRoot: string;
  readonly task: string;
  readonly options: RunInfo["options"];
  /** Default: task, date and a number. */
  readonly name?: string;
}

export function createRun({ runsRoot, task, options, name }: NewRun, now: () => Date): RunFolder {
  const created = now();
  const folder = name ? claim(runsRoot, name) : claimDated(runsRoot, basename(task), created);
  if (folder === null) {
    throw new RewardsmithError("E_RUN_EXISTS", `there is a run "${name}" already`, {
      where: join(runsRoot, name ?? ""),
      hint: `choose another --name, or continue it: rewardsmith resume ${name}`,
    });
  }
  const info: RunInfo = {
    format: runFormat,
    name: basename(folder),
    task,
    created: created.toISOString(),
    rewardsmith: versions().rewardsmith,
    options,
  };
  try {
    writeAtomic(join(folder, "run.json"), `${JSON.stringify(info, null, 2)}\n`);
  } catch (error) {
    rmdirSync(folder);
    throw error;
  }
  return new RunFolder(folder, info);
}

/** The folder of a run by name or by path. */
export function findRun(runsRoot: string, run: string): string | undefined {
  return [join(runsRoot, run), resolve(run)].find((path) => existsSync(join(path, "run.json")));
}

/** Opens a run by name or by path. */
export function openRun(runsRoot: string, run: string): RunFolder {
  const folder = findRun(runsRoot, run);
  if (folder === undefined) {
    const names = listRuns(runsRoot).map((info) => info.name);
    throw new RewardsmithError("E_RUN_UNKNOWN", `no run "${run}" in ${runsRoot}`, {
      hint:
        names.length > 0
          ? nameHint(run, names)
          : "there are no runs yet: npx rewardsmith design cartpole-swingup",
    });
  }
  return new RunFolder(folder, readInfo(folder));
}

/** Runs that this version can open, newest first. */
export function listRuns(runsRoot: string): RunInfo[] {
  if (!existsSync(runsRoot)) return [];
  const infos: RunInfo[] = [];
  for (const name of readdirSync(runsRoot)) {
    const file = join(runsRoot, name, "run.json");
    if (!existsSync(file)) continue;
    const info = runInfoSchema.safeParse(readJson(file));
    if (info.success) infos.push({ ...info.data, name });
  }
  return infos.sort((a, b) => (a.created < b.created ? 1 : -1));
}

/** Files of a run. Paths are relative to it, with forward slashes, as the event log keeps them. */
export class RunFolder {
  readonly folder: string;
  readonly info: RunInfo;

  constructor(folder: string, info: RunInfo) {
    this.folder = folder;
    this.info = info;
  }

  get eventsFile(): string {
    return this.path("events.jsonl");
  }

  /** Absolute path of a file in the run. */
  path(file: string): string {
    const path = resolve(this.folder, file);
    const inside = relative(this.folder, path);
    if (inside.startsWith("..") || isAbsolute(inside)) {
      throw new RewardsmithError("E_RUN_PATH", `"${file}" lies outside the run`, {
        where: this.folder,
      });
    }
    return path;
  }

  has(file: string): boolean {
    return existsSync(this.path(file));
  }

  read(file: string): string {
    return readFileSync(this.path(file), "utf8");
  }

  /** Writes a file whole, folders included. Returns its path in the run. */
  write(file: string, content: string | Uint8Array): string {
    writeAtomic(this.place(file), content);
    return file;
  }

  /** Copies a file of the job store into the run, without using space where the file system can. */
  copyIn(file: string, source: string): string {
    const path = this.place(file);
    try {
      copyFileSync(source, path, constants.COPYFILE_FICLONE);
    } catch (error) {
      throw diskError(error, path);
    }
    return file;
  }

  private place(file: string): string {
    const path = this.path(file);
    try {
      mkdirSync(dirname(path), { recursive: true });
    } catch (error) {
      throw diskError(error, path);
    }
    return path;
  }
}

/** Where a candidate's files lie in the run; `id` is `iteration.candidate`, attempts count from 1. */
export const artifacts = {
  prompt: (id: string, attempt: number) => `${candidateFolder(id)}/prompt-${attempt}.md`,
  answer: (id: string, attempt: number) => `${candidateFolder(id)}/answer-${attempt}.md`,
  reward: (id: string, attempt: number) => `${candidateFolder(id)}/reward-${attempt}.ts`,
  check: (id: string, attempt: number) => `${candidateFolder(id)}/check-${attempt}.json`,
  curve: (id: string) => `${candidateFolder(id)}/curve.jsonl`,
  checkpoint: (id: string) => `${candidateFolder(id)}/checkpoint.bin`,
  /** TensorBoard wants one folder a curve: `tensorboard --logdir runs/<name>/tensorboard`. */
  tensorboard: (id: string) => `tensorboard/${id}`,
  finalCurve: (which: string, seed: number) => `final/${which}-${seed}/curve.jsonl`,
  finalCheckpoint: (which: string, seed: number) => `final/${which}-${seed}/checkpoint.bin`,
  finalTensorboard: (which: string, seed: number) => `tensorboard/final-${which}-${seed}`,
  /** A reward that somebody wrote by hand, before it is a candidate. */
  fork: (name: string) => `forks/${name}.ts`,
  report: "report.md",
} as const;

function candidateFolder(id: string): string {
  const [iteration, candidate] = id.split(".");
  return `iteration-${iteration}/candidate-${candidate}`;
}

/** Makes `<runsRoot>/<name>`; null when it is there already. */
function claim(runsRoot: string, name: string): string | null {
  if (!/^[A-Za-z0-9][\w.-]*$/.test(name)) {
    throw new RewardsmithError("E_RUN_NAME", `"${name}" cannot name a run`, {
      hint: "use letters, digits, dashes, dots and underscores",
    });
  }
  const folder = join(runsRoot, name);
  try {
    mkdirSync(runsRoot, { recursive: true });
    mkdirSync(folder);
    return folder;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return null;
    throw diskError(error, folder);
  }
}

/** `cartpole-2026-11-23-1`, the number counted up until the name is free. */
function claimDated(runsRoot: string, task: string, date: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  for (let n = 1; ; n++) {
    const folder = claim(runsRoot, `${task.replace(/[^\w.-]/g, "-")}-${day}-${n}`);
    if (folder) return folder;
  }
}

function readInfo(folder: string): RunInfo {
  const file = join(folder, "run.json");
  const json = readJson(file);
  const format = (json as { format?: unknown } | null)?.format;
  if (typeof format === "number" && format !== runFormat) {
    throw new RewardsmithError(
      "E_RUN_VERSION",
      `the run has format ${format}; this installation reads format ${runFormat}`,
      {
        where: file,
        hint:
          format > runFormat
            ? "it was made by a newer rewardsmith: update this one"
            : "finish it with the rewardsmith version named in its run.json, or start a new run",
      },
    );
  }
  const info = runInfoSchema.safeParse(json);
  if (info.success) return info.data;
  throw new RewardsmithError("E_RUN_BROKEN", z.prettifyError(info.error), {
    where: file,
    hint: "restore run.json from a copy, or start a new run",
  });
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return null;
  }
}
