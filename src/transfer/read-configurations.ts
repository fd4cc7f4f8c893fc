/** Reads randomizations out of a model's answer, each for itself: one that is wrong spoils no other. */
import { z } from "zod";
import { formatIssue, type Issue } from "../core/errors.js";
import { extractJson } from "../llm/extract-json.js";
import type { LoadedTask } from "../task/loaded-task.js";
import { checkConfiguration, type FeasibleIntervals } from "./check-configuration.js";
import type { RandomizationConfiguration } from "./configuration.js";

const answeredSchema = z.strictObject({
  name: z.string().min(1),
  ranges: z
    .array(
      z.strictObject({
        parameter: z.string(),
        low: z.number(),
        high: z.number(),
        scale: z.enum(["uniform", "logUniform"]).default("uniform"),
        reason: z.string().default(""),
      }),
    )
    .min(1, "it randomizes nothing"),
});

/** For servers that can be held to a form; every member is required there. */
export const answerSchema = {
  name: "randomizations",
  schema: z.toJSONSchema(z.strictObject({ configurations: z.array(answeredSchema) }), {
    io: "output",
  }) as Record<string, unknown>,
};

export interface ReadAnswer {
  readonly configurations: readonly RandomizationConfiguration[];
  /** What is wrong with the others, and with the answer as a whole. */
  readonly issues: readonly Issue[];
}

export function readConfigurations(
  text: string,
  designer: string,
  task: LoadedTask,
  prior?: FeasibleIntervals,
): ReadAnswer {
  const extracted = extractJson(text);
  if ("issue" in extracted) return { configurations: [], issues: [extracted.issue] };
  const { value } = extracted;
  const listed = Array.isArray(value)
    ? value
    : (value as { configurations?: unknown } | null)?.configurations;
  if (!Array.isArray(listed) || listed.length === 0) {
    const message = "the JSON holds no list of configurations";
    return { configurations: [], issues: [malformed(message)] };
  }
  const configurations: RandomizationConfiguration[] = [];
  const issues: Issue[] = [];
  for (const [i, one] of listed.entries()) {
    const read = readOne(one, designer, task, prior);
    if ("configuration" in read) configurations.push(read.configuration);
    else issues.push(...read.issues.map((issue) => named(issue, i, one)));
  }
  return { configurations, issues };
}

/** For the model: one line an issue, and what to do about it. */
export function issuesText(issues: readonly Issue[]): string {
  return issues
    .map((issue) => formatIssue(issue, "answer").replace(/^answer error /, ""))
    .join("\n");
}

function readOne(
  value: unknown,
  designer: string,
  task: LoadedTask,
  prior: FeasibleIntervals | undefined,
): { configuration: RandomizationConfiguration } | { issues: readonly Issue[] } {
  const read = answeredSchema.safeParse(value);
  if (!read.success) {
    return {
      issues: read.error.issues.map(({ path, message }) =>
        malformed(`${path.length > 0 ? `${z.core.toDotPath(path)}: ` : ""}${message}`),
      ),
    };
  }
  const { name, ranges } = read.data;
  const names = ranges.map(({ parameter }) => parameter);
  const twice = names.find((parameter, i) => names.indexOf(parameter) < i);
  if (twice !== undefined) return { issues: [malformed(`${twice} is given twice`)] };
  const checked = checkConfiguration(
    {
      designer,
      name,
      ranges: Object.fromEntries(
        ranges.map(({ parameter, low, high, scale }) => {
          const bounds: [number, number] = [low, high];
          const distribution = scale === "uniform" ? { uniform: bounds } : { logUniform: bounds };
          return [parameter, { distribution }];
        }),
      ),
      reasons: Object.fromEntries(ranges.map(({ parameter, reason }) => [parameter, reason])),
    },
    task,
    prior,
  );
  return checked.issues ? { issues: checked.issues } : { configuration: checked.configuration };
}

function named(issue: Issue, index: number, value: unknown): Issue {
  const name = (value as { name?: unknown } | null)?.name;
  const which = `configuration ${index + 1}${typeof name === "string" ? ` "${name}"` : ""}`;
  return { ...issue, message: `${which}: ${issue.message}` };
}

function malformed(message: string): Issue {
  return {
    code: "E_CONFIGURATION_INVALID",
    severity: "error",
    message,
    hint: '{ "configurations": [{ "name", "ranges": [{ "parameter", "low", "high", "scale", "reason" }] }] }',
  };
}
