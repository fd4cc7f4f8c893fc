/** Searches that the page began: the same program as in a terminal, as a child of this process. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { RewardsmithError } from "../../core/errors.js";
import { diskError } from "../../run/disk.js";
import { lockHolder } from "../../run/writer-lock.js";
import type { StartRequest } from "./answers.js";

/** How a child is started: a program and the arguments before the command's own. */
export interface Program {
  readonly file: string;
  readonly args: readonly string[];
}

/** This program again, whatever it was started with. */
export function thisProgram(): Program {
  return { file: process.execPath, args: [...process.execArgv, process.argv[1]] };
}

/** At once: each takes every core it can get. */
const mostAtOnce = 4;
/** Of what a child said, for the page to show where it failed. */
const keptCharacters = 4000;

export class StartedSearches {
  private readonly runsFolder: string;
  private readonly program: Program;
  private readonly children = new Set<ChildProcess>();

  constructor(runsFolder: string, program: Program) {
    this.runsFolder = runsFolder;
    this.program = program;
  }

  /** Resolves with the run's name once it has begun; throws what the command said where it did not. */
  async start(search: StartRequest): Promise<string> {
    const name = search.name ?? this.freeName(search.task);
    if (existsSync(join(this.runsFolder, name))) {
      throw new RewardsmithError("E_RUN_EXISTS", `there is a run "${name}" already`, {
        hint: "choose another name, or take that one up again",
      });
    }
    await this.begin(["design", ...designArguments(search), "--name", name], name);
    return name;
  }

  async resume(name: string): Promise<void> {
    await this.begin(["resume", name], name);
  }

  private async begin(command: readonly string[], run: string): Promise<void> {
    if (this.children.size >= mostAtOnce) {
      throw new RewardsmithError(
        "E_VIEW_BUSY",
        `${this.children.size} searches started from this page are running`,
        { hint: "wait for one to end, or stop one" },
      );
    }
    const { file, args } = this.program;
    const flags = ["--runs", this.runsFolder, "--no-viewer"];
    const folder = join(this.runsFolder, ".started");
    try {
      mkdirSync(folder, { recursive: true });
    } catch (error) {
      throw diskError(error, folder);
    }
    // A file rather than a pipe: a search outlives the viewer that began it.
    const log = join(folder, `${run}.log`);
    const output = openSync(log, "w");
    const child = spawn(file, [...args, ...command, ...flags], {
      stdio: ["ignore", output, output],
      env: { ...process.env, NO_COLOR: "1" },
    });
    closeSync(output);
    child.unref();
    this.children.add(child);
    let over = false;
    let failed = false;
    const end = (code: number | null) => {
      over = true;
      failed = code !== 0;
      this.children.delete(child);
    };
    child.on("error", () => end(null));
    child.on("exit", end);
    const events = join(this.runsFolder, run, "events.jsonl");
    // It holds the run's lock from the moment on when the run is in the list.
    while (!over && !lockHolder(`${events}.lock`)) await sleep(100);
    if (failed) throw refusal(readFileSync(log, "utf8").slice(-keptCharacters));
  }

  private freeName(task: string): string {
    const date = new Date().toISOString().slice(0, 10);
    const stem = `${basename(task).replace(/[^\w.-]/g, "-")}-${date}`;
    for (let n = 1; ; n++)
      if (!existsSync(join(this.runsFolder, `${stem}-${n}`))) return `${stem}-${n}`;
  }
}

function designArguments(search: StartRequest): string[] {
  const { task, quick, note, ...settings } = search;
  const flags = {
    designer: settings.designer,
    iterations: settings.iterations,
    candidates: settings.candidates,
    seed: settings.seed,
    prompts: settings.prompts,
    model: settings.model,
    "max-money-usd": settings.maxMoneyUsd,
    start: settings.start,
  };
  return [
    task,
    ...(quick ? ["--quick"] : []),
    ...(settings.review ? ["--review"] : []),
    ...Object.entries(flags).flatMap(([flag, value]) =>
      value === undefined ? [] : [`--${flag}=${value}`],
    ),
    ...(note ? [`--note=${note}`] : []),
    // Its budget is what the page asked about; there is nobody to ask again.
    ...(settings.maxMoneyUsd === undefined ? [] : [`--confirm-over=${settings.maxMoneyUsd}`]),
  ];
}

/** "E_CODE: message", then "→ hint": the last words of the command line. */
function refusal(said: string): RewardsmithError {
  const match = /^(E_[A-Z0-9_]+): (.*)(?:\n\s*→ ([\s\S]*))?/m.exec(said);
  if (match) {
    const code = match[1] as `E_${string}`;
    return new RewardsmithError(code, match[2], match[3] ? { hint: match[3].trim() } : {});
  }
  return new RewardsmithError("E_VIEW_START", "the search did not begin", {
    hint: said.trim().split("\n").slice(-3).join("\n"),
  });
}
