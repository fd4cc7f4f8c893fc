/** Starts the real command in a process of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "../../temporary-folder.js";

const main = fileURLToPath(new URL("../../../src/cli/main.ts", import.meta.url));
const tsx = import.meta.resolve("tsx");

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when what was printed so far matches. */
  printed(pattern: RegExp): Promise<void>;
}

export interface StartOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A folder outside the repository. */
export function outsideFolder(): string {
  return temporaryFolder("cli");
}

export function start(args: readonly string[], { cwd, env }: StartOptions = {}): Started {
  const {
    CI: _ci,
    NO_COLOR: _plain,
    OPENAI_API_KEY: _key,
    OPENAI_BASE_URL: _url,
    ...inherited
  } = process.env;
  const child = spawn(process.execPath, ["--import", tsx, main, ...args], {
    ...(cwd ? { cwd } : {}),
    env: { ...inherited, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  const watchers: (() => void)[] = [];
  const notice = () => {
    for (const watcher of watchers) watcher();
  };
  child.stdout.on("data", (data) => {
    stdout += data;
    notice();
  });
  child.stderr.on("data", (data) => {
    stderr += data;
    notice();
  });
  const ended = new Promise<Ended>((resolve) => {
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
  const printed = (pattern: RegExp) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (pattern.test(stdout + stderr)) resolve();
      };
      watchers.push(look);
      look();
      void ended.then(() =>
        reject(new Error(`ended without printing ${pattern}:\n${stdout}\n${stderr}`)),
      );
    });
  return { process: child, ended, printed };
}

export function run(args: readonly string[], options: StartOptions = {}): Promise<Ended> {
  return start(args, options).ended;
}
