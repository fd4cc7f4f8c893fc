/**
 * All that stands between a reward written by a stranger and training: it is compiled in a process
 * that may be killed, then run over recorded states in another that is thrown away.
 */
import type { ChildProcess } from "node:child_process";
import { type ErrorCode, type Issue, RewardsmithError } from "../../core/errors.js";
import type { SignalTable } from "../../task/signals.js";
import type { CompiledTask } from "../compiled-task.js";
import type { Program } from "../program.js";
import { signalsRead } from "../simplify.js";
import { termLine } from "../term-line.js";
import type { CheckRequest } from "./checker-process.js";
import { type Answer, ask, startConfined } from "./child.js";
import type { CompileResult } from "./compile.js";
import type { ProbationReport, ProbationRequest, Sample } from "./probation.js";

export interface RewardCheck {
  /** True where the reward may be trained. */
  readonly accepted: boolean;
  readonly issues: Issue[];
  /** Names of the reward's terms, "total" not among them. */
  readonly terms: string[];
  readonly nsPerCall: number | null;
  /** What "total" and each term gave over the recorded states. */
  readonly samples: Record<string, Sample>;
  readonly program: Program | null;
}

export interface RewardCheckOptions {
  readonly signal?: AbortSignal;
  /** For compiling and for the trial run, each, process start included. Default 20. */
  readonly timeoutSeconds?: number;
  readonly fuelPerRow?: number;
}

const defaultTimeoutSeconds = 20;
const startTimeoutMs = 60_000;
const checkerMemoryMb = 512;
const probationMemoryMb = 128;

/**
 * Checks a reward for a task over recorded signals `[row][stride]`. Rejects with E_CANCELLED, or where no process can be started;
 * everything wrong with the reward is an issue.
 */
export async function checkReward(
  source: string,
  task: CompiledTask,
  states: Float32Array,
  options: RewardCheckOptions = {},
): Promise<RewardCheck> {
  const table = task.task.signals;
  const { program, issues } = await compileConfined(source, table, options);
  if (program === null) return refused(issues);
  const terms = program.columns.slice(1);
  if (signalsRead(program).size === 0) {
    return { ...refused([...issues, noSignal()]), terms, program };
  }
  const answer = await tryOut(program, table, states, options);
  if (answer.outcome !== "answered") {
    const issue = unfinished(answer.outcome, "its trial run", options);
    return { ...refused([...issues, issue]), terms, program };
  }
  const report = answer.answer;
  const found = [...issues, ...judge(report, program, source, table, states)];
  if (report.outcome !== "passed") return { ...refused(found), terms, program };
  const { nsPerCall, samples } = report;
  return { accepted: true, issues: found, terms, nsPerCall, samples: { ...samples }, program };
}

/**
 * The process that compiles strangers' text. It stays up from one check to the next, because loading
 * TypeScript takes longer than any check; whoever makes it hang loses it.
 */
let checker: ChildProcess | null = null;
/** Checks follow one another, so that a time limit counts one source's time only. */
let lastCheck: Promise<unknown> = Promise.resolve();

async function compileConfined(
  source: string,
  table: SignalTable,
  options: RewardCheckOptions,
): Promise<CompileResult> {
  const turn = lastCheck.then(async () => {
    const child = await startedChecker(options.signal);
    const request: CheckRequest = { source, table };
    try {
      return await ask<CompileResult>(child, request, limits(options));
    } catch (error) {
      // Cancelled: the process is killed, but the next check could still find it dying.
      checker = null;
      throw error;
    }
  });
  lastCheck = turn.catch(() => {});
  const answer = await turn;
  if (answer.outcome === "answered") return answer.answer;
  checker = null;
  return { program: null, issues: [unfinished(answer.outcome, "checking its types", options)] };
}

/** The checker's process, up and with TypeScript loaded, which is no candidate's time. */
async function startedChecker(signal: AbortSignal | undefined): Promise<ChildProcess> {
  if (checker !== null && checker.exitCode === null && checker.signalCode === null) return checker;
  const entry = new URL("./checker-process.js", import.meta.url);
  const child = startConfined(entry, checkerMemoryMb);
  const request: CheckRequest = { source: "", table: { signals: [], stride: 0 } };
  const answer = await ask<CompileResult>(child, request, { timeoutMs: startTimeoutMs, signal });
  if (answer.outcome !== "answered") {
    throw new RewardsmithError("E_CHECK_PROCESS", "the process that checks rewards did not start", {
      hint: "Free some memory and try again; `rewardsmith doctor` tests the installation.",
    });
  }
  checker = child;
  return child;
}

