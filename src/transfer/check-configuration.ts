/** Whether a configuration can be trained: known parameters, possible ranges, within the prior. */
import { z } from "zod";
import { type ErrorCode, type Issue, RewardsmithError } from "../core/errors.js";
import { nameHint } from "../core/nearest-name.js";
import { BaseMass, baseMassHint } from "../task/base-mass.js";
import { boundsOf } from "../task/distribution.js";
import type { LoadedTask } from "../task/loaded-task.js";
import type { Distribution } from "../task/task.js";
import {
  type WorldParameter,
  worldParameterNames,
  worldParameters,
} from "../task/world-parameters.js";
import { configurationSchema, type RandomizationConfiguration } from "./configuration.js";
import { whyImpossible } from "./grid.js";

/** Intervals by parameter in which a policy was seen to work. */
export type FeasibleIntervals = Readonly<
  Record<string, readonly (readonly [number, number])[] | undefined>
>;

export type CheckedConfiguration =
  | { readonly configuration: RandomizationConfiguration; readonly issues?: undefined }
  | { readonly issues: readonly Issue[] };

/** Everything that is wrong with a configuration at once. Nothing is clipped or left out. */
export function checkConfiguration(
  value: unknown,
  task: LoadedTask,
  prior?: FeasibleIntervals,
): CheckedConfiguration {
  const read = configurationSchema.safeParse(value);
  if (!read.success) {
    return { issues: read.error.issues.map((issue) => malformed(issue, value)) };
  }
  const known = new Map(worldParameters(task).map((one) => [one.name as string, one]));
  const issues = Object.entries(read.data.ranges).flatMap(([name, { distribution }]) => {
    const parameter = known.get(name);
    const issue = parameter
      ? rangeIssue(task, parameter, distribution, prior)
      : unknownParameter(name, [...known.keys()]);
    return issue ? [issue] : [];
  });
  if (issues.length > 0) return { issues };
  const together = new BaseMass(task.robot, read.data.ranges).whyImpossible();
  if (together === null) return { configuration: read.data };
  return { issues: [refused("E_CONFIGURATION_RANGE", together, baseMassHint)] };
}

/** The configuration, or the first thing wrong with it as an error. `where` is its file or name. */
export function parseConfiguration(
  value: unknown,
  task: LoadedTask,
  where: string,
  prior?: FeasibleIntervals,
): RandomizationConfiguration {
  const checked = checkConfiguration(value, task, prior);
  if (checked.issues === undefined) return checked.configuration;
  const [{ code, message, hint }] = checked.issues;
  throw new RewardsmithError(code, message, { where, ...(hint !== undefined && { hint }) });
}

function unknownParameter(name: string, known: readonly string[]): Issue {
  if ((worldParameterNames as readonly string[]).includes(name)) {
    return refused(
      "E_CONFIGURATION_ROBOT",
      `${name} changes nothing about this robot`,
      `leave it out; it has ${known.join(", ")}`,
    );
  }
  return refused(
    "E_CONFIGURATION_PARAMETER",
    `there is no parameter "${name}"`,
    nameHint(name, known),
  );
}

function rangeIssue(
  task: LoadedTask,
  parameter: WorldParameter,
  distribution: Distribution,
  prior: FeasibleIntervals | undefined,
): Issue | null {
  const { name } = parameter;
  const [low, high] = boundsOf(distribution);
  const written = `${name} from ${low} to ${high}`;
  if (low > high) {
    return refused("E_CONFIGURATION_RANGE", `${written} runs downward`, "give the lower end first");
  }
  for (const bound of [low, high]) {
    const why = whyImpossible(task, parameter, bound);
    if (why === null) continue;
    return refused("E_CONFIGURATION_RANGE", `${written}: ${why}`, "give a range that can be");
  }
  const feasible = prior?.[name];
  if (prior === undefined || feasible?.some(([from, to]) => from <= low && high <= to)) return null;
  if (feasible === undefined) {
    return refused(
      "E_CONFIGURATION_PRIOR",
      `${name} is not in the prior`,
      `leave it out; the prior has ${Object.keys(prior).join(", ")}`,
    );
  }
  const intervals = feasible.map(([from, to]) => `${from} to ${to}`).join(", or ");
  return refused(
    "E_CONFIGURATION_PRIOR",
    `${written} is outside the prior`,
    feasible.length > 0 ? `stay within ${intervals}` : "leave it out: no value of it works",
  );
}

/** What the schema says; ranges the wrong way round are named as such. */
function malformed(issue: z.core.$ZodIssue, value: unknown): Issue {
  const [root, name] = issue.path.map(String);
  const range = root === "ranges" && name !== undefined ? at(value, issue.path.slice(0, 2)) : null;
  if (range === null) {
    const place = issue.path.length > 0 ? `${z.core.toDotPath(issue.path)}: ` : "";
    return refused(
      "E_CONFIGURATION_INVALID",
      `${place}${issue.message}`,
      'a configuration holds { "name", "designer", "ranges": { parameter: { "distribution": { "uniform": [low, high] } } }, "reasons" }',
    );
  }
  return refused(
    "E_CONFIGURATION_RANGE",
    `${name} is given as ${JSON.stringify(range)}, which is no distribution`,
    'write { "distribution": { "uniform": [low, high] } }, the lower end first; for logUniform both above 0',
  );
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((part, key) => (part as Record<PropertyKey, unknown>)?.[key], value);
}

function refused(code: ErrorCode, message: string, hint: string): Issue {
  return { code, severity: "error", message, hint };
}
