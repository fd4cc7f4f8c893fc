/** `--engine-watch` of commands that have one policy, and what the watch says of it. */
import { Option } from "commander";
import { RewardsmithError } from "../core/errors.js";
import { describeMark, watched } from "../design/engine-watch.js";
import type { WatchMark } from "../events/event.js";
import type { Evaluation, MetricsRow } from "../rl/metrics.js";
import { judged } from "../sim/watch-limits.js";
import { type WatchMeasure, watchUnits } from "../sim/watch-statistics.js";
import type { LoadedTask } from "../task/loaded-task.js";

export type EngineWatchMode = "warn" | "reject" | "off";

/** One policy has no rank to lose: to reject it is to fail. */
export function engineWatchFlag(): Option {
  return new Option(
    "--engine-watch <mode>",
    "say where a motion is no physics, fail for it, or do not look",
  )
    .choices(["warn", "reject", "off"])
    .default("warn");
}

export interface WatchVerdict {
  readonly marks: readonly WatchMark[];
  /** For people; nothing where the watch is off or saw nothing. */
  readonly lines: readonly string[];
}

const shown: readonly (readonly [WatchMeasure, string])[] = [
  ["energyGain", "energy from nothing"],
  ["anchorError", "joints apart"],
  ["penetration", "contacts deep"],
  ["limitViolation", "beyond limits"],
];

/** What the watch saw in an evaluation, and in the end of the training where its rows are given. */
export function watchVerdict(
  task: LoadedTask,
  evaluation: Evaluation,
  rows: readonly MetricsRow[],
  mode: EngineWatchMode,
): WatchVerdict {
  const { physics, set } = evaluation;
  if (mode === "off") return { marks: [], lines: [] };
  const result = watched({ metrics: rows, evaluations: [evaluation] }, set, task);
  const marks = result.engineWatch ?? [];
  const values =
    physics && physics.samples > 0
      ? shown.map(([measure, what]) => {
          const value = Number(judged(physics, measure).toPrecision(2));
          return `${what} ${value} ${watchUnits[measure]}`;
        })
      : [];
  return {
    marks,
    lines: [
      ...(values.length > 0 ? [`physics   ${values.join(", ")}`] : []),
      ...marks.map((mark) => `no physics: ${describeMark(mark)}`),
    ],
  };
}

/** Where marks are to fail the command. */
export function rejectMarked(marks: readonly WatchMark[], mode: EngineWatchMode): void {
  if (mode !== "reject" || marks.length === 0) return;
  throw new RewardsmithError("E_ENGINE_WATCH", marks.map(describeMark).join(", "), {
    hint: "the policy lives off the solver: train on a finer physics profile, or change the reward",
  });
}