async function tryOut(
  program: Program,
  table: SignalTable,
  states: Float32Array,
  options: RewardCheckOptions,
): Promise<Answer<ProbationReport>> {
  const child = startConfined(
    new URL("./probation-process.js", import.meta.url),
    probationMemoryMb,
  );
  const request: ProbationRequest = {
    program,
    table,
    states,
    ...(options.fuelPerRow === undefined ? {} : { fuelPerRow: options.fuelPerRow }),
  };
  try {
    return await ask(child, request, limits(options));
  } finally {
    child.kill("SIGKILL");
  }
}

function limits(options: RewardCheckOptions): {
  timeoutMs: number;
  signal: AbortSignal | undefined;
} {
  const seconds = options.timeoutSeconds ?? defaultTimeoutSeconds;
  return { timeoutMs: seconds * 1000, signal: options.signal };
}

function judge(
  report: ProbationReport,
  program: Program,
  source: string,
  table: SignalTable,
  states: Float32Array,
): Issue[] {
  switch (report.outcome) {
    case "fuel":
      return [
        error(
          "E_REWARD_FUEL",
          `a loop did not end within its budget (recorded state ${report.row})`,
          "Loop a fixed number of times, over the elements of an array.",
        ),
      ];
    case "notFinite":
      return [
        error(
          "E_REWARD_NOT_FINITE",
          `${report.column} is ${report.value} at recorded state ${report.row}, where ${readings(program, table, states, report.row)}`,
          "Guard divisions, roots, logarithms and large powers: Math.max(x, 1e-6), clamp(x, -10, 10).",
        ),
      ];
    case "passed":
      return Object.entries(report.samples)
        .filter(([name, { min, max }]) => name !== "total" && min === max)
        .map(([name, { min }]) => ({
          code: "E_REWARD_CONSTANT_TERM",
          severity: "warning",
          message: `the term ${name} is ${min} at every recorded state`,
          hint: constantHint(min),
          ...atTerm(name, source),
        }));
  }
}

function atTerm(name: string, source: string): Pick<Issue, "line"> {
  const line = termLine(name, source);
  return line === null ? {} : { line };
}

/** A constant that pays for being alive is sound where episodes can end early, and usual. */
function constantHint(value: number): string {
  if (value > 0) {
    return "Right for a bonus on not ending the episode early; anything else it cannot teach: rescale the term, change its threshold, or drop it.";
  }
  if (value < 0) {
    return "A constant cost teaches nothing but to end the episode early: rescale the term, change its threshold, or drop it.";
  }
  return "It pays nothing wherever an untrained robot gets: give it a wider temperature or threshold, or drop it.";
}

/** The values of the first few signals a program reads, at one row. */
function readings(program: Program, table: SignalTable, states: Float32Array, row: number): string {
  const read = signalsRead(program);
  return table.signals
    .filter(({ name }) => read.has(name))
    .slice(0, 4)
    .map(({ name, offset, size, scalar }) => {
      const start = row * table.stride + offset;
      const values = Array.from(states.subarray(start, start + size), (x) => x.toPrecision(4));
      return `s.${name} = ${scalar ? values[0] : `[${values.join(", ")}]`}`;
    })
    .join(", ");
}

function unfinished(
  outcome: "timeout" | "died",
  during: string,
  options: RewardCheckOptions,
): Issue {
  if (outcome === "died") {
    return error(
      "E_REWARD_TOO_LARGE",
      `the process died during ${during}, most likely for lack of memory`,
      "Write a smaller program with simple types.",
    );
  }
  const seconds = options.timeoutSeconds ?? defaultTimeoutSeconds;
  return error(
    "E_REWARD_TIMEOUT",
    `${during} took more than ${seconds} seconds`,
    "Write simple expressions and loops with few passes.",
  );
}

function noSignal(): Issue {
  return error(
    "E_REWARD_NO_SIGNAL",
    "the reward reads no signal, so no behaviour is better than another",
    "Use what is in s.",
  );
}

function error(code: ErrorCode, message: string, hint: string): Issue {
  return { code, severity: "error", message, hint };
}

function refused(issues: Issue[]): RewardCheck {
  return { accepted: false, issues, terms: [], nsPerCall: null, samples: {}, program: null };
}
